/**
 * Security schemes of a document, as authorizers of an HTTP API, and what the requirements of an operation ask of its
 * route. An authorizer that cannot be made is a warning, and no route that needs it is made: it would be open.
 * Source: Amazon API Gateway Developer Guide, "x-amazon-apigateway-authorizer", "-auth", "-authtype".
 */
import type { Api } from '../../api.ts';
import { isObject } from '../../openapi/document.ts';
import type { Findings } from '../../openapi/findings.ts';
import type { Place } from '../../openapi/place.ts';
import { createAuthorizer, discoveryUrl } from '../authorizers.ts';
import type { NewRoute } from '../routes.ts';

export type Scheme =
  | { readonly kind: 'jwt' | 'request'; readonly authorizerId: string }
  | { readonly kind: 'signed' | 'failed' | 'unsupported' };

export interface Schemes {
  /** With the authorizers. */
  readonly api: Api;
  /** By name. */
  readonly schemes: ReadonlyMap<string, Scheme>;
}

interface Context {
  readonly findings: Findings;
  /** What is said but stops nothing. */
  readonly notes: Findings;
  /** Identifier of the authorizer of that name, now and before. */
  readonly idOf: (name: string) => string;
  readonly unreachableIssuers: ReadonlySet<string>;
}

const extension = 'x-amazon-apigateway-authorizer';

/** Issuers of tokens that a document's authorizers trust. */
export function issuersIn(root: Place): string[] {
  const issuers = root
    .get('components')
    .get('securitySchemes')
    .members()
    .flatMap(([, place]) => {
      const scheme = place.resolved();
      const settings = scheme?.get(extension).resolved();
      return scheme === undefined || settings === undefined || !settings.exists ? [] : issuerOf(scheme, settings);
    });
  return [...new Set(issuers)];
}

function issuerOf(scheme: Place, settings: Place): string[] {
  const told = settings.get('jwtConfiguration').get('issuer').text();
  const discovered = scheme
    .get('openIdConnectUrl')
    .text()
    ?.replace(/\/\.well-known\/openid-configuration$/, '');
  const issuer = told ?? discovered;
  return issuer === undefined || settings.get('type').text()?.toLowerCase() !== 'jwt' ? [] : [issuer];
}

export function schemesOf(root: Place, api: Api, context: Context): Schemes {
  const schemes = new Map<string, Scheme>();
  let edited = api;
  for (const [name, place] of root.get('components').get('securitySchemes').members()) {
    const scheme = place.resolved();
    if (scheme?.object() === undefined) continue;
    const made = schemeOf(name, scheme, edited, context);
    edited = made.api;
    schemes.set(name, made.scheme);
  }
  return { api: edited, schemes };
}

function schemeOf(
  name: string,
  scheme: Place,
  api: Api,
  context: Context,
): { readonly api: Api; readonly scheme: Scheme } {
  if (scheme.get('x-amazon-apigateway-authtype').text()?.toLowerCase() === 'awssigv4')
    return { api, scheme: { kind: 'signed' } };
  const settings = scheme.get(extension).resolved();
  if (settings === undefined || settings.object() === undefined) {
    context.findings.warn(
      `Unsupported security scheme '${name}': it has no ${extension}. Routes are not protected by it.`,
    );
    return { api, scheme: { kind: 'unsupported' } };
  }
  const type = settings.get('type').text()?.toLowerCase();
  const failed = (reason: string) => {
    context.findings.warn(`Unable to create Authorizer '${name}': ${reason}`);
    return { api, scheme: { kind: 'failed' as const } };
  };
  if (type !== 'jwt' && type !== 'request') return failed(`its type '${type ?? ''}' is neither jwt nor request`);
  const [issuer] = issuerOf(scheme, settings);
  if (issuer !== undefined && context.unreachableIssuers.has(issuer))
    return failed(
      `Caught exception when connecting to ${discoveryUrl(issuer)} for issuer ${issuer}. Please try again later.`,
    );
  const authorizerId = context.idOf(name);
  try {
    const made = createAuthorizer(api, settingsOf(name, type, issuer, settings), authorizerId);
    return { api: made, scheme: { kind: type, authorizerId } };
  } catch (refusal) {
    if (!(refusal instanceof Error && 'code' in refusal)) throw refusal;
    return failed(refusal.message);
  }
}

