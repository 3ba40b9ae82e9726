/** Reserved and provisioned concurrency. */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import {
  provisionedConcurrencyOf,
  reservedBy,
  withoutProvisionedConcurrency,
  withoutReservedConcurrency,
  withProvisionedConcurrency,
  withReservedConcurrency,
} from '../../definition/functions/concurrency.ts';
import type { LambdaFunction, ProvisionedConcurrency } from '../../definition/functions/function.ts';
import { qualifiedArn, unqualifiedName } from '../../definition/functions/names.ts';
import type { Call } from '../protocol/call.ts';
import { timeText } from './answers.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { loadFunction, loadQualified, readsOf } from './stored-functions.ts';

export const concurrency = ({ documents, concurrencyMax, settled }: LambdaDependencies) => {
  const edit = async (
    name: string,
    call: Call,
    operation: string,
    change: (fn: LambdaFunction, others: readonly LambdaFunction[]) => LambdaFunction,
  ): Promise<void> => {
    const functionName = unqualifiedName(name, call, operation);
    await documents.transact(call, async (transaction) => {
      const fn = await loadFunction(transaction, functionName, call);
      const all = await transaction.list('function');
      const others = all.filter((other) => other.functionName !== functionName);
      transaction.put('function', functionName, change(fn, others));
    });
    await settled();
  };

  return {
    PutFunctionConcurrency: async ({ FunctionName, ReservedConcurrentExecutions }, call) => {
      await edit(FunctionName, call, 'PutFunctionConcurrency', (fn, others) =>
        withReservedConcurrency(fn, ReservedConcurrentExecutions, reservedBy(others), concurrencyMax),
      );
      return { ReservedConcurrentExecutions };
    },

    GetFunctionConcurrency: async ({ FunctionName }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'GetFunctionConcurrency');
      const { reservedConcurrency } = await loadFunction(readsOf(documents, call), functionName, call);
      return present({ ReservedConcurrentExecutions: reservedConcurrency });
    },

    DeleteFunctionConcurrency: async ({ FunctionName }, call) => {
      await edit(FunctionName, call, 'DeleteFunctionConcurrency', withoutReservedConcurrency);
      return {};
    },

    PutProvisionedConcurrencyConfig: async (input, call) => {
      const changed = await documents.transact(call, async (transaction) => {
        const operation = 'PutProvisionedConcurrencyConfig';
        const found = await loadQualified(transaction, input.FunctionName, call, operation, input.Qualifier);
        const count = input.ProvisionedConcurrentExecutions;
        const fn = withProvisionedConcurrency(found.fn, found.key, count, call.nowMs);
        transaction.put('function', fn.functionName, fn);
        return provisionedConcurrencyOf(fn, found.key);
      });
      return provisionedAnswer(changed);
    },

    GetProvisionedConcurrencyConfig: async ({ FunctionName, Qualifier }, call) => {
      const operation = 'GetProvisionedConcurrencyConfig';
      const { fn, key } = await loadQualified(readsOf(documents, call), FunctionName, call, operation, Qualifier);
      return provisionedAnswer(provisionedConcurrencyOf(fn, key));
    },

    ListProvisionedConcurrencyConfigs: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'ListProvisionedConcurrencyConfigs');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      const all = Object.entries(fn.provisioned).sort(([a], [b]) => (a < b ? -1 : 1));
      const { items, NextMarker } = pageOf(all, input, ([qualifier]) => qualifier);
      return present({
        NextMarker,
        ProvisionedConcurrencyConfigs: items.map(([qualifier, provisioned]) => ({
          FunctionArn: qualifiedArn(fn.functionArn, qualifier),
          ...provisionedAnswer(provisioned),
        })),
      });
    },

    DeleteProvisionedConcurrencyConfig: async ({ FunctionName, Qualifier }, call) => {
      await documents.transact(call, async (transaction) => {
        const operation = 'DeleteProvisionedConcurrencyConfig';
        const { fn, key } = await loadQualified(transaction, FunctionName, call, operation, Qualifier);
        provisionedConcurrencyOf(fn, key);
        transaction.put('function', fn.functionName, withoutProvisionedConcurrency(fn, key));
      });
      return {};
    },
  } satisfies Partial<Handlers>;
};

/** Environments are started when they are needed; clients wait for READY, and nothing more will happen. */
const provisionedAnswer = ({ requested, lastModifiedMs }: ProvisionedConcurrency) => ({
  RequestedProvisionedConcurrentExecutions: requested,
  AvailableProvisionedConcurrentExecutions: requested,
  AllocatedProvisionedConcurrentExecutions: requested,
  Status: 'READY' satisfies Sdk.ProvisionedConcurrencyStatusEnum as Sdk.ProvisionedConcurrencyStatusEnum,
  LastModified: timeText(lastModifiedMs),
});
