/**
 * Invocations through the management API: synchronous, as an event, dry, and streamed. Everybody who may call the API
 * may invoke the account's functions; what the data plane asks policies about is asked there.
 * Source: Lambda API Reference, Invoke, InvokeAsync, InvokeWithResponseStream; Lambda Developer Guide, "Lambda quotas".
 */
import type * as Sdk from '@aws-sdk/client-lambda';
import { chooseTarget, type ResolvedFunction } from '../../access/function-directory.ts';
import { ServiceError } from '../../definition/errors.ts';
import { functionArn, functionNotFound, functionReference } from '../../definition/functions/names.ts';
import { invalidContent, notServed, requestTooLarge } from '../../definition/functions/refusals.ts';
import type { FunctionConfiguration } from '../../functions/configuration.ts';
import { faultOfEvent } from '../../functions/event-json.ts';
import { type InvocationOptions, InvocationRefused, type StreamedInvocation } from '../../functions/invocation.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';

/** Bytes of an event's payload. */
const eventBytesMax = 1024 * 1024;
/** Of a client context, before it is decoded. */
const clientContextMax = 3583;
const emptyEvent = Buffer.from('{}');

interface Invocation {
  readonly resolved: ResolvedFunction;
  readonly fn: FunctionConfiguration;
  readonly payload: Uint8Array;
  readonly options: InvocationOptions;
}

export const invocations = ({ functions, invoker, events, random }: LambdaDependencies) => {
  const prepare = async (
    input: Pick<Sdk.InvokeCommandInput, 'Qualifier' | 'LogType' | 'ClientContext' | 'TenantId'> & {
      readonly FunctionName: string;
    },
    body: Uint8Array | undefined,
    call: Call,
  ): Promise<Invocation> => {
    const { functionName, qualifier } = functionReference(input.FunctionName, call, 'InvokeFunction', input.Qualifier);
    const arn = functionArn(call, functionName, qualifier);
    const resolved = await functions.resolve(arn);
    if (resolved === undefined) throw functionNotFound(arn);
    if (input.TenantId !== undefined) throw notServed('Tenant isolation (TenantId) is');
    const payload = body === undefined || body.length === 0 ? emptyEvent : body;
    requireJson(payload);
    const clientContext = clientContextOf(input.ClientContext);
    return {
      resolved,
      fn: chooseTarget(resolved, random()),
      payload,
      options: {
        requestId: call.requestId,
        invokedFunctionArn: arn,
        ...(clientContext !== undefined && { clientContext }),
        ...(call.traceId !== undefined && { traceId: call.traceId }),
        logTail: input.LogType === 'Tail',
      },
    };
  };

  const enqueue = async ({ resolved, payload, options }: Invocation): Promise<void> => {
    if (payload.length > eventBytesMax)
      throw requestTooLarge(`Request must be smaller than ${eventBytesMax} bytes for the InvokeFunction operation`);
    const { requestId, clientContext, traceId } = options;
    await unlessRefused(
      events.enqueue({
        requestId,
        invokedFunctionArn: resolved.invokedFunctionArn,
        payload,
        ...(clientContext !== undefined && { clientContext }),
        ...(traceId !== undefined && { traceId }),
      }),
    );
  };

  return {
    Invoke: async (input, call) => {
      if (input.DurableExecutionName !== undefined) throw notServed('Durable executions (DurableExecutionName) are');
      const invocation = await prepare(input, bytesOf(input.Payload), call);
      switch (input.InvocationType) {
        case 'DryRun':
          return { StatusCode: 204 };
        case 'Event':
          await enqueue(invocation);
          return { StatusCode: 202 };
        default: {
          const { fn, payload, options } = invocation;
          const result = await unlessRefused(invoker.invoke(fn, payload, options));
          return {
            StatusCode: 200,
            FunctionError: result.functionError,
            LogResult: result.logTail === undefined ? undefined : base64(result.logTail),
            Payload: result.payload,
            ExecutedVersion: result.executedVersion,
          };
        }
      }
    },

    InvokeAsync: async ({ FunctionName, InvokeArgs }, call) => {
      await enqueue(await prepare({ FunctionName }, bytesOf(InvokeArgs), call));
      return { Status: 202 };
    },

    InvokeWithResponseStream: async (input, call) => {
      const { fn, payload, options } = await prepare(input, bytesOf(input.Payload), call);
      if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
      const streamed = await unlessRefused(invoker.invokeStreaming(fn, payload, options));
      return {
        StatusCode: 200,
        ExecutedVersion: streamed.executedVersion,
        EventStream: streamEvents(streamed),
      };
    },
  } satisfies Partial<Handlers>;
};

/** What the protocol layer hands over is bytes; the SDK's type allows a client more. */
function bytesOf(payload: unknown): Uint8Array | undefined {
  if (payload === undefined || payload instanceof Uint8Array) return payload;
  throw new TypeError('a payload is bytes');
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** @throws InvalidRequestContentException */
function requireJson(payload: Uint8Array): void {
  const fault = faultOfEvent(payload);
  if (fault !== undefined) throw invalidContent(fault);
}

/** JSON text. @throws InvalidRequestContentException */
function clientContextOf(encoded: string | undefined): string | undefined {
  if (encoded === undefined || encoded === '') return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  let value: unknown;
  try {
    value = encoded.length > clientContextMax ? undefined : JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidContent('Client context must be a valid Base64-encoded JSON object.');
  return text;
}

/** The host's refusals in the words of the API. */
async function unlessRefused<Outcome>(invocation: Promise<Outcome>): Promise<Outcome> {
  try {
    return await invocation;
  } catch (error) {
    if (!(error instanceof InvocationRefused)) throw error;
    const { code, status, message, reason } = error;
    throw new ServiceError(code, status, message, {
      Type: status < 500 ? 'User' : 'Service',
      ...(reason !== undefined && { Reason: reason }),
    });
  }
}

/** The response as it comes, then how the invocation ended. */
async function* streamEvents({
  body,
  completed,
}: StreamedInvocation): AsyncGenerator<Sdk.InvokeWithResponseStreamResponseEvent> {
  try {
    for await (const chunk of body) yield { PayloadChunk: { Payload: chunk } };
  } catch {
    // Why it broke off is told by its end.
  }
  const { functionError, payload, logTail } = await completed;
  yield {
    InvokeComplete: {
      ...(functionError !== undefined && {
        ErrorCode: functionError,
        ErrorDetails: Buffer.from(payload).toString('utf8'),
      }),
      ...(logTail !== undefined && { LogResult: base64(logTail) }),
    },
  };
}
