/**
 * Integrations of type AWS: an action of an AWS service, or a path of it, signed and sent. What the integration's own
 * mappings set (headers, query, body) goes along; what an action needs beside it is added. Functions are invoked.
 * Source: API reference, PutIntegration, `uri`; recorded calls, facts/integration-aws-services.md.
 */
import { randomUUID } from 'node:crypto';
import { type AwsServiceFacts, factsOf } from './aws-services.ts';
import { type AwsUri, type FunctionUri, functionOf, readAwsUri } from './aws-uri.ts';
import { errorMessageOf, type FunctionAnswer, type FunctionCaller, type FunctionRequest } from './function-call.ts';
import { notTaken } from './hosted-functions.ts';
import {
  type AwsAction,
  type AwsIntegrator,
  type BackendCall,
  BackendFailure,
  type BackendRequest,
  type BackendResponse,
} from './integrator.ts';
import type { SignedCalls } from './signed-calls.ts';

export class SigningAwsIntegrator implements AwsIntegrator {
  readonly #calls: SignedCalls;
  readonly #functions: FunctionCaller;

  constructor(calls: SignedCalls, functions: FunctionCaller) {
    this.#calls = calls;
    this.#functions = functions;
  }

  call(action: AwsAction, request: BackendRequest): BackendCall {
    const uri = readAwsUri(action.uri);
    if (uri === undefined) return failed(`${action.uri} is no URI of an AWS service`, 'Invalid endpoint address');
    const called = functionOf(uri, action.accountId);
    if (called !== undefined) return this.#invoke(called, action, request);
    if (uri.service === 'lambda' && uri.subdomain === '' && /^\/[^?]*\/functions\//.test(targetPath(uri)))
      return failed(`${action.uri} names no function`, 'Invalid function ARN or invalid uri');
    if (action.credentials.startsWith('arn:aws:iam::*:'))
      return failed('The credentials of callers can not be passed on', 'Invalid credentials for the integration');
    const headers = headersOf(request.headers);
    const facts = factsOf(nameOf(uri), uri.service);
    const { target, body } = aimed(uri, facts, request, headers);
    return this.#calls.send({
      name: nameOf(uri),
      service: uri.service,
      region: uri.region === '' ? action.region : uri.region,
      accountId: action.accountId,
      roleArn: action.credentials,
      method: request.method,
      target,
      headers,
      body,
      timeoutMs: request.timeoutMs,
    });
  }

  failureOf(error: unknown): BackendFailure {
    return this.#calls.failureOf(error);
  }

  #invoke({ functionArn, operation }: FunctionUri, action: AwsAction, request: BackendRequest): BackendCall {
    const headers = headersOf(request.headers);
    const wished = headers['x-amz-invocation-type'] ?? '';
    const invocationType = operation === 'enqueue' ? 'Event' : invocationTypeOf(wished);
    if (invocationType === null) return unknownInvocationType(wished);
    const clientContext = decodedBase64(headers['x-amz-client-context']);
    const call = this.#functions.call({
      functionArn,
      payload: bytesOf(request.body),
      unchecked: true,
      invocationType,
      streaming: false,
      sourceArn: action.sourceArn,
      accountId: action.accountId,
      credentials: action.credentials,
      ...(clientContext !== undefined && { clientContext }),
      traceId: headers['x-amzn-trace-id'] ?? '',
      timeoutMs: request.timeoutMs,
    });
    const traceId = headers['x-amzn-trace-id'] ?? '';
    return { promise: call.promise.then((answer) => responseOf(answer, traceId)), abort: () => call.abort() };
  }
}

const nameOf = ({ subdomain, service }: AwsUri): string => (subdomain === '' ? service : `${subdomain}.${service}`);
const targetPath = ({ target }: AwsUri): string => (target.form === 'path' ? target.path : '');

function failed(message: string, reason: string): BackendCall {
  return { promise: Promise.reject(new BackendFailure('configuration', message, { reason })), abort: () => {} };
}

const nothing = new Uint8Array();
function bytesOf(body: BackendRequest['body']): Uint8Array {
  if (body === null) return nothing;
  if (body instanceof Uint8Array) return body;
  throw new Error('calls of AWS services are signed: their bodies can not stream');
}

/** By lower-case name, as they are signed; Host is the endpoint's to say. */
function headersOf(flat: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    const value = flat[i + 1]!;
    if (name !== 'host') headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
}

interface Aimed {
  /** Path and query. */
  readonly target: string;
  readonly body: Uint8Array | null;
}

