/**
 * Invokes functions wherever they live: in this installation when it knows them, else through the Lambda API. Bounds the
 * wait; what is late is not waited for, and goes on.
 */
import type { ResolvedFunction } from '../access/function-directory.ts';
import { Deadlines, Waiting } from '../wire/deadlines.ts';
import type { FunctionAnswer, FunctionCall, FunctionCaller, FunctionRequest } from './function-call.ts';
import { type HostedFunctions, invalidPermissions } from './hosted-functions.ts';
import { BackendFailure } from './integrator.ts';
import type { RemoteFunctions } from './remote-functions.ts';

export interface FunctionsOptions {
  /** Null: no functions live here. */
  readonly hosted: HostedFunctions | null;
  /** Null: all functions live here. */
  readonly remote: RemoteFunctions | null;
  readonly deadlines?: Deadlines;
}

export class Functions implements FunctionCaller {
  readonly #options: FunctionsOptions;
  readonly #deadlines: Deadlines;

  constructor(options: FunctionsOptions) {
    this.#options = options;
    this.#deadlines = options.deadlines ?? new Deadlines();
  }

  call(request: FunctionRequest): FunctionCall {
    const call = new RunningCall(request, this.#deadlines);
    let found: ResolvedFunction | undefined | Promise<ResolvedFunction | undefined>;
    try {
      found = this.#options.hosted?.find(request.functionArn);
    } catch (error) {
      call.fail(error);
      return call;
    }
    if (found instanceof Promise)
      found.then(
        (later) => this.#send(call, later),
        (error) => call.fail(error),
      );
    else this.#send(call, found);
    return call;
  }

  #send(call: RunningCall, found: ResolvedFunction | undefined): void {
    const { request } = call;
    const { hosted, remote } = this.#options;
    if (call.settled) return;
    if (found !== undefined && hosted !== null) {
      try {
        call.settleWith(hosted.invoke(found, request));
      } catch (error) {
        call.fail(error);
      }
      return;
    }
    // Nobody has an account of this name at AWS: only a configured endpoint can have the function.
    const elsewhere = remote !== null && (remote.isConfigured || !isLocalAccount(request.functionArn));
    if (!elsewhere) {
      call.fail(
        new BackendFailure('configuration', `There is no function ${request.functionArn}`, {
          reason: invalidPermissions,
        }),
      );
      return;
    }
    const sent = remote.send(request);
    call.underlying = sent.call;
    call.settleWith(sent.answer);
  }
}

const isLocalAccount = (functionArn: string): boolean => functionArn.split(':')[4] === '000000000000';

class RunningCall extends Waiting implements FunctionCall {
  readonly request: FunctionRequest;
  readonly promise: Promise<FunctionAnswer>;
  underlying: { abort(): void } | null = null;
  settled = false;
  readonly #deadlines: Deadlines;
  #resolve: (answer: FunctionAnswer) => void = () => {};
  #reject: (error: BackendFailure) => void = () => {};
  #answer: FunctionAnswer | null = null;

  constructor(request: FunctionRequest, deadlines: Deadlines) {
    super();
    this.request = request;
    this.#deadlines = deadlines;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    deadlines.start(this, request.timeoutMs);
  }

  settleWith(answer: Promise<FunctionAnswer>): void {
    answer.then(
      (found) => this.#complete(found),
      (error) => this.fail(error),
    );
  }

  fail(error: unknown): void {
    if (!this.#settle()) return;
    this.#reject(
      error instanceof BackendFailure
        ? error
        : new BackendFailure('network', error instanceof Error ? error.message : String(error), { cause: error }),
    );
  }

  abort(): void {
    this.#answer?.stream?.body.destroy();
    this.underlying?.abort();
    this.fail(new BackendFailure('aborted', 'the caller has gone'));
  }

  override expired(): void {
    this.underlying?.abort();
    this.fail(
      new BackendFailure('timeout', `${this.request.functionArn} did not answer within ${this.request.timeoutMs} ms`),
    );
  }

  #complete(answer: FunctionAnswer): void {
    if (this.#settle()) {
      this.#answer = answer;
      this.#resolve(answer);
    } else answer.stream?.body.destroy(); // too late: nobody reads it
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#deadlines.cancel(this);
    return true;
  }
}