function settingsOf(name: string, type: 'jwt' | 'request', issuer: string | undefined, settings: Place) {
  const sources = settings.get('identitySource');
  const listed = Array.isArray(sources.value)
    ? sources.items().flatMap((source) => source.text() ?? [])
    : (sources.text() ?? '').split(',');
  return {
    name,
    authorizerType: type === 'jwt' ? ('JWT' as const) : ('REQUEST' as const),
    identitySource: listed.map((source) => source.trim()).filter((source) => source !== ''),
    authorizerUri: settings.get('authorizerUri').text(),
    authorizerCredentialsArn: settings.get('authorizerCredentials').text(),
    authorizerPayloadFormatVersion: versionText(settings.get('authorizerPayloadFormatVersion')),
    authorizerResultTtlInSeconds: settings.get('authorizerResultTtlInSeconds').wholeNumber(),
    enableSimpleResponses: settings.get('enableSimpleResponses').flag(),
    identityValidationExpression: settings.get('identityValidationExpression').text(),
    jwtConfiguration:
      type === 'jwt'
        ? {
            issuer,
            audience: settings
              .get('jwtConfiguration')
              .get('audience')
              .items()
              .flatMap((audience) => audience.text() ?? []),
          }
        : undefined,
  };
}

/** `2.0` that was written without quotes is the number 2. */
export function versionText(place: Place): string | undefined {
  const text = place.text();
  return text !== undefined && /^\d+$/.test(text) ? `${text}.0` : text;
}

type Authorization = Pick<NewRoute, 'authorizationType' | 'authorizerId' | 'authorizationScopes'>;

/** @returns undefined when the route must not be made, for want of its authorizer */
export function authorizationOf(
  operation: Place,
  root: Place,
  schemes: Schemes['schemes'],
  { findings, notes }: Pick<Context, 'findings' | 'notes'>,
): Authorization | undefined {
  const told = operation.get('x-amazon-apigateway-auth').get('type').text()?.toUpperCase();
  if (told === 'AWS_IAM') return { authorizationType: 'AWS_IAM' };
  if (told === 'NONE') return {};
  const requirements = (operation.get('security').exists ? operation : root).get('security');
  const required = requirements.items().flatMap((place) => (isObject(place.value) ? place.members() : []));
  const [requirement, ...others] = required;
  if (requirement === undefined) return {};
  if (others.length > 0) {
    findings.error(
      `Multiple security requirements for ${operation.location} are not supported: a route has one authorizer`,
    );
    return {};
  }
  const [name, place] = requirement;
  const scheme = schemes.get(name);
  if (scheme === undefined) {
    findings.warn(`Parse issue: attribute ${requirements.location}.${name} is missing in components.securitySchemes`);
    return undefined;
  }
  const scopes = place.items().flatMap((scope) => scope.text() ?? []);
  switch (scheme.kind) {
    case 'jwt':
      return { authorizationType: 'JWT', authorizerId: scheme.authorizerId, authorizationScopes: scopes };
    case 'request':
      if (scopes.length > 0)
        notes.note(`Scopes of ${operation.location} are only checked by JWT authorizers. Ignoring.`);
      return { authorizationType: 'CUSTOM', authorizerId: scheme.authorizerId };
    case 'signed':
      return { authorizationType: 'AWS_IAM' };
    case 'failed':
      return undefined;
    case 'unsupported':
      return {};
    default: {
      const never: never = scheme;
      return never;
    }
  }
}
