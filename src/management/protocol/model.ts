/**
 * The wire model of a service: its operations, their HTTP bindings, and the shapes of what goes in and comes out. The
 * models are extracted from the AWS SDK by `scripts/extract-models.ts` and committed under `models/`; a service's
 * model is read when it is first called.
 */
import { readFileSync } from 'node:fs';
import summaries from './models/services.generated.json' with { type: 'json' };

export type Protocol = 'restJson1' | 'awsJson1.0' | 'awsJson1.1' | 'awsQuery';

export interface ServiceHead {
  /** Name of the model's file and of the folder with the handlers: `apigateway`. */
  readonly service: string;
  /** The package and version it was taken from. */
  readonly sdk: string;
  readonly serviceId: string;
  /** The service in a signature's credential scope; several services may share one. */
  readonly signingName: string;
  readonly apiVersion: string;
  /** The one its SDK speaks, then others that its older clients do. */
  readonly protocols: readonly Protocol[];
  /** Of `X-Amz-Target`, before the dot. */
  readonly targetPrefix?: string;
  /** Of XML answers. */
  readonly xmlNamespace?: string;
}

export interface ServiceSummary extends ServiceHead {
  readonly operationCount: number;
}

export interface ServiceModel extends ServiceHead {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  /** Values in the order in which AWS prints them. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

export interface Operation {
  /** Method, URI template (with constant query parameters), status of a success. */
  readonly http?: readonly [method: string, uri: string, status: number];
  /** Names of structures; absent when there is nothing to send or to answer. */
  readonly input?: string;
  readonly output?: string;
  readonly errors?: readonly string[];
  /** May be called without a signature. */
  readonly unsigned?: true;
}

export interface Shape {
  readonly union?: true;
  readonly error?: { readonly fault: 'client' | 'server'; readonly status: number };
  /** Code and status in the query protocol. */
  readonly queryError?: readonly [code: string, status: number];
  readonly members: Record<string, Member>;
}

export interface Member {
  readonly type:
    | 'string'
    | 'integer'
    | 'long'
    | 'float'
    | 'double'
    | 'boolean'
    | 'timestamp'
    | 'blob'
    | 'document'
    | 'list'
    | 'map'
    | 'structure';
  readonly required?: true;
  /** Of a structure; absent for one without members. */
  readonly shape?: string;
  /** Items of a list, values of a map. */
  readonly of?: Member;
  readonly enum?: string;
  /** Of a timestamp; absent when the protocol decides. */
  readonly format?: 'date-time' | 'http-date' | 'epoch-seconds';
  /** Where it travels in rest protocols; absent in the body. */
  readonly in?: 'label' | 'query' | 'queryMap' | 'header' | 'headerMap' | 'payload' | 'status';
  /** Name of the query parameter or header (lower case), or prefix of the headers. */
  readonly as?: string;
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly flattened?: true;
  /** Never quoted in refusals. */
  readonly sensitive?: true;
  /** A blob that may be a stream, or a union of events. */
  readonly streaming?: true;
  /** The member of an event that is its bare payload. */
  readonly eventPayload?: true;
  /** May hold nulls. */
  readonly sparse?: true;
}

export type ServiceName = keyof typeof summaries;

const summaryOf: Readonly<Record<string, ServiceSummary>> = summaries as Readonly<Record<ServiceName, ServiceSummary>>;

/** What is known of a service without reading its model. @throws when there is no such service */
export function serviceSummary(service: ServiceName): ServiceSummary {
  const summary = summaryOf[service];
  if (summary === undefined) throw new Error(`${service}: no model of this service was extracted`);
  return summary;
}

const loaded = new Map<ServiceName, ServiceModel>();

/** The committed file is the type's witness: a test compares it with a new extraction. */
export function loadModel(service: ServiceName): ServiceModel {
  let model = loaded.get(service);
  if (model === undefined) {
    const file = new URL(`./models/${service}.generated.json`, import.meta.url);
    model = JSON.parse(readFileSync(file, 'utf8')) as ServiceModel;
    loaded.set(service, model);
  }
  return model;
}

/** The members of a structure by name, in the order of the model; none for a structure without members. */
export function membersOf(model: ServiceModel, shape: string | undefined): Readonly<Record<string, Member>> {
  return (shape === undefined ? undefined : model.shapes[shape]?.members) ?? none;
}

const none: Readonly<Record<string, Member>> = Object.freeze({});
