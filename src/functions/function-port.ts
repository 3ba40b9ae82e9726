/**
 * Functions run in one thread, and are invoked from several: a `FunctionPort` is the caller's end of a MessagePort, and
 * `servePort` the host's. What is said in one turn of the event loop travels in one message, so that a busy gate pays
 * for few messages. A configuration travels once; streams have credit, so that a slow reader holds up the function and
 * fills no memory.
 */
import type { MessagePort, Transferable } from 'node:worker_threads';
import type { FunctionConfiguration } from './configuration.ts';
import {
  type FunctionInvoker,
  type InvocationOptions,
  InvocationRefused,
  type InvocationResult,
  StreamBroken,
  type StreamedInvocation,
} from './invocation.ts';
import { StreamedBody } from './streamed-response.ts';

type Asked =
  | { readonly kind: 'fn'; readonly fn: number; readonly configuration: FunctionConfiguration }
  | { readonly kind: 'forget'; readonly fn: number }
  | {
      readonly kind: 'invoke' | 'stream';
      readonly id: number;
      readonly fn: number;
      readonly event: Uint8Array;
      readonly options: InvocationOptions;
    }
  | { readonly kind: 'more' | 'stop'; readonly id: number }
  | { readonly kind: 'retire'; readonly functionArn: string; readonly keepRevision: string | undefined };

type Told =
  | { readonly kind: 'result' | 'completed'; readonly id: number; readonly result: InvocationResult }
  | {
      readonly kind: 'refused';
      readonly id: number;
      readonly code: InvocationRefused['code'];
      readonly message: string;
      readonly reason: string | undefined;
    }
  | { readonly kind: 'streaming'; readonly id: number; readonly contentType: string; readonly executedVersion: string }
  | { readonly kind: 'chunk'; readonly id: number; readonly bytes: Uint8Array };

/** Bytes of a stream that may be under way or unread. */
const creditBytes = 256 * 1024;
/** From here on moving the memory to the other thread is cheaper than copying it there. */
const transferFromBytes = 16 * 1024;

/** Collects what one side says in a turn. */
class Outbox<Message> {
  #port: MessagePort | null;
  #messages: Message[] = [];
  #transfers: Transferable[] = [];
  readonly #send = (): void => {
    const messages = this.#messages;
    const transfers = this.#transfers;
    this.#messages = [];
    this.#transfers = [];
    this.#port?.postMessage(messages, transfers);
  };

  constructor(port: MessagePort | null) {
    this.#port = port;
  }

  attach(port: MessagePort | null): void {
    this.#port = port;
    if (port === null) this.#messages = [];
  }

  say(message: Message, bytes?: Uint8Array<ArrayBuffer>): void {
    if (this.#messages.length === 0) setImmediate(this.#send);
    this.#messages.push(message);
    if (bytes !== undefined && bytes.length >= transferFromBytes) this.#transfers.push(bytes.buffer);
  }
}

/** Bytes in memory of their own: what they are cut from would travel along. What is moved is lost here: never theirs. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.length === buffer.byteLength && bytes.length < transferFromBytes)
    return new Uint8Array(buffer);
  return new Uint8Array(bytes);
}

interface Waiting {
  readonly resolve?: (result: InvocationResult) => void;
  readonly stream?: (streamed: StreamedInvocation) => void;
  readonly reject: (error: InvocationRefused) => void;
}

interface ReadStream {
  readonly body: StreamedBody;
  readonly complete: (result: InvocationResult) => void;
}

const hostGone = (): InvocationRefused => new InvocationRefused('ServiceException', 'The function host has ended');

/** The caller's end. */
export class FunctionPort implements FunctionInvoker {
  readonly #outbox: Outbox<Asked>;
  #port: MessagePort | null = null;
  #lastId = 0;
  #functions = new WeakMap<FunctionConfiguration, number>();
  #forget: FinalizationRegistry<number>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #streams = new Map<number, ReadStream>();

