/** How asynchronous invocations of a function, version or alias are retried, and where their outcome goes. */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import {
  type EventInvokeInput,
  eventInvokeConfigOf,
  withChangedEventInvokeConfig,
  withEventInvokeConfig,
  withoutEventInvokeConfig,
} from '../../definition/functions/event-invoke-configs.ts';
import type { EventInvokeConfig, LambdaFunction } from '../../definition/functions/function.ts';
import { qualifiedArn, unqualifiedName } from '../../definition/functions/names.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { loadFunction, loadQualified, readsOf } from './stored-functions.ts';

interface Input {
  readonly FunctionName: string;
  readonly Qualifier?: string | undefined;
}

export const eventInvokeConfigs = ({ documents }: LambdaDependencies) => {
  const edit = (
    { FunctionName, Qualifier }: Input,
    call: Call,
    operation: string,
    change: (fn: LambdaFunction, qualifier: string) => LambdaFunction,
  ): Promise<{ readonly fn: LambdaFunction; readonly key: string }> =>
    documents.transact(call, async (transaction) => {
      const { fn, key } = await loadQualified(transaction, FunctionName, call, operation, Qualifier);
      const changed = change(fn, key);
      transaction.put('function', fn.functionName, changed);
      return { fn: changed, key };
    });
  const shown = ({ fn, key }: { readonly fn: LambdaFunction; readonly key: string }) =>
    answer(fn, key, eventInvokeConfigOf(fn, key));

  return {
    PutFunctionEventInvokeConfig: async (input, call) =>
      shown(
        await edit(input, call, 'PutFunctionEventInvokeConfig', (fn, key) =>
          withEventInvokeConfig(fn, key, settingsOf(input), call.nowMs),
        ),
      ),

    UpdateFunctionEventInvokeConfig: async (input, call) =>
      shown(
        await edit(input, call, 'UpdateFunctionEventInvokeConfig', (fn, key) =>
          withChangedEventInvokeConfig(fn, key, settingsOf(input), call.nowMs),
        ),
      ),

    GetFunctionEventInvokeConfig: async ({ FunctionName, Qualifier }, call) =>
      shown(
        await loadQualified(readsOf(documents, call), FunctionName, call, 'GetFunctionEventInvokeConfig', Qualifier),
      ),

    ListFunctionEventInvokeConfigs: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'ListFunctionEventInvokeConfigs');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      const all = Object.entries(fn.eventInvokeConfigs).sort(([a], [b]) => (a < b ? -1 : 1));
      const { items, NextMarker } = pageOf(all, input, ([qualifier]) => qualifier);
      return present({
        NextMarker,
        FunctionEventInvokeConfigs: items.map(([qualifier, config]) => answer(fn, qualifier, config)),
      });
    },

    DeleteFunctionEventInvokeConfig: async (input, call) => {
      await edit(input, call, 'DeleteFunctionEventInvokeConfig', withoutEventInvokeConfig);
      return {};
    },
  } satisfies Partial<Handlers>;
};

const settingsOf = (input: Omit<Sdk.PutFunctionEventInvokeConfigCommandInput, 'FunctionName'>): EventInvokeInput => ({
  maximumRetryAttempts: input.MaximumRetryAttempts,
  maximumEventAgeSeconds: input.MaximumEventAgeInSeconds,
  onSuccessArn: input.DestinationConfig?.OnSuccess?.Destination,
  onFailureArn: input.DestinationConfig?.OnFailure?.Destination,
});

const answer = (fn: LambdaFunction, qualifier: string, config: EventInvokeConfig): Sdk.FunctionEventInvokeConfig =>
  present({
    LastModified: new Date(config.lastModifiedMs),
    FunctionArn: qualifiedArn(fn.functionArn, qualifier),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    DestinationConfig: {
      OnSuccess: config.onSuccessArn === undefined ? {} : { Destination: config.onSuccessArn },
      OnFailure: config.onFailureArn === undefined ? {} : { Destination: config.onFailureArn },
    },
  });
