/**
 * The integration request: turns what the client sent into what the backend is asked. HTTP_PROXY starts from the
 * client's own headers, query and body; HTTP and AWS start from nothing and add what mappings and templates say.
 * Source: Amazon API Gateway Developer Guide, "Set up an integration request"; recorded answers in
 * facts/integration-http.md, parameter-mapping.md and binary-media-types.md.
 */
import { isUtf8 } from 'node:buffer';
import { type Endpoint, endpointOf } from '../../integrations/endpoint.ts';
import { defaultMediaType, mediaTypeOf } from '../../mapping/media-types.ts';
import { invalidJsonBody, type MappedRequest, type MappedValue, type MappedValues } from '../../mapping/parameters.ts';
import { withQuery } from '../../mapping/uri.ts';
import type { Log } from '../../observe/log.ts';
import type { HttpUriPlan, IntegrationPlan } from '../../plan/integration-plan.ts';
import type { Exchange } from '../exchange.ts';
import { Fault, unsupportedMediaType } from '../fault.ts';
import type { Step } from '../step.ts';
import { setBackendHeaders } from './backend-headers.ts';
import { convertRequest } from './convert.ts';
import { configurationError } from './misconfiguration.ts';
import { addProxyHeaders, withClientQuery } from './proxy-request.ts';
import { noOverride, type RequestOverride, renderRequest } from './render.ts';
import { sourcesOf } from './sources.ts';

const nothing = new Uint8Array();
const noMapping: MappedRequest = Object.freeze({ header: {}, querystring: {}, path: {} });

/** Of types HTTP and AWS; the body must have been received. */
export function mapRequest(plan: IntegrationPlan, log: Log): Step {
  return (x) => {
    const mapped = applyMapping(x, plan);
    if (mapped instanceof Fault) return mapped;
    const body = convertedBody(x, plan);
    if (body === null) return configurationError(x, 'Unable to base64 decode the body.', log);
    const rendered = renderedBody(x, plan, body, log);
    if (rendered instanceof Fault) return rendered;
    const { override } = rendered;
    x.backendBody = rendered.body.length === 0 ? null : rendered.body;
    x.backendBodyBytes = rendered.body.length;
    x.backendMethod = plan.method ?? x.httpMethod;
    x.backendPlaceholders = { ...mapped.path, ...singleValues(override.path) };
    const address = plan.http === null ? null : addressOf(plan.http, x.backendPlaceholders);
    if (plan.http !== null && address === null) return configurationError(x, 'Invalid endpoint address', log);
    x.endpoint = address?.endpoint ?? null;
    x.backendPath = withParameters(address?.target ?? '/', mapped.querystring, override.querystring);
    x.backendHeaders = ownHeaders(x, address?.endpoint.hostHeader ?? '', rendered.body.length > 0);
    const wrong =
      setBackendHeaders(x.backendHeaders, mapped.header) ?? setBackendHeaders(x.backendHeaders, override.header);
    return wrong === undefined ? undefined : configurationError(x, `The header ${wrong} can not be mapped`, log);
  };
}

/** Of type HTTP_PROXY; the body streams on unless a mapping or a conversion has had it received. */
export function mapProxyRequest(plan: IntegrationPlan, uri: HttpUriPlan, log: Log): Step {
  return (x) => {
    const mapped = applyMapping(x, plan);
    if (mapped instanceof Fault) return mapped;
    const address = addressOf(uri, mapped.path);
    if (address === null) return configurationError(x, 'Invalid endpoint address', log);
    if (plan.contentHandling === null) {
      x.backendBody = x.requestBytes ?? x.requestBody;
      x.backendBodyBytes = x.requestBodyBytes;
    } else {
      const body = convertedBody(x, plan);
      if (body === null) return configurationError(x, 'Unable to base64 decode the body.', log);
      x.backendBody = body.length === 0 ? null : body;
    }
    x.endpoint = address.endpoint;
    x.backendMethod = plan.method ?? x.httpMethod;
    x.backendPath = withParameters(withClientQuery(address.target, x.query), mapped.querystring, {});
    addProxyHeaders(x, address.endpoint.hostHeader, x.backendHeaders);
    const wrong = setBackendHeaders(x.backendHeaders, mapped.header);
    return wrong === undefined ? undefined : configurationError(x, `The header ${wrong} can not be mapped`, log);
  };
}

