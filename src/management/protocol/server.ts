/**
 * Serves AWS management APIs, whatever transport brings the requests: tells how the caller speaks and which operation
 * it means, verifies the signature, reads and checks the input by the service's model, calls the handler, and writes
 * its output or its refusal as the caller's protocol wants it. No operation's binding is written by hand.
 */
import {
  errorOf,
  readScope,
  type Scope,
  type SignedMessage,
  type SigningCredentials,
  SigningKeys,
  sha256,
  verifySignature,
} from '../../access/sigv4.ts';
import { ServiceError } from '../../definition/errors.ts';
import type { Log } from '../../observe/log.ts';
import type { Call } from './call.ts';
import { checkConstraints } from './constraints.ts';
import { type Conventions, conventionsOf } from './conventions.ts';
import { renderFault } from './faults.ts';
import { decodeStructure, encodeStructure, parseJson } from './json.ts';
import {
  loadModel,
  membersOf,
  type Operation,
  type Protocol,
  type ServiceHead,
  type ServiceModel,
  type ServiceName,
  serviceSummary,
} from './model.ts';
import { decodeQueryInput, encodeQueryOutput } from './query.ts';
import { headerOf, type ManagementRequest, type ManagementResponse } from './request.ts';
import { decodeRestInput, encodeRestOutput } from './rest.ts';
import { Routes } from './routes.ts';
import { decompressed, listen, type Speech, tooLarge } from './speech.ts';

/** Any handler: `HandlersOf<…>` checked its input and output where the map was written. */
export type Handler = (input: never, call: Call) => unknown;

export interface Service {
  /** By name, to be read when it is first called; or the model itself. */
  readonly model: ServiceName | ServiceModel;
  /** By operation: a `HandlersOf<OperationsOf<typeof Sdk>>`. */
  readonly handlers: Readonly<Record<string, Handler>>;
}

export interface CallerCredentials extends SigningCredentials {
  /** Twelve digits. */
  readonly accountId: string;
  readonly callerArn: string;
}

export interface ProtocolOptions {
  readonly services: readonly Service[];
  readonly credentialsOf: (
    accessKeyId: string,
  ) => CallerCredentials | undefined | Promise<CallerCredentials | undefined>;
  /** To whom calls of operations that need no signature are attributed. */
  readonly unsigned: { readonly accountId: string; readonly region: string };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly requestId: () => string;
  readonly newId: Call['newId'];
  readonly log: Log;
  /** Of services that do not have a limit of their own. */
  readonly bodyBytesMax?: number;
}

export interface ServedSummary {
  readonly service: string;
  readonly signingName: string;
  readonly apiVersion: string;
  readonly protocols: readonly Protocol[];
  /** In the service's model, and how many of them have a handler. */
  readonly operations: number;
  readonly handled: number;
}

export interface ManagementProtocol {
  /** Never rejects: whatever goes wrong becomes an answer. */
  handle(request: ManagementRequest): Promise<ManagementResponse>;
  /** What is served, for `doctor` and the like. */
  readonly services: readonly ServedSummary[];
  /** The largest body that any service takes; a listener need not collect more than one byte beyond it. */
  readonly bodyBytesMax: number;
}

export function createManagementProtocol(options: ProtocolOptions): ManagementProtocol {
  const server = new Server(options);
  return { handle: (request) => server.handle(request), services: server.services, bodyBytesMax: server.bodyBytesMax };
}

interface Served {
  readonly head: ServiceHead;
  readonly model: () => ServiceModel;
  readonly speaks: ReadonlySet<Speech['style']>;
  readonly handlers: Service['handlers'];
  readonly conventions: Conventions;
}

/** What a call means. */
interface Target {
  readonly served: Served;
  readonly model: ServiceModel;
  readonly name: string;
  readonly operation: Operation;
  readonly labels: ReadonlyMap<string, string>;
}

interface Caller {
  readonly accountId: string;
  readonly callerArn: string;
  readonly accessKeyId: string;
  readonly region: string;
  readonly traceId?: string;
}

