/**
 * `$context` of a REST API: what mappings, templates and gateway responses may know about a request. Single variables
 * are looked up without making the rest; templates get the whole, made once, with its members in AWS's order.
 * Source: Amazon API Gateway Developer Guide, "Variables for data transformations"; the order is recorded
 * (facts/mapping-templates.md).
 */
import type { Exchange } from '../exchange.ts';
import { requestTimeOf } from '../request-time.ts';

/** Members of `$context.identity` that only other ways of authorization than none fill. */
const identityBefore = ['cognitoIdentityPoolId', 'accountId', 'cognitoIdentityId', 'caller'] as const;
const identityAfter = [
  'principalOrgId',
  'accessKey',
  'cognitoAuthenticationType',
  'cognitoAuthenticationProvider',
  'userArn',
] as const;

/** `$context.identity`, as nobody has been identified. */
export function identityOf(x: Exchange): Record<string, unknown> {
  const identity: Record<string, unknown> = {};
  for (const name of identityBefore) identity[name] = null;
  identity.sourceIp = x.sourceIp;
  for (const name of identityAfter) identity[name] = null;
  identity.userAgent = x.header('user-agent') ?? null;
  identity.user = null;
  return identity;
}

/** One variable by its path, `['identity', 'sourceIp']`; undefined when there is none. */
export function contextVariable(x: Exchange, path: readonly string[]): unknown {
  const [first = '', ...rest] = path;
  const read = Object.hasOwn(variables, first) ? variables[first] : undefined;
  let value: unknown = read?.(x);
  for (const name of rest) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

/**
 * What a template may read, `requestOverride` as the request's template has left it included.
 * @param names members that the template reads; null: any
 */
export function contextOf(x: Exchange, names: readonly string[] | null): Record<string, unknown> {
  const context: Record<string, unknown> = {};
  for (const name of names ?? ofTemplates)
    if (templateVariables.has(name)) {
      const value = variables[name]?.(x);
      if (value !== undefined) context[name] = value;
    }
  return context;
}

/** In AWS's order; `authorizer` only where there is one. */
const ofTemplates = [
  'resourceId',
  'resourcePath',
  'httpMethod',
  'extendedRequestId',
  'requestTime',
  'path',
  'accountId',
  'protocol',
  'requestOverride',
  'stage',
  'domainPrefix',
  'requestTimeEpoch',
  'requestId',
  'identity',
  'domainName',
  'deploymentId',
  'apiId',
  'authorizer',
] as const;
const templateVariables: ReadonlySet<string> = new Set(ofTemplates);

const variables: Readonly<Record<string, (x: Exchange) => unknown>> = {
  resourceId: (x) => x.methodPlan?.resourceId,
  resourcePath: (x) => x.methodPlan?.resourcePath,
  httpMethod: (x) => x.httpMethod,
  extendedRequestId: (x) => x.extendedRequestId,
  requestTime: (x) => requestTimeOf(x.receivedAtMs),
  path: (x) => x.contextPath,
  accountId: (x) => x.snapshot?.accountId,
  protocol: (x) => x.protocol,
  requestOverride: (x) => x.requestOverride ?? undefined,
  stage: (x) => x.snapshot?.stageName,
  domainPrefix: (x) => x.host.split('.', 1)[0],
  requestTimeEpoch: (x) => x.receivedAtMs,
  requestId: (x) => x.requestId,
  identity: identityOf,
  domainName: (x) => x.host,
  deploymentId: (x) => x.snapshot?.deploymentId,
  apiId: (x) => x.snapshot?.restApiId,
  authorizer: (x) => x.authorizer ?? undefined,
  isCanaryRequest: (x) => x.canary,
  customDomain: (x) => (x.basePath === null ? undefined : { basePathMatched: x.basePath }),
  status: (x) => x.status,
  integrationStatus: (x) => x.answer?.status,
  integrationLatency: (x) => (x.integrationStartedAtMs === 0 ? undefined : x.integrationLatencyMs),
  xrayTraceId: (x) => x.trace,
  error: (x) =>
    x.fault === null
      ? undefined
      : {
          message: x.fault.message,
          messageString: JSON.stringify(x.fault.message),
          responseType: x.fault.type,
          // Stands inside a JSON string in the templates that use it.
          validationErrorString: JSON.stringify(x.fault.validation).slice(1, -1),
        },
};
