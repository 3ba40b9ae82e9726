/**
 * What a function URL answers itself, and the end of every exchange with one: what all answers carry is added to the
 * one that was made.
 * Source: Lambda Developer Guide, "Invoking Lambda function URLs", "Control access to Lambda function URLs"; answers that
 * users of AWS have published.
 */
import type { CorsPlan } from '../../plan/http/cors.ts';
import type { Exchange } from '../exchange.ts';
import { Fault } from '../fault.ts';
import type { Conclusion } from '../step.ts';

export const unknownUrl = new Fault('RESOURCE_NOT_FOUND', {
  errorType: 'ResourceNotFoundException',
  why: 'no function URL has this name',
});
export const forbidden = new Fault('ACCESS_DENIED', {
  message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
});
export const tooLarge = new Fault('REQUEST_TOO_LARGE', { message: 'Request Entity Too Large' });
/** The function failed, or what it returned is no answer. */
export const functionFailed = new Fault('DEFAULT_5XX', { status: 502, bare: 'Internal Server Error' });

/** @param reason Lambda's `Reason`, e.g. `ReservedFunctionConcurrentInvocationLimitExceeded` */
export const throttled = (reason: string | undefined): Fault =>
  new Fault('THROTTLED', {
    json: JSON.stringify({ ...(reason !== undefined && { Reason: reason }), Type: 'User', message: 'Rate Exceeded.' }),
  });

/** @param cors null: the function says itself who may read its answers */
export const concluding =
  (cors: CorsPlan | null): Conclusion =>
  (x, fault) => {
    if (fault !== undefined) giveFault(x, fault);
    if (cors !== null) {
      const origin = x.header('origin');
      if (origin !== undefined) cors.addToAnswer(origin, x.responseHeaders);
    }
    x.responseHeaders.push('x-amzn-RequestId', x.requestId);
  };

/** What the configuration allows, whatever was asked for. */
export function answerPreflight(x: Exchange, cors: CorsPlan): void {
  x.status = 200;
  x.responseHeaders = [];
  cors.addToPreflight(x.header('origin') ?? '', x.responseHeaders);
  x.responseHeaders.push('x-amzn-RequestId', x.requestId);
}

function giveFault(x: Exchange, fault: Fault): void {
  x.fault = fault;
  x.status = fault.status;
  x.responseHeaders = ['Content-Type', 'application/json'];
  if (fault.bare === null) x.responseHeaders.push('x-amzn-ErrorType', fault.errorType);
  x.responseBody = fault.bare ?? fault.json ?? JSON.stringify({ Message: fault.message });
  x.responseBodyBytes = -1;
}