function traceOf(received: ManagementRequest): Pick<Caller, 'traceId'> {
  const traceId = headerOf(received, 'x-amzn-trace-id');
  return traceId === undefined ? {} : { traceId };
}

const noLabels: ReadonlyMap<string, string> = new Map();

class Server {
  readonly services: readonly ServedSummary[];
  readonly bodyBytesMax: number;
  readonly #options: ProtocolOptions;
  readonly #served: readonly Served[];
  readonly #bodyBytesUsual: number;
  readonly #keys = new SigningKeys();
  readonly #routes = new Map<string, Routes>();

  constructor(options: ProtocolOptions) {
    this.#options = options;
    this.#bodyBytesUsual = options.bodyBytesMax ?? 10 * 1024 * 1024;
    this.#served = options.services.map(({ model, handlers }) => {
      const head = typeof model === 'string' ? serviceSummary(model) : model;
      return {
        head,
        model: () => (typeof model === 'string' ? loadModel(model) : model),
        speaks: new Set(head.protocols.map((protocol) => styleOf[protocol])),
        handlers,
        conventions: conventionsOf(head.service),
      };
    });
    this.services = options.services.map(({ model, handlers }) => {
      const { service, signingName, apiVersion, protocols } = typeof model === 'string' ? serviceSummary(model) : model;
      const operations =
        typeof model === 'string' ? serviceSummary(model).operationCount : Object.keys(model.operations).length;
      return { service, signingName, apiVersion, protocols, operations, handled: Object.keys(handlers).length };
    });
    this.bodyBytesMax = Math.max(
      this.#bodyBytesUsual,
      ...this.#served.map(({ conventions }) => conventions.bodyBytesMax ?? 0),
    );
  }

  async handle(received: ManagementRequest): Promise<ManagementResponse> {
    const requestId = this.#options.requestId();
    let speech: Speech = { style: 'rest', contentType: 'application/json' };
    let target: Target | undefined;
    let response: ManagementResponse;
    try {
      const request = await decompressed(received, this.#bodyBytesUsual);
      speech = this.#inXmlWhereExpected(listen(request), request);
      target = this.#find(request, speech);
      response = await this.#answer({ received, request, speech, target, requestId });
    } catch (error) {
      response = renderFault(this.#faultOf(error, target, requestId), speech, target?.model, requestId);
    }
    return { ...response, headers: { ...response.headers, 'x-amzn-requestid': requestId } };
  }

  /** Anything but a refusal is a bug: logged whole, answered bare. */
  #faultOf(error: unknown, target: Target | undefined, requestId: string): ServiceError {
    if (error instanceof ServiceError) return error;
    const service = target?.served.head.service;
    this.#options.log.error({ error, service, operation: target?.name, requestId }, 'a management call failed');
    return new ServiceError('InternalFailure', 500, 'The request processing has failed because of an unknown error');
  }

  /** Services that speak XML over rest are not served; that is said in words that their clients can read. */
  #inXmlWhereExpected(speech: Speech, request: ManagementRequest): Speech {
    const service = readScope(request)?.service;
    if (speech.style !== 'rest' || service === undefined || !xmlServices.has(service) || this.#isServed(service))
      return speech;
    return { style: 'query', contentType: 'text/xml' };
  }

  #isServed(signingName: string): boolean {
    return this.#served.some(({ head }) => head.signingName === signingName);
  }

  /** Looks among the services that the signature names, else, for a better refusal, among all. */
  #find(request: ManagementRequest, speech: Speech): Target | undefined {
    const scope = readScope(request);
    const named = this.#served.filter(({ head }) => head.signingName === scope?.service);
    return this.#findAmong(named.length > 0 ? named : this.#served, request, speech);
  }

  #findAmong(candidates: readonly Served[], request: ManagementRequest, speech: Speech): Target | undefined {
    const speakers = candidates.filter(({ speaks }) => speaks.has(speech.style));
    if (speech.style === 'rest') {
      for (const signingName of new Set(speakers.map(({ head }) => head.signingName))) {
        const match = this.#routesOf(signingName).match(request.method, request.path, request.query);
        const served = speakers.find(({ head }) => head.service === match?.model.service);
        if (match !== undefined && served !== undefined) return targetOf(served, match.operation, match.labels);
      }
      return undefined;
    }
    const version = speech.parameters?.find(([name]) => name === 'Version')?.[1];
    for (const served of speakers) {
      const { targetPrefix, apiVersion } = served.head;
      if (speech.style === 'awsJson' && targetPrefix !== speech.targetPrefix) continue;
      if (version !== undefined && version !== apiVersion) continue;
      const target = targetOf(served, speech.operation ?? '', noLabels);
      if (target !== undefined) return target;
    }
    return undefined;
  }

  #routesOf(signingName: string): Routes {
    let routes = this.#routes.get(signingName);
    if (routes === undefined) {
      const alike = this.#served.filter(({ head, speaks }) => head.signingName === signingName && speaks.has('rest'));
      routes = new Routes(alike.map(({ model }) => model()));
      this.#routes.set(signingName, routes);
    }
    return routes;
  }

  async #answer({ received, request, speech, target, requestId }: Conversation): Promise<ManagementResponse> {
    const bytesMax = target?.served.conventions.bodyBytesMax ?? this.#bodyBytesUsual;
    if (received.body.length > bytesMax) throw tooLarge(bytesMax, target?.name);
    // JSON services look up the operation and read the input before they ask who is calling.
    if (speech.style === 'awsJson') {
      if (target === undefined) throw this.#unknownOperation(request, speech);
      const input = decodeInput(target, request, speech);
      const caller = await this.#authenticate(received, speech, target);
      return this.#call(target, input, caller, speech, requestId);
    }
    const caller = await this.#authenticate(received, speech, target);
    if (target === undefined) throw this.#unknownOperation(request, speech);
    return this.#call(target, decodeInput(target, request, speech), caller, speech, requestId);
  }

  /** @throws ServiceError when the signature is missing or wrong */
  async #authenticate(received: ManagementRequest, speech: Speech, target: Target | undefined): Promise<Caller> {
    const scope: Scope | undefined = readScope(received);
    const { unsigned, now, credentialsOf } = this.#options;
    const isSigned =
      Object.hasOwn(received.headers, 'authorization') || /(?:^|&)X-Amz-Algorithm(?:=|&|$)/.test(received.query);
    if (target?.operation.unsigned === true && !isSigned)
      return { ...unsigned, callerArn: 'anonymous', accessKeyId: '', ...traceOf(received) };
    const conventions = target?.served.conventions ?? conventionsOf('');
    const { regions } = conventions;
    const message: SignedMessage = received;
    const outcome = await verifySignature(message, {
      credentialsOf,
      payloadHash: () => sha256(received.body),
      service: target?.served.head.signingName ?? scope?.service ?? '',
      ...(regions !== undefined && { validRegion: (region: string) => regions.includes(region) }),
      nowMs: now(),
      windowMs: conventions.clockWindowMs,
      presigned: conventions.presigned,
      uri: scope?.service === 's3' ? 'as sent' : 'normalized',
      keys: this.#keys,
    });
    if (outcome.kind !== 'verified') {
      const { code, status, message: text } = errorOf(outcome, speech.style);
      throw new ServiceError(code, status, text);
    }
    const { accountId, callerArn } = outcome.credentials;
    return {
      accountId,
      callerArn,
      accessKeyId: outcome.accessKeyId,
      region: outcome.scope.region,
      ...traceOf(received),
    };
  }

  async #call(
    target: Target,
    input: Readonly<Record<string, unknown>>,
    caller: Caller,
    speech: Speech,
    requestId: string,
  ): Promise<ManagementResponse> {
    const { served, model, name } = target;
    const handler = Object.hasOwn(served.handlers, name) ? served.handlers[name] : undefined;
    if (handler === undefined)
      throw new ServiceError('UnknownOperationException', 404, `${served.head.service} ${name} is not served here yet`);
    checkConstraints(model, name, input, served.conventions);
    const { now, newId, log } = this.#options;
    const call: Call = { ...caller, partition: partitionOf(caller.region), requestId, nowMs: now(), newId };
    // The one place where types are given up: the input was built by the model that the handler's types come from.
    const output = await handler(input as never, call);
    const response = encodeOutput(target, output, speech, requestId);
    log.debug({ service: served.head.service, operation: name, status: response.status, requestId }, 'management call');
    return response;
  }

  #unknownOperation(request: ManagementRequest, speech: Speech): ServiceError {
    const scope = readScope(request);
    const version = speech.parameters?.find(([name]) => name === 'Version')?.[1] ?? '';
    const isKnown = scope === undefined || this.#isServed(scope.service);
    if (speech.style === 'query' && isKnown)
      return new ServiceError(
        'InvalidAction',
        400,
        `Could not find operation ${shortened(speech.operation ?? '')} for version ${shortened(version)}`,
      );
    const prefix = speech.targetPrefix === undefined ? '' : `${shortened(speech.targetPrefix)}.`;
    const meant =
      speech.operation === undefined
        ? `${request.method} ${shortened(request.path)}`
        : `${prefix}${shortened(speech.operation)}`;
    const text = isKnown
      ? `${meant} is no operation of a service that is served here`
      : `The service '${shortened(scope.service)}' is not served here (${meant})`;
    const served = this.services.map(({ service, operations }) => `${service} (${operations} operations)`).join(', ');
    const code = speech.style === 'query' ? 'InvalidAction' : 'UnknownOperationException';
    const status = speech.style === 'rest' ? 404 : 400;
    return new ServiceError(code, status, `${text}. Served are: ${served}`);
  }
}

