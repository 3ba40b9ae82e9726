/** What the main thread and the gate workers tell each other: plain data, in order. */
import type { MessagePort } from 'node:worker_threads';
import type { DeployedApiStage } from '../definition/api-stage.ts';
import type { RoutingMode, RoutingRule } from '../definition/domain-name.ts';
import type { ServedFunctionUrl } from '../definition/functions/function-urls.ts';
import type { DeployedRestStage } from '../definition/stage.ts';
import type { ServiceCredentials } from '../integrations/signed-calls.ts';
import type { LogLine } from '../observe/forwarded-log.ts';
import type { LogLevel } from '../observe/log.ts';

/** A certificate chain and its key, as PEM. */
export interface ServedTls {
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
}

/** Given to a worker when it starts. */
export interface GateWorkerOptions {
  readonly index: number;
  readonly host: string;
  /** 0: a free port; the worker says which it got, and the other workers are told that one. */
  readonly port: number;
  readonly tls?: ServedTls;
  readonly logLevel: LogLevel;
  readonly limits: { readonly bodyBytes: number; readonly headerBytes: number };
  /** Absolute. */
  readonly dataDir: string;
  readonly services: Readonly<Record<string, string>>;
  readonly credentials: ServiceCredentials;
  /** Token buckets that all workers share. */
  readonly throttling: SharedArrayBuffer;
  /** To the function host, and to the directory of functions. */
  readonly invoker: MessagePort;
  readonly directory: MessagePort;
  /** To what authorizers have answered any worker. */
  readonly answers: MessagePort;
}

/** A custom domain name with its base path mappings and routing rules, as the gate needs them. */
export interface ServedDomain {
  readonly domainName: string;
  readonly mappings: readonly { readonly basePath: string; readonly restApiId: string; readonly stage?: string }[];
  readonly routingMode: RoutingMode;
  readonly routingRules: readonly RoutingRule[];
}

export type ToWorker =
  | { readonly type: 'deploy'; readonly deployed: DeployedRestStage }
  | { readonly type: 'deploy-api'; readonly deployed: DeployedApiStage }
  | { readonly type: 'flush-authorizers'; readonly restApiId: string; readonly stageName: string }
  /** The function host has been replaced: this leads to the new one. */
  | { readonly type: 'invoker'; readonly port: MessagePort }
  | { readonly type: 'retire'; readonly restApiId: string; readonly stageName: string }
  /** All URLs that a function has now. */
  | { readonly type: 'function-urls'; readonly functionArn: string; readonly urls: readonly ServedFunctionUrl[] }
  | { readonly type: 'domain'; readonly domain: ServedDomain }
  | { readonly type: 'domain-gone'; readonly domainName: string }
  /** Answered by `synced`, once all that was sent before has been acted on. */
  | { readonly type: 'sync'; readonly sequence: number }
  /** Open the listeners: sent after the first load, so that nobody is told 404 by a gate that knows nothing yet. */
  | { readonly type: 'listen'; readonly port: number; readonly tlsPort: number }
  | { readonly type: 'drain'; readonly drainMs: number };

export type FromWorker =
  | { readonly type: 'listening'; readonly port: number; readonly tlsPort: number | null }
  | { readonly type: 'synced'; readonly sequence: number }
  /** A definition did not compile; what was live before stays live. */
  | { readonly type: 'refused'; readonly restApiId: string; readonly stageName: string; readonly problem: string }
  | { readonly type: 'drained'; readonly abandoned: number }
  | { readonly type: 'log'; readonly line: LogLine };
