/**
 * Security schemes of a document: authorizers, API keys, signed requests; and what the requirements of an operation
 * ask of its method. Source: Developer Guide, "x-amazon-apigateway-authorizer", "-authtype", "-auth"; recorded imports.
 */
import { authorizationOf, authorizerTypes, createAuthorizer } from '../authorizers.ts';
import { isOneOf } from '../constraints.ts';
import type { Authorizer, RestApi } from '../rest-api.ts';
import { type Json, memberOf, type OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import { checkMembers } from './members.ts';
import type { Place } from './place.ts';

type Scheme =
  | { readonly kind: 'authorizer'; readonly authorizer: Authorizer }
  | { readonly kind: 'apiKey' | 'signed' | 'unsupported' };

/** Schemes by name, in the order of the document. */
export type Schemes = ReadonlyMap<string, Scheme>;

export interface SecurityContext {
  readonly version: OpenApiVersion;
  readonly findings: Findings;
  /** The API as it is; the ids of namesakes are kept. */
  readonly api: RestApi;
  readonly newId: () => string;
}

export function schemesOf(schemes: Place, context: SecurityContext): Schemes {
  const known = new Map<string, Scheme>();
  for (const [name, place] of schemes.members()) {
    const scheme = place.resolved();
    if (scheme !== undefined) known.set(name, schemeOf(name, scheme, context));
  }
  return known;
}

function schemeOf(name: string, scheme: Place, context: SecurityContext): Scheme {
  const { version, findings } = context;
  checkMembers(scheme, 'securityScheme', version, findings);
  const authType = scheme.get('x-amazon-apigateway-authtype').text();
  if (authType?.toLowerCase() === 'awssigv4') return { kind: 'signed' };
  const settings = scheme.get('x-amazon-apigateway-authorizer').resolved();
  if (settings?.exists) return authorizerOf(name, scheme, settings, authType, context);
  const type = scheme.get('type').text();
  if (type !== 'apiKey') {
    findings.warn(`Unsupported security definition type '${type}' for '${name}'. Ignoring.`);
    return { kind: 'unsupported' };
  }
  const header = scheme.get('name').text() ?? '';
  if (header.toLowerCase() !== 'x-api-key' || scheme.get('in').text() !== 'header')
    findings.note(
      `Security definition '${name}' asks for an API key in ${scheme.get('in').text()} '${header}'; API keys are read from header 'x-api-key'.`,
    );
  return { kind: 'apiKey' };
}

const parameterPlaces = new Map([
  ['header', 'header'],
  ['query', 'querystring'],
]);

function authorizerOf(
  name: string,
  scheme: Place,
  settings: Place,
  authType: string | undefined,
  { version, findings, api, newId }: SecurityContext,
): Scheme {
  checkMembers(settings, 'authorizer', version, findings);
  const type = settings.get('type').text()?.toUpperCase();
  if (!isOneOf(authorizerTypes, type)) {
    findings.error(
      `Unable to create authorizer '${name}': type '${type ?? ''}' is none of ${authorizerTypes.join(', ').toLowerCase()}`,
    );
    return { kind: 'unsupported' };
  }
  const id = Object.values(api.authorizers).find((each) => each.name === name)?.id ?? newId();
  // Alone: that names are unique, the document sees to.
  const made = findings.attempt(`Unable to create authorizer '${name}'`, () =>
    createAuthorizer(
      { ...api, authorizers: {} },
      {
        name,
        type,
        authType,
        providerARNs: settings
          .get('providerARNs')
          .items()
          .flatMap((arn) => arn.text() ?? []),
        authorizerUri: settings.get('authorizerUri').text(),
        authorizerCredentials: settings.get('authorizerCredentials').text(),
        identitySource: settings.get('identitySource').text() ?? derivedSource(scheme),
        identityValidationExpression: settings.get('identityValidationExpression').text(),
        authorizerResultTtlInSeconds: settings.get('authorizerResultTtlInSeconds').wholeNumber(),
        jwtConfiguration: settings.get('jwtConfiguration').resolved()?.value,
      },
      id,
    ),
  );
  const authorizer = made?.authorizers[id];
  return authorizer === undefined ? { kind: 'unsupported' } : { kind: 'authorizer', authorizer };
}

/** Where the scheme says that the credential is; `Unused` is how a scheme says that it does not. */
function derivedSource(scheme: Place): string | undefined {
  const name = scheme.get('name').text();
  const place = parameterPlaces.get(scheme.get('in').text() ?? '');
  if (name === undefined || place === undefined || name === 'Unused') return undefined;
  return `method.request.${place}.${name}`;
}

/** What a method asks of its caller. */
export interface MethodSecurity {
  readonly authorizationType: string;
  readonly authorizerId?: string | undefined;
  readonly authorizationScopes?: readonly string[] | undefined;
  readonly apiKeyRequired: boolean;
}

/**
 * @param security requirements of the operation; those of the document where the operation has none
 * @param auth `x-amazon-apigateway-auth` of the operation
 * @param method e.g. `GET /pets`
 */
export function methodSecurity(
  security: Place,
  auth: Place,
  schemes: Schemes,
  method: string,
  findings: Findings,
): MethodSecurity {
  let authorizer: Authorizer | undefined;
  let scopes: readonly string[] = [];
  let signed = false;
  let apiKeyRequired = false;
  for (const [name, wanted] of requirementsOf(security)) {
    const scheme = schemes.get(name);
    switch (scheme?.kind) {
      case 'apiKey':
        apiKeyRequired = true;
        break;
      case 'signed':
        signed = true;
        break;
      case 'authorizer':
        if (authorizer === undefined) {
          authorizer = scheme.authorizer;
          scopes = wanted;
        } else if (authorizer !== scheme.authorizer)
          findings.note(`More than one authorizer for method '${method}'. Ignoring '${name}'.`);
        break;
      case 'unsupported':
        findings.note(`Security definition '${name}' is not applied: method '${method}' is not protected by it.`);
        break;
      default:
        // SAM writes this requirement for a method that is open on purpose.
        if (name !== 'NONE')
          findings.note(`Security definition '${name}' not found: method '${method}' is not protected by it.`);
    }
  }
  const type = auth.get('type').text()?.toUpperCase();
  if (type !== undefined && type !== 'NONE' && type !== 'AWS_IAM')
    findings.note(`Authorization type '${type}' of method '${method}' is neither NONE nor AWS_IAM. Ignoring.`);
  const authorizationScopes = scopes.length === 0 ? undefined : scopes;
  if (type === 'AWS_IAM' || signed) return { authorizationType: 'AWS_IAM', authorizationScopes, apiKeyRequired };
  if (authorizer === undefined) return { authorizationType: 'NONE', apiKeyRequired };
  return {
    authorizationType: authorizationOf(authorizer),
    authorizerId: authorizer.id,
    authorizationScopes,
    apiKeyRequired,
  };
}

/** Every scheme that is named, with its scopes. */
function requirementsOf(security: Place): (readonly [string, readonly string[]])[] {
  return security.items().flatMap((requirement) =>
    requirement.members().map(([name, scopes]) => {
      const texts = (scopes.list() ?? []).filter((scope: Json): scope is string => typeof scope === 'string');
      return [name, texts] as const;
    }),
  );
}

/** Whether an operation has requirements of its own, be it an empty list. */
export const hasRequirements = (operation: Place): boolean => memberOf(operation.value, 'security') !== undefined;