  constructor(port: MessagePort) {
    this.#outbox = new Outbox<Asked>(null);
    this.#forget = new FinalizationRegistry((fn) => this.#outbox.say({ kind: 'forget', fn }));
    this.attach(port);
  }

  /** Goes on with another port: the host's thread has been replaced. What was under way is refused. */
  attach(port: MessagePort): void {
    this.#detach();
    this.#port = port;
    this.#functions = new WeakMap();
    this.#forget = new FinalizationRegistry((fn) => this.#outbox.say({ kind: 'forget', fn }));
    this.#outbox.attach(port);
    port.on('message', (told: readonly Told[]) => {
      for (const message of told) this.#hear(message);
    });
    port.on('close', () => {
      if (this.#port === port) this.#detach();
    });
  }

  invoke(fn: FunctionConfiguration, event: Uint8Array, options: InvocationOptions): Promise<InvocationResult> {
    return new Promise((resolve, reject) => this.#ask('invoke', fn, event, options, { resolve, reject }));
  }

  invokeStreaming(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
  ): Promise<StreamedInvocation> {
    return new Promise((stream, reject) => this.#ask('stream', fn, event, options, { stream, reject }));
  }

  retire(functionArn: string, keepRevision?: string): void {
    this.#outbox.say({ kind: 'retire', functionArn, keepRevision });
  }

  close(): void {
    this.#port?.close();
  }

  #ask(
    kind: 'invoke' | 'stream',
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
    waiting: Waiting,
  ): void {
    if (this.#port === null) {
      waiting.reject(hostGone());
      return;
    }
    let number = this.#functions.get(fn);
    if (number === undefined) {
      number = ++this.#lastId;
      this.#functions.set(fn, number);
      this.#forget.register(fn, number);
      this.#outbox.say({ kind: 'fn', fn: number, configuration: fn });
    }
    const id = ++this.#lastId;
    this.#waiting.set(id, waiting);
    const bytes = alone(event);
    this.#outbox.say({ kind, id, fn: number, event: bytes, options }, bytes);
  }

  #hear(told: Told): void {
    const { id } = told;
    switch (told.kind) {
      case 'result': {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        waiting?.resolve?.(told.result);
        return;
      }
      case 'refused': {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        waiting?.reject(new InvocationRefused(told.code, told.message, told.reason));
        return;
      }
      case 'streaming': {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        this.#beginStream(id, told.contentType, told.executedVersion, waiting);
        return;
      }
      case 'chunk': {
        const stream = this.#streams.get(id);
        if (stream === undefined || stream.body.destroyed) return;
        stream.body.begun = true;
        stream.body.push(Buffer.from(told.bytes.buffer, told.bytes.byteOffset, told.bytes.length));
        return;
      }
      case 'completed': {
        const stream = this.#streams.get(id);
        this.#streams.delete(id);
        if (stream === undefined) return;
        if (told.result.functionError === undefined) stream.body.push(null);
        else if (stream.body.begun) stream.body.break(new StreamBroken(told.result.payload));
        else stream.body.push(null);
        stream.complete(told.result);
        return;
      }
      default:
        told satisfies never;
    }
  }

  #beginStream(id: number, contentType: string, executedVersion: string, waiting: Waiting | undefined): void {
    const body = new StreamedBody(() => {
      if (this.#streams.has(id)) this.#outbox.say({ kind: body.destroyed ? 'stop' : 'more', id });
    });
    const completed = new Promise<InvocationResult>((complete) => {
      this.#streams.set(id, { body, complete });
    });
    waiting?.stream?.({ contentType, body, completed, executedVersion });
  }

  #detach(): void {
    if (this.#port === null) return;
    this.#port = null;
    this.#outbox.attach(null);
    for (const { reject } of this.#waiting.values()) reject(hostGone());
    this.#waiting.clear();
    for (const { body, complete } of this.#streams.values()) {
      const payload = Buffer.from('{"errorType":"ServiceException","errorMessage":"The function host has ended"}');
      body.break(new StreamBroken(payload));
      complete({ payload, functionError: 'Unhandled', executedVersion: '', durationMs: 0 });
    }
    this.#streams.clear();
  }
}

/** The host's end of a port: serves it until it closes. */
export function servePort(host: FunctionInvoker, port: MessagePort): void {
  const outbox = new Outbox<Told>(port);
  const functions = new Map<number, FunctionConfiguration>();
  const streams = new Map<number, SentStream>();

  const refuse = (id: number, error: unknown): void => {
    const refused = error instanceof InvocationRefused ? error : undefined;
    outbox.say({
      kind: 'refused',
      id,
      code: refused?.code ?? 'ServiceException',
      message: error instanceof Error ? error.message : String(error),
      reason: refused?.reason,
    });
  };
  const tell = (kind: 'result' | 'completed', id: number, result: InvocationResult): void => {
    const payload = alone(result.payload);
    outbox.say({ kind, id, result: { ...result, payload } }, payload);
  };

  port.on('message', (asked: readonly Asked[]) => {
    for (const message of asked) {
      switch (message.kind) {
        case 'fn':
          functions.set(message.fn, message.configuration);
          break;
        case 'forget':
          functions.delete(message.fn);
          break;
        case 'retire':
          host.retire(message.functionArn, message.keepRevision);
          break;
        case 'more':
          streams.get(message.id)?.more();
          break;
        case 'stop':
          streams.get(message.id)?.stop();
          break;
        case 'invoke':
        case 'stream': {
          const { id } = message;
          const fn = functions.get(message.fn);
          if (fn === undefined) {
            refuse(id, new Error('No such function was announced on this port'));
            break;
          }
          if (message.kind === 'invoke') {
            host.invoke(fn, message.event, message.options).then(
              (result) => tell('result', id, result),
              (error) => refuse(id, error),
            );
            break;
          }
          host.invokeStreaming(fn, message.event, message.options).then(
            (streamed) => {
              const { contentType, executedVersion } = streamed;
              outbox.say({ kind: 'streaming', id, contentType, executedVersion });
              streams.set(
                id,
                new SentStream(
                  streamed,
                  (bytes) => outbox.say({ kind: 'chunk', id, bytes }, bytes),
                  (result) => {
                    streams.delete(id);
                    tell('completed', id, result);
                  },
                ),
              );
            },
            (error) => refuse(id, error),
          );
          break;
        }
        default:
          message satisfies never;
      }
    }
  });
  port.on('close', () => {
    outbox.attach(null);
    for (const stream of streams.values()) stream.stop();
  });
}

/** Sends a stream on as far as the reader's credit goes. */
class SentStream {
  readonly #streamed: StreamedInvocation;
  readonly #send: (bytes: Uint8Array<ArrayBuffer>) => void;
  #credit = creditBytes;

  constructor(
    streamed: StreamedInvocation,
    send: (bytes: Uint8Array<ArrayBuffer>) => void,
    completed: (result: InvocationResult) => void,
  ) {
    this.#streamed = streamed;
    this.#send = send;
    const { body } = streamed;
    // All that was sent has been said before that it is complete.
    const closed = new Promise<void>((resolve) => body.on('close', resolve));
    body.on('data', (chunk: Buffer) => {
      const bytes = alone(chunk);
      this.#send(bytes);
      this.#credit -= bytes.length;
      if (this.#credit <= 0) body.pause();
    });
    body.on('error', () => {});
    Promise.all([streamed.completed, closed]).then(([result]) => completed(result));
  }

  /** The reader has room again. */
  more(): void {
    this.#credit = creditBytes;
    this.#streamed.body.resume();
  }

  stop(): void {
    this.#streamed.body.destroy();
  }
}
