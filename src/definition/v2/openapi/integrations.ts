/**
 * `x-amazon-apigateway-integration`: what is behind an operation, written at the operation or referred to by name. An
 * integration that several operations refer to is made once.
 * Source: Amazon API Gateway Developer Guide, "x-amazon-apigateway-integration", "-integrations".
 */
import type { Api, ApiIntegration } from '../../api.ts';
import { memberOf } from '../../openapi/document.ts';
import type { Findings } from '../../openapi/findings.ts';
import type { Place } from '../../openapi/place.ts';
import { textsOf } from '../../openapi/texts.ts';
import type { Strings } from '../../rest-api.ts';
import { createIntegration, integrationOf, type NewApiIntegration } from '../integrations.ts';
import { versionText } from './security.ts';

const extension = 'x-amazon-apigateway-integration';
/** What an import says about integrations that it makes. */
const importedDescription = 'AutoCreate from OpenAPI Import';

/** By the references that lead to them. */
export type SharedIntegrations = Map<string, ApiIntegration>;

interface Context {
  readonly findings: Findings;
  /** Identifier of an integration that is made now. */
  readonly newId: () => string;
}

/** Undefined when the operation has none, or none that can be made. */
export function integrationAt(
  operation: Place,
  routeKey: string,
  api: Api,
  shared: SharedIntegrations,
  { findings, newId }: Context,
): ApiIntegration | undefined {
  const place = operation.get(extension);
  if (!place.exists) return undefined;
  const ref = memberOf(place.value, '$ref');
  const known = typeof ref === 'string' ? shared.get(ref) : undefined;
  if (known !== undefined) return known;
  const target = place.resolved();
  const input = target?.object() === undefined ? undefined : target && integrationIn(target, routeKey, findings);
  if (input === undefined) return undefined;
  const integrationId = newId();
  // Alone: what there are many of is put together once, at the end.
  const alone = { ...api, integrations: {} };
  const made = findings.attempt(`Unable to put integration on '${routeKey}'`, () =>
    integrationOf(createIntegration(alone, input, integrationId), integrationId),
  );
  if (made !== undefined && typeof ref === 'string') shared.set(ref, made);
  return made;
}

function integrationIn(place: Place, routeKey: string, findings: Findings): NewApiIntegration | undefined {
  const type = place.get('type').text()?.toUpperCase();
  if (type !== 'AWS_PROXY' && type !== 'HTTP_PROXY') {
    findings.warn(
      `Unable to put integration on '${routeKey}': type '${type?.toLowerCase() ?? ''}' is not supported for HTTP APIs, only aws_proxy and http_proxy are. Ignoring.`,
    );
    return undefined;
  }
  const connectionType = place.get('connectionType').text()?.toUpperCase();
  const owner = `route '${routeKey}'`;
  return {
    integrationType: type,
    integrationSubtype: place.get('integrationSubtype').text(),
    integrationMethod: place.get('httpMethod').text()?.toUpperCase(),
    integrationUri: place.get('uri').text(),
    connectionType: connectionType === 'VPC_LINK' ? connectionType : 'INTERNET',
    connectionId: place.get('connectionId').text(),
    credentialsArn: place.get('credentials').text(),
    description: importedDescription,
    payloadFormatVersion: versionText(place.get('payloadFormatVersion')),
    requestParameters: textsOf(place.get('requestParameters'), 'requestParameters', owner, findings),
    responseParameters: responseParametersIn(place.get('responseParameters'), owner, findings),
    timeoutInMillis: place.get('timeoutInMillis').wholeNumber(),
    tlsConfig: place.get('tlsConfig').exists
      ? { serverNameToVerify: place.get('tlsConfig').get('serverNameToVerify').text() }
      : undefined,
  };
}

function responseParametersIn(
  place: Place,
  owner: string,
  findings: Findings,
): Readonly<Record<string, Strings>> | undefined {
  if (!place.exists) return undefined;
  return Object.fromEntries(
    place.members().map(([status, mapping]) => [status, textsOf(mapping, 'responseParameters', owner, findings) ?? {}]),
  );
}
