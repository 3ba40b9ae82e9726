/**
 * Answers that several gate workers share: an authorizer is asked once for an identity, whichever workers its requests
 * reach. One thread has them; the others ask it over a port, and remember for themselves what they were told.
 */
import type { MessagePort } from 'node:worker_threads';
import { BoundedMemory } from '../state/bounded-memory.ts';
import type { FunctionAnswer, FunctionCall, FunctionCaller, FunctionRequest, SharedAnswer } from './function-call.ts';
import { BackendFailure, type BackendFailureKind } from './integrator.ts';

interface Remembered {
  readonly answer: FunctionAnswer;
  readonly givenAtMs: number;
}

/** Bytes of answers that are remembered for one scope, and how many. */
const rememberedMax = 8_192;
const charactersMax = 8_388_608;
const scopesMax = 4_096;

/** The thread that has the answers. Requests that share nothing are passed on. */
export class SharedAnswers implements FunctionCaller {
  readonly #caller: FunctionCaller;
  readonly #nowMs: () => number;
  readonly #scopes = new Map<string, BoundedMemory<Remembered>>();
  #asking = new Map<string, Promise<FunctionAnswer>>();

  /** @param nowMs milliseconds of a monotonic clock */
  constructor(caller: FunctionCaller, nowMs: () => number = () => performance.now()) {
    this.#caller = caller;
    this.#nowMs = nowMs;
  }

  call(request: FunctionRequest): FunctionCall {
    const { shared } = request;
    if (shared === undefined) return this.#caller.call(request);
    return {
      promise: this.#known(shared) ?? this.#ask(shared, request),
      abort: () => {},
      forget: () => this.forget(shared),
    };
  }

  /** An answer that nobody can use: what failed is never remembered, whether the function or its reader says so. */
  forget({ scope, key }: SharedAnswer): void {
    this.#scopes.get(scope)?.delete(key);
  }

  /** Forgets a scope: what is under way is not remembered either. */
  flush(scope: string): void {
    this.#scopes.delete(scope);
    this.#asking = new Map();
  }

  /** It is for who asks now to say how long answers are good for: its owner may have changed that since. */
  #known({ scope, key, ttlMs }: SharedAnswer): Promise<FunctionAnswer> | undefined {
    const remembered = this.#scopes.get(scope)?.get(key);
    if (remembered === undefined) return undefined;
    const ageMs = this.#nowMs() - remembered.givenAtMs;
    return ageMs < ttlMs ? Promise.resolve({ ...remembered.answer, ageMs }) : undefined;
  }

  #ask({ scope, key }: SharedAnswer, request: FunctionRequest): Promise<FunctionAnswer> {
    const asked = this.#asking.get(key);
    if (asked !== undefined) return asked;
    const memory = this.#memoryOf(scope);
    const asking = this.#asking;
    const answer = this.#caller.call(request).promise.finally(() => asking.delete(key));
    asking.set(key, answer);
    answer.then(
      (given) => {
        if (given.functionError === null && this.#scopes.get(scope) === memory)
          memory.set(key, { answer: given, givenAtMs: this.#nowMs() }, key.length + given.payload.length);
      },
      () => {}, // whoever waits hears of it
    );
    return answer;
  }

  #memoryOf(scope: string): BoundedMemory<Remembered> {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const oldest = this.#scopes.size >= scopesMax ? this.#scopes.keys().next() : undefined;
    if (oldest?.done === false) this.#scopes.delete(oldest.value);
    const made = new BoundedMemory<Remembered>(rememberedMax, charactersMax);
    this.#scopes.set(scope, made);
    return made;
  }
}

type Asked = { readonly id: number; readonly request: FunctionRequest } | { readonly forget: SharedAnswer };

type Told =
  | { readonly id: number; readonly answer: FunctionAnswer }
  | {
      readonly id: number;
      readonly failure: BackendFailureKind;
      readonly message: string;
      readonly reason: string | null;
    };

/** Another thread's end: what may be shared is asked over the port, everything else of `own`. */
export class SharedAnswersPort implements FunctionCaller {
  readonly #own: FunctionCaller;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (told: Told) => void>();
  #lastId = 0;
  #closed = false;

  constructor(own: FunctionCaller, port: MessagePort) {
    this.#own = own;
    this.#port = port;
    port.on('message', (told: Told) => {
      const settle = this.#waiting.get(told.id);
      this.#waiting.delete(told.id);
      settle?.(told);
    });
    port.on('close', () => {
      this.#closed = true;
      for (const [id, settle] of this.#waiting)
        settle({ id, failure: 'network', message: 'the thread that shares answers has ended', reason: null });
      this.#waiting.clear();
    });
  }

  call(request: FunctionRequest): FunctionCall {
    const { shared } = request;
    if (shared === undefined || this.#closed) return this.#own.call(request);
    const id = ++this.#lastId;
    const promise = new Promise<FunctionAnswer>((resolve, reject) => {
      this.#waiting.set(id, (told) => {
        if ('answer' in told) resolve(told.answer);
        else
          reject(new BackendFailure(told.failure, told.message, told.reason === null ? {} : { reason: told.reason }));
      });
    });
    this.#tell({ id, request });
    return { promise, abort: () => {}, forget: () => this.#tell({ forget: shared }) };
  }

  #tell(asked: Asked): void {
    this.#port.postMessage(asked);
  }

  close(): void {
    this.#port.close();
  }
}

/** The other end of a `SharedAnswersPort`. */
export function serveSharedAnswers(answers: SharedAnswers, port: MessagePort): void {
  const tell = (told: Told): void => port.postMessage(told);
  port.on('message', (asked: Asked) => {
    if ('forget' in asked) {
      answers.forget(asked.forget);
      return;
    }
    const { id, request } = asked;
    answers.call(request).promise.then(
      (answer) => tell({ id, answer }),
      (error: unknown) => {
        const failure = error instanceof BackendFailure ? error : undefined;
        const message = error instanceof Error ? error.message : String(error);
        tell({ id, failure: failure?.kind ?? 'network', message, reason: failure?.reason ?? null });
      },
    );
  });
}
