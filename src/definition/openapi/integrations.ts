/**
 * `x-amazon-apigateway-integration`: what is behind a method, as a document says it. What an integration may be is
 * decided by the edits it is made with. Source: Developer Guide, "x-amazon-apigateway-integration object"; recorded
 * imports.
 */
import { integrationTypes, isOneOf } from '../constraints.ts';
import {
  connectionTypes,
  contentHandlings,
  type NewIntegration,
  type NewIntegrationResponse,
  responseTransferModes,
} from '../integrations.ts';
import type { OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import { checkMembers } from './members.ts';
import type { Place } from './place.ts';
import { textsOf } from './texts.ts';

export interface ReadIntegration {
  readonly integration: NewIntegration;
  readonly responses: readonly NewIntegrationResponse[];
}

/**
 * @param place resolved, and present
 * @param owner e.g. `resource '/pets' and method 'GET'`
 * @param unable says what could not be done, and why
 */
export function integrationIn(
  place: Place,
  version: OpenApiVersion,
  owner: string,
  findings: Findings,
  unable: (why: string) => void,
): ReadIntegration | undefined {
  if (place.object() === undefined) return undefined;
  checkMembers(place, 'integration', version, findings);
  /** A member that is one of a few words, in any case. */
  const word = <Word extends string>(name: string, words: readonly Word[]): Word | undefined => {
    const text = place.get(name).text()?.toUpperCase();
    if (text === undefined || isOneOf(words, text)) return isOneOf(words, text) ? text : undefined;
    unable(`Invalid ${name} specified: '${text.slice(0, 64)}'. Valid options are ${words.join(',')}`);
    return undefined;
  };
  const type = word('type', integrationTypes);
  if (type === undefined) {
    if (!place.get('type').exists) unable('Enumeration value for IntegrationType must be non-empty');
    return undefined;
  }
  const tlsConfig = place.get('tlsConfig');
  if (tlsConfig.exists) checkMembers(tlsConfig, 'tlsConfig', version, findings);
  const integration: NewIntegration = {
    type,
    integrationHttpMethod: place.get('httpMethod').text()?.toUpperCase(),
    uri: place.get('uri').text(),
    connectionType: word('connectionType', connectionTypes),
    connectionId: place.get('connectionId').text(),
    integrationTarget: place.get('integrationTarget').text(),
    credentials: place.get('credentials').text(),
    requestParameters: textsOf(place.get('requestParameters'), 'requestParameters', owner, findings),
    requestTemplates: textsOf(place.get('requestTemplates'), 'requestTemplates', owner, findings),
    passthroughBehavior: place.get('passthroughBehavior').text()?.toUpperCase(),
    contentHandling: word('contentHandling', contentHandlings),
    timeoutInMillis: place.get('timeoutInMillis').wholeNumber(),
    cacheNamespace: place.get('cacheNamespace').text(),
    cacheKeyParameters: place
      .get('cacheKeyParameters')
      .items()
      .flatMap((name) => name.text() ?? []),
    tlsConfig: tlsConfig.exists
      ? { insecureSkipVerification: tlsConfig.get('insecureSkipVerification').flag() }
      : undefined,
    responseTransferMode: word('responseTransferMode', responseTransferModes),
  };
  return { integration, responses: responsesIn(place.get('responses'), version, owner, findings, unable) };
}

/** Keys are selection patterns; `default` is none. */
function responsesIn(
  responses: Place,
  version: OpenApiVersion,
  owner: string,
  findings: Findings,
  unable: (why: string) => void,
): NewIntegrationResponse[] {
  const byStatus = new Map<string, NewIntegrationResponse>();
  for (const [pattern, response] of responses.members()) {
    checkMembers(response, 'integrationResponse', version, findings);
    const statusCode = response.get('statusCode').text();
    if (statusCode === undefined || !/^[1-5]\d\d$/.test(statusCode)) {
      unable(`Invalid statusCode '${statusCode ?? ''}' specified for response '${pattern}'`);
      continue;
    }
    const contentHandling = response.get('contentHandling').text()?.toUpperCase();
    if (contentHandling !== undefined && !isOneOf(contentHandlings, contentHandling))
      unable(`Invalid contentHandling specified for response '${pattern}': '${contentHandling.slice(0, 64)}'`);
    if (byStatus.has(statusCode))
      findings.note(
        `Integration response '${pattern}' of ${owner} takes the place of another with status ${statusCode}.`,
      );
    byStatus.set(statusCode, {
      statusCode,
      selectionPattern: pattern === 'default' ? undefined : pattern,
      responseParameters: textsOf(response.get('responseParameters'), 'responseParameters', owner, findings),
      responseTemplates: textsOf(response.get('responseTemplates'), 'responseTemplates', owner, findings),
      contentHandling: isOneOf(contentHandlings, contentHandling) ? contentHandling : undefined,
    });
  }
  return [...byStatus.values()];
}
