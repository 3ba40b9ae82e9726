/**
 * The directory of functions, and the queue of their events, for another thread: what names mean is remembered there
 * until the main thread says that a function has changed. `DirectoryPorts` are the main thread's ends,
 * `FunctionDirectoryPort` the other one.
 */
import type { MessagePort } from 'node:worker_threads';
import type { FunctionDirectory, ResolvedFunction } from '../access/function-directory.ts';
import type { EventQueue } from '../functions/event-queue.ts';
import { InvocationRefused } from '../functions/invocation.ts';
import type { StoredFunctionDirectory } from './function-directory.ts';

type AcceptedEvent = Parameters<EventQueue['enqueue']>[0];

type Asked =
  | { readonly kind: 'resolve'; readonly id: number; readonly arn: string }
  | { readonly kind: 'enqueue'; readonly id: number; readonly event: AcceptedEvent }
  | { readonly kind: 'synced'; readonly sequence: number };

interface Refusal {
  readonly message: string;
  /** Of an InvocationRefused; undefined of any other error. */
  readonly code: InvocationRefused['code'] | undefined;
  readonly reason: string | undefined;
}

type Told =
  | { readonly kind: 'resolved'; readonly id: number; readonly resolved: ResolvedFunction | undefined }
  | { readonly kind: 'enqueued'; readonly id: number; readonly refusal: Refusal | undefined }
  | { readonly kind: 'changed'; readonly functionKey: string }
  | { readonly kind: 'sync'; readonly sequence: number };

/** `{account}/{region}/{name}` of an ARN. */
function functionKeyOf(arn: string): string {
  const [, , , region = '', accountId = '', , name = ''] = arn.split(':');
  return `${accountId}/${region}/${name}`;
}

const namesMax = 20_000;

export class FunctionDirectoryPort implements FunctionDirectory {
  readonly #port: MessagePort;
  /** By function, then by ARN. */
  readonly #resolved = new Map<string, Map<string, ResolvedFunction>>();
  #remembered = 0;
  readonly #waiting = new Map<number, (resolved: ResolvedFunction | undefined) => void>();
  /** Questions under way, so that many who ask at once ask once; emptied by a change, whose answer is another. */
  readonly #asking = new Map<string, Promise<ResolvedFunction | undefined>>();
  readonly #enqueuing = new Map<number, (refusal: Refusal | undefined) => void>();
  #lastId = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (told: Told) => this.#hear(told));
    port.on('close', () => {
      for (const answer of this.#waiting.values()) answer(undefined);
      this.#waiting.clear();
      for (const refuse of this.#enqueuing.values()) refuse(closing);
      this.#enqueuing.clear();
    });
  }

  /** Accepts an event invocation; it is safe when the promise resolves. @throws InvocationRefused */
  enqueue(event: AcceptedEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#enqueuing.set(id, (refusal) => {
        if (refusal === undefined) resolve();
        else reject(errorOf(refusal));
      });
      // Alone in its memory: what it is cut from would travel along.
      this.#say({ kind: 'enqueue', id, event: { ...event, payload: new Uint8Array(event.payload) } });
    });
  }

  resolve(arn: string): ResolvedFunction | undefined | Promise<ResolvedFunction | undefined> {
    return this.#resolved.get(functionKeyOf(arn))?.get(arn) ?? this.#asking.get(arn) ?? this.#ask(arn);
  }

  close(): void {
    this.#port.close();
  }

  #ask(arn: string): Promise<ResolvedFunction | undefined> {
    const id = ++this.#lastId;
    const asking = new Promise<ResolvedFunction | undefined>((resolve) => this.#waiting.set(id, resolve)).then(
      (resolved) => {
        // Only the newest question's answer is remembered: an older one may be from before a change.
        if (this.#asking.get(arn) === asking) {
          this.#asking.delete(arn);
          if (resolved !== undefined) this.#remember(arn, resolved);
        }
        return resolved;
      },
    );
    this.#asking.set(arn, asking);
    this.#say({ kind: 'resolve', id, arn });
    return asking;
  }

  #say(asked: Asked): void {
    this.#port.postMessage(asked);
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'resolved': {
        const answer = this.#waiting.get(told.id);
        this.#waiting.delete(told.id);
        answer?.(told.resolved);
        return;
      }
      case 'enqueued': {
        const settle = this.#enqueuing.get(told.id);
        this.#enqueuing.delete(told.id);
        settle?.(told.refusal);
        return;
      }
      case 'changed': {
        this.#remembered -= this.#resolved.get(told.functionKey)?.size ?? 0;
        this.#resolved.delete(told.functionKey);
        for (const arn of this.#asking.keys()) if (functionKeyOf(arn) === told.functionKey) this.#asking.delete(arn);
        return;
      }
      case 'sync':
        this.#say({ kind: 'synced', sequence: told.sequence });
        return;
      default:
        told satisfies never;
    }
  }

  #remember(arn: string, resolved: ResolvedFunction): void {
    if (this.#remembered >= namesMax) {
      this.#resolved.clear();
      this.#remembered = 0;
    }
    const key = functionKeyOf(arn);
    const names = this.#resolved.get(key) ?? new Map<string, ResolvedFunction>();
    if (!names.has(arn)) this.#remembered++;
    names.set(arn, resolved);
    this.#resolved.set(key, names);
  }
}

