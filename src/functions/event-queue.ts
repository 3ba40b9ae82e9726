/**
 * Event invocations (InvocationType Event): accepted at once, run later, again when they fail, and remembered across a
 * restart. A function's events run beside those of others and never use up more than a share of the host. What becomes
 * of an event (a destination, a dead-letter queue) is handed to whoever can deliver it.
 *
 * An event is forgotten only after its outcome has been handed on: after a crash in between it runs once more, as
 * Lambda's events may.
 *
 * Source: Lambda Developer Guide, "Invoking a Lambda function asynchronously", "How Lambda handles errors and retries
 * with asynchronous invocation", "Retaining records of asynchronous invocations".
 */
import type { FunctionConfiguration } from './configuration.ts';
import { type FunctionInvoker, InvocationRefused, type InvocationResult } from './invocation.ts';
import { completeTrace } from './trace.ts';

export interface QueuedEvent {
  /** Lambda's request id; also the key in the storage. All attempts have it. */
  readonly requestId: string;
  /** What was invoked, with its qualifier if it had one: resolved anew for every attempt. */
  readonly invokedFunctionArn: string;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly traceId?: string;
  readonly receivedAtMs: number;
  /** Attempts that ended with a function error. */
  readonly failures: number;
  /** Attempts that were refused: throttled, or the host was not there. They do not count as failures. */
  readonly refusals: number;
  /** Not before this time, in milliseconds since the epoch. */
  readonly dueAtMs: number;
}

/** Where events are kept; the composition root has a durable one. */
export interface EventStorage {
  /** Writes an event, or what has changed of it; durable when it resolves. */
  put(event: QueuedEvent): Promise<void>;
  get(requestId: string): Promise<QueuedEvent | undefined>;
  remove(requestId: string): Promise<void>;
  /** All that are kept, in any order: asked once, at the start. */
  list(): Promise<readonly Pick<QueuedEvent, 'requestId' | 'invokedFunctionArn' | 'dueAtMs'>[]>;
}

/** What an event's function and its settings are at the time of an attempt. */
export interface EventTarget {
  readonly fn: FunctionConfiguration;
  /** 0 to 2. */
  readonly maximumRetryAttempts: number;
  /** 60 to 21,600. */
  readonly maximumEventAgeInSeconds: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly deadLetterTargetArn?: string;
}

/** Something to deliver to a queue, topic, bus or function. */
export type Delivery =
  | { readonly kind: 'destination'; readonly destinationArn: string; readonly record: InvocationRecord }
  | {
      readonly kind: 'dead-letter';
      readonly destinationArn: string;
      /** The event itself. */
      readonly payload: Uint8Array;
      /** `RequestID`, `ErrorCode`, `ErrorMessage`. */
      readonly attributes: Readonly<Record<string, string>>;
    };

/** The JSON document that Lambda sends to a destination. */
export interface InvocationRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

export interface EventQueueOptions {
  readonly storage: EventStorage;
  readonly invoker: FunctionInvoker;
  /** Undefined when the function is gone: its events are dropped. */
  readonly resolve: (invokedFunctionArn: string) => Promise<EventTarget | undefined>;
  readonly deliver: (delivery: Delivery) => Promise<void>;
  /** Told of what went wrong without anybody to tell it to: a delivery, the storage. */
  readonly onError: (error: Error, event: Pick<QueuedEvent, 'requestId' | 'invokedFunctionArn'>) => void;
  readonly clock?: EventClock;
  /** Between first and second, second and third attempt. */
  readonly retryDelaysMs?: readonly number[];
  /** Events of one function that run at a time. */
  readonly concurrencyPerFunction?: number;
  /** Events that may wait, of all functions. */
  readonly eventsMax?: number;
}

/** Time, so that tests own it. */
export interface EventClock {
  readonly nowMs: () => number;
  /** @returns cancels it */
  readonly at: (dueAtMs: number, work: () => void) => () => void;
}

const systemClock: EventClock = {
  nowMs: Date.now,
  at: (dueAtMs, work) => {
    // A timer of more than 24 days would fire at once; the queue just looks again.
    const timer = setTimeout(work, Math.min(Math.max(0, dueAtMs - Date.now()), 86_400_000));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const defaults = { retryDelaysMs: [60_000, 120_000], concurrencyPerFunction: 50, eventsMax: 100_000 } as const;
const firstRefusalDelayMs = 1000;
const refusalDelayMaxMs = 300_000;

interface Due {
  readonly requestId: string;
  readonly dueAtMs: number;
}

/** The events of one function. */
class Lane {
  /** Due in future or not yet begun, by time: the next one last. */
  readonly waiting: Due[] = [];
  running = 0;
  cancelTimer: (() => void) | null = null;

  add(due: Due): void {
    // Most come at the end of the line, which is the front of the array: find the place from there by halves.
    let low = 0;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.waiting[middle]!.dueAtMs > due.dueAtMs) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, due);
  }
}

