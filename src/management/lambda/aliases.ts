/** Aliases of functions. */
import { present } from '../../definition/entries.ts';
import {
  aliasesOf,
  aliasOf,
  versionsOf,
  withChangedAlias,
  withNewAlias,
  withoutAlias,
} from '../../definition/functions/aliases.ts';
import type { LambdaFunction } from '../../definition/functions/function.ts';
import { functionNotFound, qualifiedArn, unqualifiedName } from '../../definition/functions/names.ts';
import { requireRevision, withoutBelongings } from '../../definition/functions/versions.ts';
import type { Transaction } from '../documents.ts';
import { aliasAnswer } from './answers.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { findVersion, loadFunction, readsOf } from './stored-functions.ts';

export const aliases = ({ documents, newUuid, settled }: LambdaDependencies) =>
  ({
    CreateAlias: async ({ FunctionName, Name, FunctionVersion, Description, RoutingConfig }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'CreateAlias');
      const changed = await documents.transact(call, async (transaction) => {
        const fn = await loadFunction(transaction, functionName, call);
        const input = {
          functionVersion: FunctionVersion,
          ...(Description !== undefined && { description: Description }),
          weights: RoutingConfig?.AdditionalVersionWeights ?? {},
        };
        const after = withNewAlias(fn, Name, input, newUuid());
        await requireVersions(transaction, after, Name);
        transaction.put('function', functionName, after);
        return after;
      });
      await settled();
      return aliasAnswer(changed, aliasOf(changed, Name));
    },

    GetAlias: async ({ FunctionName, Name }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'GetAlias');
      const fn = await loadFunction(readsOf(documents, call), functionName, call, Name);
      return aliasAnswer(fn, aliasOf(fn, Name));
    },

    ListAliases: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'ListAliases');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      const all = aliasesOf(fn).filter(
        (alias) => input.FunctionVersion === undefined || versionsOf(alias).includes(input.FunctionVersion),
      );
      const { items, NextMarker } = pageOf(all, input, ({ name }) => name);
      return present({ Aliases: items.map((alias) => aliasAnswer(fn, alias)), NextMarker });
    },

    UpdateAlias: async (input, call) => {
      const { Name } = input;
      const functionName = unqualifiedName(input.FunctionName, call, 'UpdateAlias');
      const changed = await documents.transact(call, async (transaction) => {
        const fn = await loadFunction(transaction, functionName, call);
        requireRevision(input.RevisionId, aliasOf(fn, Name).revisionId);
        const change = present({
          functionVersion: input.FunctionVersion,
          description: input.Description,
          // A routing without weights ends a canary.
          weights: input.RoutingConfig && (input.RoutingConfig.AdditionalVersionWeights ?? {}),
        });
        const after = withChangedAlias(fn, Name, change, newUuid());
        await requireVersions(transaction, after, Name);
        transaction.put('function', functionName, after);
        return after;
      });
      await settled();
      return aliasAnswer(changed, aliasOf(changed, Name));
    },

    DeleteAlias: async ({ FunctionName, Name }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'DeleteAlias');
      await documents.transact(call, async (transaction) => {
        const fn = await loadFunction(transaction, functionName, call);
        // Deleting what is not there is no fault.
        if (Object.hasOwn(fn.aliases, Name))
          transaction.put('function', functionName, withoutBelongings(withoutAlias(fn, Name), Name));
      });
      await settled();
      return {};
    },
  }) satisfies Partial<Handlers>;

/** @throws ResourceNotFoundException when the alias points to a version that does not exist */
async function requireVersions(transaction: Transaction, fn: LambdaFunction, name: string): Promise<void> {
  for (const version of versionsOf(aliasOf(fn, name)))
    if ((await findVersion(transaction, fn, version)) === undefined)
      throw functionNotFound(qualifiedArn(fn.functionArn, version));
}