/** By signing name. */
const xmlServices: ReadonlySet<string> = new Set(['s3', 'cloudfront', 'route53']);

const styleOf: Readonly<Record<Protocol, Speech['style']>> = {
  restJson1: 'rest',
  'awsJson1.0': 'awsJson',
  'awsJson1.1': 'awsJson',
  awsQuery: 'query',
};

function targetOf(served: Served, name: string, labels: ReadonlyMap<string, string>): Target | undefined {
  const model = served.model();
  const operation = Object.hasOwn(model.operations, name) ? model.operations[name] : undefined;
  return operation && { served, model, name, operation, labels };
}

interface Conversation {
  /** As it was signed. */
  readonly received: ManagementRequest;
  /** With its body decompressed. */
  readonly request: ManagementRequest;
  readonly speech: Speech;
  readonly target: Target | undefined;
  readonly requestId: string;
}

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** @throws SerializationException */
function decodeInput(
  { model, operation, labels }: Target,
  request: ManagementRequest,
  speech: Speech,
): Record<string, unknown> {
  switch (speech.style) {
    case 'rest':
      return decodeRestInput(model, operation, request, labels);
    case 'awsJson': {
      const body = request.body.length === 0 ? {} : parseJson(request.body);
      return decodeStructure(model, membersOf(model, operation.input), body);
    }
    case 'query':
      return decodeQueryInput(model, operation.input, speech.parameters ?? []);
    default: {
      const never: never = speech.style;
      return never;
    }
  }
}

function encodeOutput(
  { model, name, operation, served }: Target,
  output: unknown,
  speech: Speech,
  requestId: string,
): ManagementResponse {
  const { statuses, timestamps } = served.conventions;
  const headers = { 'content-type': speech.contentType };
  switch (speech.style) {
    case 'rest': {
      const status = statuses[name] ?? operation.http?.[2] ?? 200;
      return encodeRestOutput(model, operation.output, status, output, timestamps);
    }
    case 'awsJson': {
      const body = encodeStructure(model, membersOf(model, operation.output), output, timestamps);
      return { status: 200, headers, body: JSON.stringify(body) };
    }
    case 'query':
      return { status: 200, headers, body: encodeQueryOutput(model, name, output, requestId, timestamps) };
    default: {
      const never: never = speech.style;
      return never;
    }
  }
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