export class EventQueue {
  readonly #options: EventQueueOptions & Required<Pick<EventQueueOptions, 'clock' | keyof typeof defaults>>;
  readonly #lanes = new Map<string, Lane>();
  readonly #running = new Set<Promise<void>>();
  #events = 0;
  /** Begins nothing more. */
  #held = false;
  /** Accepts nothing more. */
  #closed = false;
  /** Has no more time: whatever becomes of what still runs, the event stays as it is. */
  #abandoned = false;

  constructor(options: EventQueueOptions) {
    this.#options = { ...defaults, clock: systemClock, ...options };
  }

  /** Events that wait or run. */
  get size(): number {
    return this.#events;
  }

  /** Takes up what was left at the last end. */
  async start(): Promise<void> {
    for (const { requestId, invokedFunctionArn, dueAtMs } of await this.#options.storage.list()) {
      this.#events++;
      this.#schedule(invokedFunctionArn, { requestId, dueAtMs });
    }
  }

  /**
   * Accepts an event; it is safe when the promise resolves.
   * @throws InvocationRefused when too many wait already
   */
  async enqueue(
    event: Pick<QueuedEvent, 'requestId' | 'invokedFunctionArn' | 'payload' | 'clientContext' | 'traceId'>,
  ): Promise<void> {
    if (this.#closed || this.#events >= this.#options.eventsMax) {
      throw new InvocationRefused('TooManyRequestsException', 'Rate Exceeded.', 'CallerRateLimitExceeded');
    }
    this.#events++;
    const nowMs = this.#options.clock.nowMs();
    try {
      // All attempts belong to one trace.
      const traceId = completeTrace(event.traceId, nowMs);
      await this.#options.storage.put({
        ...event,
        traceId,
        receivedAtMs: nowMs,
        failures: 0,
        refusals: 0,
        dueAtMs: nowMs,
      });
    } catch (error) {
      this.#events--;
      throw error;
    }
    this.#schedule(event.invokedFunctionArn, { requestId: event.requestId, dueAtMs: nowMs });
  }

  /** Begins nothing more. What comes is accepted, and kept in the storage for the next start. */
  hold(): void {
    this.#held = true;
    for (const lane of this.#lanes.values()) lane.cancelTimer?.();
  }

  /**
   * Begins nothing more, waits for what runs, then accepts nothing more. What waits is kept in the storage.
   * @param withinMs what runs longer is kept in the storage too, as if it had not been begun
   */
  async close(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.hold();
    const { clock } = this.#options;
    const { promise: late, resolve: give } = Promise.withResolvers<void>();
    const cancel = withinMs === Number.POSITIVE_INFINITY ? undefined : clock.at(clock.nowMs() + withinMs, give);
    await Promise.race([this.#finished(), late]);
    cancel?.();
    this.#closed = true;
    this.#abandoned = this.#running.size > 0;
  }

  async #finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #schedule(arn: string, due: Due): void {
    let lane = this.#lanes.get(arn);
    if (lane === undefined) {
      lane = new Lane();
      this.#lanes.set(arn, lane);
    }
    lane.add(due);
    this.#advance(arn, lane);
  }

  /** Begins what is due, and has itself called when the next is. */
  #advance(arn: string, lane: Lane): void {
    lane.cancelTimer?.();
    lane.cancelTimer = null;
    if (this.#held) return;
    const { clock, concurrencyPerFunction } = this.#options;
    while (lane.running < concurrencyPerFunction) {
      const next = lane.waiting.at(-1);
      if (next === undefined) break;
      if (next.dueAtMs > clock.nowMs()) {
        lane.cancelTimer = clock.at(next.dueAtMs, () => this.#advance(arn, lane));
        break;
      }
      lane.waiting.pop();
      lane.running++;
      const run = this.#attempt(arn, next.requestId).catch((error: unknown) => {
        // The storage failed: the event is still there, and is tried again.
        if (!this.#abandoned)
          this.#options.onError(asError(error), { requestId: next.requestId, invokedFunctionArn: arn });
        return clock.nowMs() + refusalDelayMaxMs;
      });
      const done = run.then((dueAgainAtMs) => {
        this.#running.delete(done);
        lane.running--;
        if (dueAgainAtMs === undefined) this.#events--;
        else lane.add({ requestId: next.requestId, dueAtMs: dueAgainAtMs });
        if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(arn);
        else this.#advance(arn, lane);
      });
      this.#running.add(done);
    }
  }

  /** @returns when to try again; undefined when it is over */
  async #attempt(arn: string, requestId: string): Promise<number | undefined> {
    const { storage, clock, retryDelaysMs } = this.#options;
    const event = await storage.get(requestId);
    if (event === undefined) return undefined;
    const target = await this.#options.resolve(arn);
    if (target === undefined) {
      await storage.remove(requestId);
      return undefined;
    }
    const tooOldAtMs = event.receivedAtMs + target.maximumEventAgeInSeconds * 1000;
    if (clock.nowMs() >= tooOldAtMs) return this.#finish(event, target, 'EventAgeExceeded', undefined);
    let result: InvocationResult;
    try {
      result = await this.#options.invoker.invoke(target.fn, event.payload, {
        requestId,
        invokedFunctionArn: arn,
        ...(event.clientContext === undefined ? {} : { clientContext: event.clientContext }),
        ...(event.traceId === undefined ? {} : { traceId: event.traceId }),
      });
    } catch (error) {
      if (!(error instanceof InvocationRefused)) throw error;
      if (this.#abandoned) return event.dueAtMs;
      // Throttled or no host: the event's own retries are untouched.
      const delayMs = Math.min(firstRefusalDelayMs * 2 ** event.refusals, refusalDelayMaxMs);
      return this.#again({ ...event, refusals: event.refusals + 1 }, delayMs, tooOldAtMs);
    }
    if (this.#abandoned) return event.dueAtMs;
    if (result.functionError === undefined) return this.#finish(event, target, 'Success', result);
    if (event.failures >= target.maximumRetryAttempts) {
      return this.#finish({ ...event, failures: event.failures + 1 }, target, 'RetriesExhausted', result);
    }
    const delayMs = retryDelaysMs[event.failures] ?? retryDelaysMs.at(-1) ?? 0;
    return this.#again({ ...event, failures: event.failures + 1 }, delayMs, tooOldAtMs);
  }

  async #again(event: QueuedEvent, delayMs: number, tooOldAtMs: number): Promise<number> {
    // One that will be too old by then is told so on time, not later.
    const dueAtMs = Math.min(this.#options.clock.nowMs() + delayMs, Math.max(tooOldAtMs, this.#options.clock.nowMs()));
    await this.#options.storage.put({ ...event, dueAtMs });
    return dueAtMs;
  }

  async #finish(
    event: QueuedEvent,
    target: EventTarget,
    condition: InvocationRecord['requestContext']['condition'],
    result: InvocationResult | undefined,
  ): Promise<number | undefined> {
    for (const delivery of deliveriesOf(event, target, condition, result, this.#options.clock.nowMs())) {
      try {
        await this.#options.deliver(delivery);
      } catch (error) {
        if (!this.#abandoned) this.#options.onError(asError(error), event);
      }
      if (this.#abandoned) return event.dueAtMs;
    }
    await this.#options.storage.remove(event.requestId);
    return undefined;
  }
}

function deliveriesOf(
  event: QueuedEvent,
  target: EventTarget,
  condition: InvocationRecord['requestContext']['condition'],
  result: InvocationResult | undefined,
  nowMs: number,
): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  const destinationArn = condition === 'Success' ? target.onSuccess : target.onFailure;
  if (destinationArn !== undefined) {
    const record = recordOf(event, target, condition, result, nowMs);
    deliveries.push({ kind: 'destination', destinationArn, record });
  }
  if (condition !== 'Success' && target.deadLetterTargetArn !== undefined) {
    deliveries.push({
      kind: 'dead-letter',
      destinationArn: target.deadLetterTargetArn,
      payload: event.payload,
      attributes: {
        RequestID: event.requestId,
        ErrorCode: result === undefined ? '429' : '200',
        ErrorMessage: errorMessageOf(result).slice(0, 1024),
      },
    });
  }
  return deliveries;
}

function recordOf(
  event: QueuedEvent,
  target: EventTarget,
  condition: InvocationRecord['requestContext']['condition'],
  result: InvocationResult | undefined,
  nowMs: number,
): InvocationRecord {
  const qualified = event.invokedFunctionArn !== target.fn.functionArn;
  return {
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: qualified ? event.invokedFunctionArn : `${target.fn.functionArn}:${target.fn.version}`,
      condition,
      approximateInvokeCount: event.failures + event.refusals + (condition === 'Success' ? 1 : 0),
    },
    requestPayload: jsonOrText(event.payload),
    ...(result === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: result.executedVersion,
            ...(result.functionError === undefined ? {} : { functionError: result.functionError }),
          },
          responsePayload: jsonOrText(result.payload),
        }),
  };
}

function errorMessageOf(result: InvocationResult | undefined): string {
  if (result === undefined) return 'The event was too old before the function could be run';
  const value = jsonOrText(result.payload);
  if (typeof value === 'object' && value !== null && 'errorMessage' in value) return String(value.errorMessage);
  return '';
}

/** What JSON bytes say; other bytes are their text. */
function jsonOrText(payload: Uint8Array): unknown {
  const text = Buffer.from(payload).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
