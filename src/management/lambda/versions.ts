/** Published versions of functions. */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import type { LambdaFunction } from '../../definition/functions/function.ts';
import { unqualifiedName } from '../../definition/functions/names.ts';
import { notServed } from '../../definition/functions/refusals.ts';
import { type Change, publish } from '../../definition/functions/versions.ts';
import type { Transaction } from '../documents.ts';
import { configurationAnswer, listedConfiguration } from './answers.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { findVersion, loadFunction, readsOf, versionId } from './stored-functions.ts';

export const versions = ({ documents, newUuid, settled }: LambdaDependencies) =>
  ({
    PublishVersion: async (input, call) => {
      if (input.PublishTo !== undefined) throw notServed('Capacity providers (PublishTo) are');
      const functionName = unqualifiedName(input.FunctionName, call, 'PublishVersion');
      const answer = await documents.transact(call, async (transaction) =>
        publishIn(
          transaction,
          await loadFunction(transaction, functionName, call),
          present({
            codeSha256: input.CodeSha256,
            revisionId: input.RevisionId,
            // An empty description is none.
            description: input.Description === '' ? undefined : input.Description,
          }),
          { nowMs: call.nowMs, revisionId: newUuid() },
        ),
      );
      await settled();
      return answer;
    },

    ListVersionsByFunction: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'ListVersionsByFunction');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      const published = await documents.list(call, 'function-version', `${functionName}/`);
      const all = [fn.latest, ...[...published].sort((a, b) => Number(a.version) - Number(b.version))];
      const { items, NextMarker } = pageOf(all, input, ({ version }) => version);
      return present({ Versions: items.map((each) => listedConfiguration(fn, each, each.version)), NextMarker });
    },
  }) satisfies Partial<Handlers>;

/** Publishes a function as it is in its document or is about to be, and stores it. @returns the version */
export async function publishIn(
  transaction: Transaction,
  fn: LambdaFunction,
  wanted: Parameters<typeof publish>[2],
  change: Change,
): Promise<Sdk.FunctionConfiguration> {
  const last = fn.lastVersion === 0 ? undefined : await findVersion(transaction, fn, String(fn.lastVersion));
  const published = publish(fn, last !== undefined, wanted, change);
  const version = published.version ?? last;
  transaction.put('function', fn.functionName, published.fn);
  if (published.version !== undefined)
    transaction.put('function-version', versionId(fn.functionName, published.version.version), published.version);
  // One of the two is there: nothing is published only when the last version still stands for it.
  return version === undefined ? {} : configurationAnswer(published.fn, version, version.version);
}
