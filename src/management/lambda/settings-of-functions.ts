/** Settings of single functions and of the account that are kept and shown: runtime updates, recursion, limits. */
import { entryOf, present, withEntry } from '../../definition/entries.ts';
import { reservedBy } from '../../definition/functions/concurrency.ts';
import type { RuntimeManagement } from '../../definition/functions/function.ts';
import { unpackedBytesMax } from '../../definition/functions/layers.ts';
import { qualifiedArn, unqualifiedName } from '../../definition/functions/names.ts';
import { invalidParameter } from '../../definition/functions/refusals.ts';
import { codeBytesOf } from '../../definition/functions/versions.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { loadFunction, loadQualified, type Qualified, readsOf } from './stored-functions.ts';

export const runtimeManagement = ({ documents }: LambdaDependencies) =>
  ({
    PutRuntimeManagementConfig: async (input, call) => {
      const { UpdateRuntimeOn, RuntimeVersionArn } = input;
      if ((UpdateRuntimeOn === 'Manual') !== (RuntimeVersionArn !== undefined))
        throw invalidParameter(
          'A RuntimeVersionArn is needed when UpdateRuntimeOn is Manual, and refused when it is anything else.',
        );
      const found = await documents.transact(call, async (transaction) => {
        const operation = 'PutRuntimeManagementConfig';
        const before = await loadQualified(transaction, input.FunctionName, call, operation, input.Qualifier);
        const config = present({ updateRuntimeOn: UpdateRuntimeOn, runtimeVersionArn: RuntimeVersionArn });
        const fn = { ...before.fn, runtimeManagement: withEntry(before.fn.runtimeManagement, before.key, config) };
        transaction.put('function', fn.functionName, fn);
        return { ...before, fn };
      });
      return { ...runtimeAnswer(found), FunctionArn: qualifiedArn(found.fn.functionArn, found.key) };
    },

    GetRuntimeManagementConfig: async ({ FunctionName, Qualifier }, call) => {
      const operation = 'GetRuntimeManagementConfig';
      const found = await loadQualified(readsOf(documents, call), FunctionName, call, operation, Qualifier);
      return { ...runtimeAnswer(found), FunctionArn: qualifiedArn(found.fn.functionArn, found.key) };
    },
  }) satisfies Partial<Handlers>;

function runtimeAnswer({ fn, key }: Qualified) {
  const config: RuntimeManagement = entryOf(fn.runtimeManagement, key) ?? { updateRuntimeOn: 'Auto' };
  return present({ UpdateRuntimeOn: config.updateRuntimeOn, RuntimeVersionArn: config.runtimeVersionArn });
}

export const recursion = ({ documents }: LambdaDependencies) =>
  ({
    PutFunctionRecursionConfig: async ({ FunctionName, RecursiveLoop }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'PutFunctionRecursionConfig');
      await documents.transact(call, async (transaction) => {
        const fn = await loadFunction(transaction, functionName, call);
        transaction.put('function', functionName, { ...fn, recursiveLoop: RecursiveLoop });
      });
      return { RecursiveLoop };
    },

    GetFunctionRecursionConfig: async ({ FunctionName }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'GetFunctionRecursionConfig');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      return { RecursiveLoop: fn.recursiveLoop };
    },
  }) satisfies Partial<Handlers>;

/** AWS's usual limits; nothing counts against the first. */
const totalCodeBytesMax = 80_530_636_800;
const archiveBytesMax = 52_428_800;

export const accountSettings = ({ documents, concurrencyMax }: LambdaDependencies) =>
  ({
    GetAccountSettings: async (_input, call) => {
      const functions = await documents.list(call, 'function');
      const versions = await documents.list(call, 'function-version');
      const layers = await documents.list(call, 'layer-version');
      const code = [
        ...functions.map(({ latest }) => latest.code),
        ...versions.map((each) => each.code),
        ...layers.map((each) => each.code),
      ];
      return {
        AccountLimit: {
          TotalCodeSize: totalCodeBytesMax,
          CodeSizeUnzipped: unpackedBytesMax,
          CodeSizeZipped: archiveBytesMax,
          ConcurrentExecutions: concurrencyMax,
          UnreservedConcurrentExecutions: concurrencyMax - reservedBy(functions),
        },
        AccountUsage: {
          TotalCodeSize: code.reduce((sum, each) => sum + codeBytesOf(each), 0),
          FunctionCount: functions.length,
        },
      };
    },
  }) satisfies Partial<Handlers>;
