/**
 * How asynchronous invocations are retried and where their outcome goes, by version or alias.
 * Source: Lambda API Reference, PutFunctionEventInvokeConfig.
 */
import { entryOf, present, withEntry, withoutEntry } from '../entries.ts';
import type { EventInvokeConfig, LambdaFunction } from './function.ts';
import { qualifiedArn } from './names.ts';
import { invalidParameter, resourceNotFound } from './refusals.ts';

/** What may be a destination. */
const destinationForm = /^arn:[^:]+:(?:sqs|sns|lambda|events|s3):/;

export interface EventInvokeInput {
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  /** An empty text takes away what is there. */
  readonly onSuccessArn?: string;
  readonly onFailureArn?: string;
}

/** @throws ResourceNotFoundException */
export function eventInvokeConfigOf(fn: LambdaFunction, qualifier: string): EventInvokeConfig {
  const config = entryOf(fn.eventInvokeConfigs, qualifier);
  if (config === undefined)
    throw resourceNotFound(`The function ${qualifiedArn(fn.functionArn, qualifier)} doesn't have an EventInvokeConfig`);
  return config;
}

/** Replaces what is there. @throws InvalidParameterValueException */
export function withEventInvokeConfig(
  fn: LambdaFunction,
  qualifier: string,
  input: EventInvokeInput,
  nowMs: number,
): LambdaFunction {
  if (Object.values(input).every((value) => value === undefined))
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  return stored(fn, qualifier, { lastModifiedMs: nowMs }, input, nowMs);
}

/** Changes what is there. @throws ServiceError */
export const withChangedEventInvokeConfig = (
  fn: LambdaFunction,
  qualifier: string,
  input: EventInvokeInput,
  nowMs: number,
): LambdaFunction => stored(fn, qualifier, eventInvokeConfigOf(fn, qualifier), input, nowMs);

export function withoutEventInvokeConfig(fn: LambdaFunction, qualifier: string): LambdaFunction {
  eventInvokeConfigOf(fn, qualifier);
  return { ...fn, eventInvokeConfigs: withoutEntry(fn.eventInvokeConfigs, qualifier) };
}

function stored(
  fn: LambdaFunction,
  qualifier: string,
  before: EventInvokeConfig,
  input: EventInvokeInput,
  nowMs: number,
): LambdaFunction {
  const config: EventInvokeConfig = present({
    lastModifiedMs: nowMs,
    maximumRetryAttempts: input.maximumRetryAttempts ?? before.maximumRetryAttempts,
    maximumEventAgeSeconds: input.maximumEventAgeSeconds ?? before.maximumEventAgeSeconds,
    onSuccessArn: destination(input.onSuccessArn, before.onSuccessArn),
    onFailureArn: destination(input.onFailureArn, before.onFailureArn),
  });
  return { ...fn, eventInvokeConfigs: withEntry(fn.eventInvokeConfigs, qualifier, config) };
}

function destination(given: string | undefined, before: string | undefined): string | undefined {
  if (given === undefined) return before;
  if (given === '') return undefined;
  if (!destinationForm.test(given))
    throw invalidParameter(
      `The provided destination config DestinationConfig(destination=${given}) is invalid: it must be the ARN of an SQS queue, an SNS topic, a Lambda function, an EventBridge bus or an S3 bucket.`,
    );
  return given;
}