/** Whether a step must have received the body before the request can be mapped. */
export const readsRequestBody = (plan: IntegrationPlan): boolean =>
  plan.type !== 'HTTP_PROXY' || plan.contentHandling !== null || (plan.requestParameters?.readsBody ?? false);

function applyMapping(x: Exchange, plan: IntegrationPlan): MappedRequest | Fault {
  if (plan.requestParameters === null) return noMapping;
  const mapped = plan.requestParameters.apply(sourcesOf(x));
  return mapped === invalidJsonBody || !('path' in mapped)
    ? new Fault('BAD_REQUEST_BODY', { message: invalidJsonBody.message })
    : mapped;
}

/** @returns null when the body would have to be base64 and is not */
function convertedBody(x: Exchange, plan: IntegrationPlan): Uint8Array | null {
  const body = x.requestBytes ?? nothing;
  const binary =
    x.snapshot?.hasBinary === true && x.snapshot.isBinary(mediaTypeOf(x.header('content-type')) ?? defaultMediaType);
  return convertRequest(body, binary, plan.contentHandling);
}

interface RenderedBody {
  readonly body: Uint8Array;
  readonly override: RequestOverride;
}

function renderedBody(x: Exchange, plan: IntegrationPlan, body: Uint8Array, log: Log): RenderedBody | Fault {
  const choice = plan.requestTemplate(x.header('content-type'));
  if (choice === 'unsupported') return unsupportedMediaType;
  if (choice === 'passthrough' || choice.template.passes) return { body, override: noOverride };
  // Bytes that are no text can not enter a template.
  if (plan.contentHandling === 'CONVERT_TO_BINARY' || !isUtf8(body))
    return configurationError(x, 'Unable to transform request', log);
  const rendered = renderRequest(x, choice.template, body, log);
  if (rendered instanceof Fault) return rendered;
  return { body: Buffer.from(rendered.output, 'utf8'), override: rendered.override };
}

interface Address {
  readonly endpoint: Endpoint;
  /** Path and query. */
  readonly target: string;
}

/** @returns null when the filled URI is no address */
function addressOf(uri: HttpUriPlan, values: Readonly<Record<string, string>>): Address | null {
  if (uri.endpoint !== null && uri.constantTarget !== null)
    return { endpoint: uri.endpoint, target: uri.constantTarget };
  const endpoint = uri.endpoint ?? endpointOf(uri.origin.fill(values), uri.insecure);
  const target = uri.target.fill(values);
  return endpoint === undefined ? null : { endpoint, target: target.startsWith('/') ? target : `/${target}` };
}

function singleValues(values: MappedValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(',')]),
  );
}

/** An override replaces a mapped parameter of its name. */
function withParameters(target: string, mapped: MappedValues, override: MappedValues): string {
  const parameters: [string, string][] = [];
  const add = (name: string, value: MappedValue): void => {
    for (const one of typeof value === 'string' ? [value] : value) parameters.push([name, one]);
  };
  for (const [name, value] of Object.entries(mapped)) if (!Object.hasOwn(override, name)) add(name, value);
  for (const [name, value] of Object.entries(override)) add(name, value);
  return parameters.length === 0 ? target : withQuery(target, parameters);
}

/** What a call that starts from nothing says. */
function ownHeaders(x: Exchange, hostHeader: string, hasBody: boolean): string[] {
  const apiId = x.snapshot?.restApiId ?? '';
  const headers = [
    'Host',
    hostHeader,
    'Accept',
    'application/json',
    'User-Agent',
    `AmazonAPIGateway_${apiId}`,
    'x-amzn-apigateway-api-id',
    apiId,
    'X-Amzn-Trace-Id',
    x.trace,
  ];
  if (hasBody) headers.push('Content-Type', x.header('content-type') ?? defaultMediaType);
  return headers;
}
