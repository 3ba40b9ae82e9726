/**
 * Functions that live in this installation: finds out what an ARN means, asks whether the caller may invoke it, and has
 * the host run it. A refusal names the permission that is missing and the command that adds it.
 * Source: API Gateway Developer Guide, "Set up Lambda proxy integrations" and "API Gateway permissions model for
 * invoking an API"; Lambda API Reference, Invoke.
 */
import { randomUUID } from 'node:crypto';
import { chooseTarget, type FunctionDirectory, type ResolvedFunction } from '../access/function-directory.ts';
import {
  mayBeCalledByApi,
  mayBeCalledByEverybody,
  permissionCommand,
  urlPermissionCommands,
} from '../access/function-permission.ts';
import { faultOfEvent } from '../functions/event-json.ts';
import {
  type FunctionInvoker,
  type InvocationOptions,
  InvocationRefused,
  type InvocationResult,
} from '../functions/invocation.ts';
import type { FunctionAnswer, FunctionRequest } from './function-call.ts';
import { BackendFailure } from './integrator.ts';

/** An event invocation on its way to the queue. */
export interface AcceptedEvent {
  readonly requestId: string;
  /** As it was named, with its qualifier. */
  readonly invokedFunctionArn: string;
  readonly payload: Uint8Array;
  readonly clientContext?: string;
  readonly traceId?: string;
}

export interface HostedFunctionsOptions {
  readonly directory: FunctionDirectory;
  readonly invoker: FunctionInvoker;
  /** Resolves when the event will not be lost any more. */
  readonly enqueue: (event: AcceptedEvent) => Promise<void>;
  /** Whether a role lets its holder do something: `lambda:InvokeFunction` on the function's ARN. */
  readonly roleAllows: (roleArn: string, action: string, resource: string) => boolean | Promise<boolean>;
  /** 0 to 1, without 1: which of an alias's two versions an invocation gets. */
  readonly random?: () => number;
}

/** What AWS writes into execution logs when a function may not be called, or does not exist. */
export const invalidPermissions = 'Invalid permissions on Lambda function';

/** Lambda looked at a request and ran nothing. @param told what is wrong with it, in Lambda's words */
export const notTaken = (told: string, requestId: string): BackendFailure =>
  new BackendFailure('refused', told, { reason: refusal(400, requestId), told });

/** What AWS writes into execution logs when Lambda does not run a function. */
export const refusal = (status: number, requestId: string): string =>
  `Lambda invocation failed with status: ${status}. Lambda request id: ${requestId}`;

const nothing = new Uint8Array();
const emptyEvent = Buffer.from('{}');
/** Answers of a function's policy that are remembered, for each thing that a name has meant. */
const verdictsMax = 4_096;

export class HostedFunctions {
  readonly #options: HostedFunctionsOptions;
  readonly #random: () => number;
  /** By what a name means at this moment, then by who calls. */
  readonly #verdicts = new WeakMap<ResolvedFunction, Map<string, boolean>>();

