/**
 * Function URLs: one for the function, one for each alias.
 * Source: Lambda API Reference, CreateFunctionUrlConfig; Lambda Developer Guide, "Creating and managing Lambda
 * function URLs".
 */
import { entryOf, present, withEntry, withoutEntry } from '../entries.ts';
import type { FunctionUrl, FunctionUrlCors, LambdaFunction } from './function.ts';
import { latestVersion, qualifiedArn } from './names.ts';
import { functionConflict, invalidParameter, resourceNotFound } from './refusals.ts';

export interface FunctionUrlInput {
  readonly authType?: FunctionUrl['authType'];
  readonly invokeMode?: FunctionUrl['invokeMode'];
  readonly cors?: FunctionUrlCors;
}

/** What a gate must know of a URL to serve it. */
export interface ServedFunctionUrl {
  readonly urlId: string;
  /** Of what it calls: with the alias, if it is an alias's. */
  readonly functionArn: string;
  readonly authType: FunctionUrl['authType'];
  readonly invokeMode: FunctionUrl['invokeMode'];
  readonly cors?: FunctionUrlCors;
}

export const servedUrlsOf = ({ functionArn, urls }: LambdaFunction): ServedFunctionUrl[] =>
  Object.entries(urls).map(([qualifier, { urlId, authType, invokeMode, cors }]) =>
    present({
      urlId,
      functionArn: qualifiedArn(functionArn, qualifier === latestVersion ? undefined : qualifier),
      authType,
      invokeMode,
      cors,
    }),
  );

/** Its key among a function's URLs. @throws InvalidParameterValueException for `$LATEST`, ResourceNotFoundException */
export function urlQualifier(fn: LambdaFunction, alias: string | undefined): string {
  if (alias === undefined) return latestVersion;
  if (alias === latestVersion) throw invalidParameter('FunctionUrlConfig does not support the $LATEST qualifier');
  if (entryOf(fn.aliases, alias) === undefined) throw resourceNotFound('Function does not exist');
  return alias;
}

/** @throws ResourceNotFoundException */
export function functionUrlOf(fn: LambdaFunction, qualifier: string): FunctionUrl {
  const url = entryOf(fn.urls, qualifier);
  if (url === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return url;
}

/** @throws ResourceConflictException when there is one */
export function withNewUrl(
  fn: LambdaFunction,
  qualifier: string,
  { authType = 'AWS_IAM', invokeMode = 'BUFFERED', cors }: FunctionUrlInput,
  birth: { readonly urlId: string; readonly nowMs: number },
): LambdaFunction {
  if (entryOf(fn.urls, qualifier) !== undefined)
    throw functionConflict(
      `Failed to create function url config for [functionArn = ${fn.functionArn}${qualifier === latestVersion ? '' : `:${qualifier}`}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  const url: FunctionUrl = present({
    urlId: birth.urlId,
    authType,
    invokeMode,
    cors,
    createdAtMs: birth.nowMs,
    lastModifiedMs: birth.nowMs,
  });
  return { ...fn, urls: withEntry(fn.urls, qualifier, url) };
}

export function withChangedUrl(
  fn: LambdaFunction,
  qualifier: string,
  input: FunctionUrlInput,
  nowMs: number,
): LambdaFunction {
  const before = functionUrlOf(fn, qualifier);
  const url: FunctionUrl = present({
    ...before,
    authType: input.authType ?? before.authType,
    invokeMode: input.invokeMode ?? before.invokeMode,
    cors: input.cors ?? before.cors,
    lastModifiedMs: nowMs,
  });
  return { ...fn, urls: withEntry(fn.urls, qualifier, url) };
}

export function withoutUrl(fn: LambdaFunction, qualifier: string): LambdaFunction {
  functionUrlOf(fn, qualifier);
  return { ...fn, urls: withoutEntry(fn.urls, qualifier) };
}
