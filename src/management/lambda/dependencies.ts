/** What Lambda's handlers need from outside; the composition root hands it in. */
import type { FunctionDirectory } from '../../access/function-directory.ts';
import type { CodeSource } from '../../definition/functions/function.ts';
import type { EventQueue } from '../../functions/event-queue.ts';
import type { FunctionInvoker } from '../../functions/invocation.ts';
import type { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';

/** Code on its way into a document: kept on disk at least until it is released. */
export interface HeldCode {
  readonly code: CodeSource;
  release(): void;
}

/** Where code lies; archives that no document refers to any more go by themselves. */
export interface CodeStorage {
  /** Unpacks a deployment package and keeps both. @throws ArchiveError when it cannot be unpacked */
  keep(archive: Uint8Array): Promise<HeldCode>;
  /** @returns undefined when there is no such directory */
  directory(path: string): Promise<CodeSource | undefined>;
  /** Keeps what a directory holds now. @throws ArchiveError, or the file system's error when it cannot be read */
  freeze(directory: string): Promise<HeldCode>;
  /** Where a caller can fetch it from: a URL. */
  location(code: CodeSource, nowMs: number): string;
  /** A document no longer refers to some code. */
  collect(): void;
}

/** An object in S3 that holds a deployment package. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly version?: string;
}

export interface LambdaDependencies {
  readonly documents: Documents;
  readonly code: CodeStorage;
  readonly functions: FunctionDirectory;
  readonly invoker: FunctionInvoker;
  readonly events: Pick<EventQueue, 'enqueue'>;
  /** Fetches a package from S3; its errors tell the caller why it could not. */
  readonly fetchObject: (place: ObjectPlace, call: Call) => Promise<Uint8Array>;
  /** A directory that stands for another account's layer version. */
  readonly layerDirectory: (layerVersionArn: string) => string | undefined;
  /** Resolves once whoever invokes functions knows what has been committed up to now. */
  readonly settled: () => Promise<void>;
  readonly newUuid: () => string;
  /** 0 to 1, without 1: which of an alias's versions an invocation gets. */
  readonly random: () => number;
  /** Invocations at a time, of one account. */
  readonly concurrencyMax: number;
  /** The host part of function URLs after the URL's id, e.g. `lambda-url.us-east-1.on.aws`. */
  readonly functionUrlHost: (region: string) => string;
}