const closing: Refusal = { code: 'ServiceException', message: 'The gateway is closing', reason: undefined };

const refusalOf = (error: unknown): Refusal => ({
  message: error instanceof Error ? error.message : String(error),
  code: error instanceof InvocationRefused ? error.code : undefined,
  reason: error instanceof InvocationRefused ? error.reason : undefined,
});

const errorOf = ({ code, message, reason }: Refusal): Error =>
  code === undefined ? new Error(message) : new InvocationRefused(code, message, reason);

/** The main thread's ends of all ports. */
export class DirectoryPorts {
  readonly #directory: StoredFunctionDirectory;
  readonly #enqueue: EventQueue['enqueue'];
  readonly #ports = new Map<MessagePort, Set<() => void>>();
  readonly #stop: () => void;
  #sequence = 0;
  readonly #waiting = new Map<number, () => void>();

  constructor(directory: StoredFunctionDirectory, enqueue: EventQueue['enqueue']) {
    this.#directory = directory;
    this.#enqueue = enqueue;
    this.#stop = directory.onChange((functionKey) => {
      for (const port of this.#ports.keys()) this.#tell(port, { kind: 'changed', functionKey });
    });
  }

  serve(port: MessagePort): void {
    this.#ports.set(port, new Set());
    port.on('message', (asked: Asked) => this.#answer(port, asked));
    port.on('close', () => {
      const waiting = this.#ports.get(port);
      this.#ports.delete(port);
      for (const done of waiting ?? []) done();
    });
  }

  /** Resolves once all threads have heard of every change up to now. */
  async settled(): Promise<void> {
    await Promise.all(
      [...this.#ports].map(
        ([port, waiting]) =>
          new Promise<void>((resolve) => {
            const sequence = ++this.#sequence;
            const done = (): void => {
              waiting.delete(done);
              this.#waiting.delete(sequence);
              resolve();
            };
            waiting.add(done);
            this.#waiting.set(sequence, done);
            this.#tell(port, { kind: 'sync', sequence });
          }),
      ),
    );
  }

  close(): void {
    this.#stop();
    for (const port of this.#ports.keys()) port.close();
  }

  #answer(port: MessagePort, asked: Asked): void {
    switch (asked.kind) {
      case 'resolve': {
        const { id, arn } = asked;
        Promise.resolve(this.#directory.resolve(arn)).then(
          (resolved) => this.#tell(port, { kind: 'resolved', id, resolved }),
          () => this.#tell(port, { kind: 'resolved', id, resolved: undefined }),
        );
        return;
      }
      case 'enqueue': {
        const { id, event } = asked;
        this.#enqueue(event).then(
          () => this.#tell(port, { kind: 'enqueued', id, refusal: undefined }),
          (error) => this.#tell(port, { kind: 'enqueued', id, refusal: refusalOf(error) }),
        );
        return;
      }
      case 'synced': {
        const done = this.#waiting.get(asked.sequence);
        this.#waiting.delete(asked.sequence);
        done?.();
        return;
      }
      default:
        asked satisfies never;
    }
  }

  #tell(port: MessagePort, told: Told): void {
    port.postMessage(told);
  }
}