  constructor(options: HostedFunctionsOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** @returns undefined when there is no such function here; at once when the answer is known */
  find(functionArn: string): ResolvedFunction | undefined | Promise<ResolvedFunction | undefined> {
    return this.#options.directory.resolve(functionArn);
  }

  /** @throws BackendFailure */
  invoke(found: ResolvedFunction, request: FunctionRequest): Promise<FunctionAnswer> {
    if (request.credentials === '') {
      if (!this.#allows(found, request)) return Promise.reject(notPermitted(found, request));
      return this.#run(found, request);
    }
    return this.#runAsRole(found, request);
  }

  async #runAsRole(found: ResolvedFunction, request: FunctionRequest): Promise<FunctionAnswer> {
    const { invokedFunctionArn } = found;
    if (!(await this.#options.roleAllows(request.credentials, 'lambda:InvokeFunction', invokedFunctionArn)))
      throw new BackendFailure(
        'configuration',
        `The role ${request.credentials} does not exist or does not allow lambda:InvokeFunction on ${invokedFunctionArn}`,
        { reason: invalidPermissions },
      );
    return this.#run(found, request);
  }

  #allows(found: ResolvedFunction, request: FunctionRequest): boolean {
    const { sourceArn } = request;
    let verdicts = this.#verdicts.get(found);
    if (verdicts === undefined) {
      verdicts = new Map();
      this.#verdicts.set(found, verdicts);
    }
    const known = verdicts.get(sourceArn);
    if (known !== undefined) return known;
    const verdict = policyAllows(found, request);
    if (verdicts.size < verdictsMax) verdicts.set(sourceArn, verdict);
    return verdict;
  }

  async #run(found: ResolvedFunction, request: FunctionRequest): Promise<FunctionAnswer> {
    const { invokedFunctionArn } = found;
    const { traceId, clientContext, requestId = randomUUID() } = request;
    // Whoever says nothing says nothing in JSON.
    const payload = request.payload.length === 0 ? emptyEvent : request.payload;
    const options: InvocationOptions = {
      requestId,
      invokedFunctionArn,
      traceId,
      ...(clientContext !== undefined && { clientContext }),
    };
    const accepted = { requestId, payload: nothing, functionError: null, executedVersion: '', stream: null };
    try {
      if (request.unchecked === true) requireJson(payload, requestId);
      if (request.invocationType === 'DryRun') return { ...accepted, status: 204 };
      if (request.invocationType === 'Event') {
        await this.#options.enqueue({ ...options, invokedFunctionArn, payload });
        return { ...accepted, status: 202 };
      }
      const fn = chooseTarget(found, this.#random());
      if (request.streaming) return await this.#stream(fn, payload, options);
      return answerOf(await this.#options.invoker.invoke(fn, payload, options), requestId);
    } catch (error) {
      throw refused(error, requestId);
    }
  }

  async #stream(
    fn: Parameters<FunctionInvoker['invoke']>[0],
    payload: Uint8Array,
    options: InvocationOptions,
  ): Promise<FunctionAnswer> {
    const { body, completed, executedVersion, contentType } = await this.#options.invoker.invokeStreaming(
      fn,
      payload,
      options,
    );
    return {
      status: 200,
      requestId: options.requestId,
      payload: nothing,
      functionError: null,
      executedVersion,
      stream: {
        contentType,
        body,
        failed: completed.then((result) => (result.functionError === undefined ? null : result.payload)),
      },
    };
  }
}

function policyAllows(
  { statements, invokedFunctionArn: functionArn }: ResolvedFunction,
  { sourceArn, accountId }: FunctionRequest,
): boolean {
  if (sourceArn === '') return mayBeCalledByEverybody(statements, functionArn);
  return mayBeCalledByApi(statements, functionArn, sourceArn, accountId);
}

function answerOf(result: InvocationResult, requestId: string): FunctionAnswer {
  return {
    status: 200,
    requestId,
    payload: result.payload,
    functionError: result.functionError ?? null,
    executedVersion: result.executedVersion,
    stream: null,
  };
}

/** @throws BackendFailure */
function requireJson(payload: Uint8Array, requestId: string): void {
  const fault = faultOfEvent(payload);
  if (fault !== undefined) throw notTaken(fault, requestId);
}

function refused(error: unknown, requestId: string): BackendFailure {
  if (error instanceof BackendFailure) return error;
  if (!(error instanceof InvocationRefused))
    return new BackendFailure('network', error instanceof Error ? error.message : String(error), { cause: error });
  return new BackendFailure(error.status === 413 ? 'tooLarge' : 'refused', `${error.code}: ${error.message}`, {
    cause: error,
    reason: refusal(error.status, requestId),
  });
}

function notPermitted({ invokedFunctionArn }: ResolvedFunction, { sourceArn }: FunctionRequest): BackendFailure {
  const problem =
    sourceArn === ''
      ? `does not let everybody call it through its URL. Add both permissions with: ${urlPermissionCommands(invokedFunctionArn).join('; ')}`
      : `does not let apigateway.amazonaws.com invoke it for ${sourceArn}. Add the permission with: ${permissionCommand(invokedFunctionArn, sourceArn)}`;
  return new BackendFailure('configuration', `The policy of ${invokedFunctionArn} ${problem}`, {
    reason: invalidPermissions,
  });
}
