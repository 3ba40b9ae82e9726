/** Published versions of functions. */
import type * as Sdk from '@aws-sdk/client-lambda';
import { present } from '../../definition/entries.ts';
import type { CodeSource, LambdaFunction } from '../../definition/functions/function.ts';
import { requireUnpackedFits } from '../../definition/functions/layers.ts';
import { unqualifiedName } from '../../definition/functions/names.ts';
import { functionConflict, notServed } from '../../definition/functions/refusals.ts';
import { type Change, codeSha256Of, publish } from '../../definition/functions/versions.ts';
import type { Transaction } from '../documents.ts';
import { configurationAnswer, listedConfiguration } from './answers.ts';
import { frozenCode } from './code.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { findVersion, loadFunction, readsOf, versionId } from './stored-functions.ts';

export const versions = ({ documents, code, newUuid, settled }: LambdaDependencies) =>
  ({
    PublishVersion: async (input, call) => {
      if (input.PublishTo !== undefined) throw notServed('Capacity providers (PublishTo) are');
      const functionName = unqualifiedName(input.FunctionName, call, 'PublishVersion');
      const { latest } = await loadFunction(readsOf(documents, call), functionName, call);
      const frozen = await frozenCode(latest.code, code);
      try {
        requireUnpackedFits(frozen.code, latest.settings.layers);
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
            { source: latest.code, code: frozen.code },
          ),
        );
        await settled();
        return answer;
      } finally {
        frozen.release();
        // It may be what the last version has already.
        if (latest.code.kind === 'directory') code.collect();
      }
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

/** What a version keeps, and of which code of `$LATEST` it was made. */
interface Frozen {
  readonly source: CodeSource;
  readonly code: CodeSource;
}

/** Publishes a function as it is in its document or is about to be, and stores it. @returns the version */
export async function publishIn(
  transaction: Transaction,
  fn: LambdaFunction,
  wanted: Parameters<typeof publish>[2],
  change: Change,
  frozen: Frozen,
): Promise<Sdk.FunctionConfiguration> {
  const { code } = fn.latest;
  if (code.kind === 'directory' && codeSha256Of(frozen.source) !== codeSha256Of(code))
    throw functionConflict('The operation cannot be performed at this time. The code has been changed meanwhile.');
  const last = fn.lastVersion === 0 ? undefined : await findVersion(transaction, fn, String(fn.lastVersion));
  // A directory is edited without a new build.
  const edited =
    code.kind === 'directory' && last !== undefined && codeSha256Of(last.code) !== codeSha256Of(frozen.code);
  const published = publish(fn, last !== undefined && !edited, wanted, change);
  const made = published.version && {
    ...published.version,
    ...(code.kind === 'directory' && { code: frozen.code }),
  };
  const version = made ?? last;
  transaction.put('function', fn.functionName, published.fn);
  if (made !== undefined) transaction.put('function-version', versionId(fn.functionName, made.version), made);
  // One of the two is there: nothing is published only when the last version still stands for it.
  return version === undefined ? {} : configurationAnswer(published.fn, version, version.version);
}