/** Where in the service a call goes, and what it must say beside what the mappings say. @param headers is added to */
function aimed(uri: AwsUri, facts: AwsServiceFacts, request: BackendRequest, headers: Record<string, string>): Aimed {
  const body = bytesOf(request.body);
  // The mapped query parameters, on a path that stands for none.
  const mapped = request.path.includes('?') ? request.path.slice(request.path.indexOf('?') + 1) : '';
  const { target } = uri;
  if (target.form === 'path') {
    const whole = mapped === '' ? target.path : `${target.path}${target.path.includes('?') ? '&' : '?'}${mapped}`;
    return { target: uri.service === 's3' ? objectPath(whole) : whole, body };
  }
  const parameters = [...target.parameters.map(encodedParameter), ...(mapped === '' ? [] : [mapped])].join('&');
  // Services of JSON understand parameters too: that is how calls without a body reach them.
  if (facts.json !== undefined && (body.length > 0 || parameters === '')) {
    const [prefix, version] = facts.json;
    headers['x-amz-target'] ??= `${prefix}.${target.action}`;
    if (headers['content-type'] === undefined || headers['content-type'].startsWith('application/json'))
      headers['content-type'] = `application/x-amz-json-${version}`;
    return { target: `/?${parameters}`.replace(/\?$/, ''), body: body.length > 0 ? body : Buffer.from('{}') };
  }
  const query = parameters === '' ? [] : [parameters];
  if (!/(?:^|&)Version=/.test(parameters) && facts.queryVersion !== undefined)
    query.unshift(`Version=${facts.queryVersion}`);
  if (!/(?:^|&)Action=/.test(parameters)) query.unshift(`Action=${target.action}`);
  return { target: `/?${query.join('&')}`, body };
}

/** Placeholders in a URI are filled as in a path; what else a query could not contain is encoded here. */
const encodedParameter = ([name, value]: readonly [string, string]): string =>
  `${name}=${value}`.replaceAll(/[^\w\-.~%=+/:,@]/gu, (character) => encodeURIComponent(character.toWellFormed()));

/**
 * S3 signs what it reads from the path, encoded its own way: whatever a client has left plain must go out as S3 would
 * write it.
 */
function objectPath(target: string): string {
  const question = target.indexOf('?');
  const path = question === -1 ? target : target.slice(0, question);
  const encoded = path
    .replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) => {
      const character = String.fromCharCode(Number.parseInt(digits, 16));
      return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${digits.toUpperCase()}`;
    })
    .replaceAll(/[!$&'()*+,;=:@]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return question === -1 ? encoded : encoded + target.slice(question);
}

/** @returns null for a type that Lambda does not know */
function invocationTypeOf(wished: string): FunctionRequest['invocationType'] | null {
  if (wished === '') return 'RequestResponse';
  return wished === 'Event' || wished === 'RequestResponse' || wished === 'DryRun' ? wished : null;
}

function unknownInvocationType(wished: string): BackendCall {
  const told = `1 validation error detected: Value '${wished}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`;
  return { promise: Promise.reject(notTaken(told, randomUUID())), abort: () => {} };
}

/** A client context travels as base64; what is none is left out. */
function decodedBase64(text: string | undefined): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('utf8');
}

/** What Lambda would answer over HTTP; a failed function is told apart by its error message. */
function responseOf(answer: FunctionAnswer, traceId: string): BackendResponse {
  const { status, payload, functionError } = answer;
  return {
    status,
    headers: lambdaHeaders(answer, traceId),
    body: payload,
    bodyBytes: payload.length,
    selection: functionError === null ? '' : errorMessageOf(payload),
  };
}

/** Headers that the Lambda API puts on an answer, as mappings and execution logs see them. */
export function lambdaHeaders(
  { requestId, payload, functionError, executedVersion }: FunctionAnswer,
  traceId: string,
): string[] {
  const headers = [
    'Date',
    new Date().toUTCString(),
    'Content-Type',
    'application/json',
    'Content-Length',
    String(payload.length),
    'Connection',
    'keep-alive',
    'x-amzn-RequestId',
    requestId,
  ];
  if (functionError !== null) headers.push('X-Amz-Function-Error', functionError);
  headers.push('x-amzn-Remapped-Content-Length', '0');
  if (executedVersion !== '') headers.push('X-Amz-Executed-Version', executedVersion);
  headers.push('X-Amzn-Trace-Id', traceId);
  return headers;
}
