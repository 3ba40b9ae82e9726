/** Function URLs: gates serve them, or no longer, once a call has answered. */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import type { FunctionUrl, FunctionUrlCors, LambdaFunction } from '../../definition/functions/function.ts';
import {
  functionUrlOf,
  urlQualifier,
  withChangedUrl,
  withNewUrl,
  withoutUrl,
} from '../../definition/functions/function-urls.ts';
import { functionReference, latestVersion, qualifiedArn, unqualifiedName } from '../../definition/functions/names.ts';
import { resourceNotFound } from '../../definition/functions/refusals.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { loadFunction, readsOf } from './stored-functions.ts';

interface Input {
  readonly FunctionName: string;
  readonly Qualifier?: string | undefined;
}

interface Found {
  readonly fn: LambdaFunction;
  readonly key: string;
}

export const functionUrls = ({ documents, functionUrlHost, settled }: LambdaDependencies) => {
  const find = async (
    reads: Pick<Transaction, 'find'>,
    { FunctionName, Qualifier }: Input,
    call: Call,
    operation: string,
  ): Promise<Found> => {
    const { functionName, qualifier } = functionReference(FunctionName, call, operation, Qualifier);
    const fn = await reads.find('function', functionName);
    if (fn === undefined) throw resourceNotFound('Function does not exist');
    return { fn, key: urlQualifier(fn, qualifier) };
  };
  const edit = async (
    input: Input,
    call: Call,
    operation: string,
    change: (fn: LambdaFunction, key: string) => LambdaFunction,
  ): Promise<Found> => {
    const edited = await documents.transact(call, async (transaction) => {
      const { fn, key } = await find(transaction, input, call, operation);
      const changed = change(fn, key);
      transaction.put('function', fn.functionName, changed);
      return { fn: changed, key };
    });
    await settled();
    return edited;
  };
  const shown = ({ fn, key }: Found, call: Call) => answer(fn, key, functionUrlHost(call.region));

  return {
    CreateFunctionUrlConfig: async (input, call) => {
      const birth = { urlId: call.newId(32), nowMs: call.nowMs };
      const made = await edit(input, call, 'CreateFunctionUrlConfig', (fn, key) =>
        withNewUrl(fn, key, settingsOf(input), birth),
      );
      const { LastModifiedTime: _, ...rest } = shown(made, call);
      return rest;
    },

    GetFunctionUrlConfig: async (input, call) =>
      shown(await find(readsOf(documents, call), input, call, 'GetFunctionUrlConfig'), call),

    UpdateFunctionUrlConfig: async (input, call) =>
      shown(
        await edit(input, call, 'UpdateFunctionUrlConfig', (fn, key) =>
          withChangedUrl(fn, key, settingsOf(input), call.nowMs),
        ),
        call,
      ),

    ListFunctionUrlConfigs: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'ListFunctionUrlConfigs');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      const all = Object.keys(fn.urls).sort();
      const { items, NextMarker } = pageOf(all, input, (key) => key);
      return present({ NextMarker, FunctionUrlConfigs: items.map((key) => shown({ fn, key }, call)) });
    },

    DeleteFunctionUrlConfig: async (input, call) => {
      await edit(input, call, 'DeleteFunctionUrlConfig', withoutUrl);
      return {};
    },
  } satisfies Partial<Handlers>;
};

const settingsOf = (input: Omit<Sdk.UpdateFunctionUrlConfigCommandInput, 'FunctionName'>) => ({
  authType: input.AuthType,
  invokeMode: input.InvokeMode,
  cors: input.Cors && corsOf(input.Cors),
});

const corsOf = (cors: Sdk.Cors): FunctionUrlCors =>
  present({
    allowCredentials: cors.AllowCredentials,
    allowHeaders: cors.AllowHeaders,
    allowMethods: cors.AllowMethods,
    allowOrigins: cors.AllowOrigins,
    exposeHeaders: cors.ExposeHeaders,
    maxAgeSeconds: cors.MaxAge,
  });

const corsAnswer = (cors: FunctionUrlCors): Sdk.Cors =>
  present({
    AllowCredentials: cors.allowCredentials,
    AllowHeaders: cors.allowHeaders && [...cors.allowHeaders],
    AllowMethods: cors.allowMethods && [...cors.allowMethods],
    AllowOrigins: cors.allowOrigins && [...cors.allowOrigins],
    ExposeHeaders: cors.exposeHeaders && [...cors.exposeHeaders],
    MaxAge: cors.maxAgeSeconds,
  });

function answer(fn: LambdaFunction, key: string, host: string) {
  const url: FunctionUrl = functionUrlOf(fn, key);
  return {
    FunctionUrl: `https://${url.urlId}.${host}/`,
    FunctionArn: qualifiedArn(fn.functionArn, key === latestVersion ? undefined : key),
    AuthType: url.authType,
    ...(url.cors && { Cors: corsAnswer(url.cors) }),
    CreationTime: new Date(url.createdAtMs).toISOString(),
    LastModifiedTime: new Date(url.lastModifiedMs).toISOString(),
    InvokeMode: url.invokeMode,
  };
}
