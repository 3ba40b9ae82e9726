/** Functions: made, shown, listed, changed and deleted. */
import { present } from '../../definition/entries.ts';
import type { CodeSource, LambdaFunction } from '../../definition/functions/function.ts';
import { requireUnpackedFits } from '../../definition/functions/layers.ts';
import {
  functionArn,
  functionNotFound,
  functionReference,
  qualifiedArn,
  unqualifiedName,
} from '../../definition/functions/names.ts';
import {
  constraintFailure,
  functionConflict,
  invalidParameter,
  notServed,
} from '../../definition/functions/refusals.ts';
import { changedSettings, newSettings } from '../../definition/functions/settings.ts';
import { newFunction, requireRevision, withBuild, withoutVersion } from '../../definition/functions/versions.ts';
import { configurationAnswer, listedConfiguration } from './answers.ts';
import { attachedLayers } from './attached-layers.ts';
import { frozenCode, heldCode } from './code.ts';
import { requireCodeSigningConfig, requireUnsignedAllowed } from './code-signing.ts';
import type { HeldCode, LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { findVersion, loadFunction, loadQualified, readsOf, versionId } from './stored-functions.ts';
import { publishIn } from './versions.ts';

export const functions = (dependencies: LambdaDependencies) => {
  const { documents, code, invoker, newUuid, settled } = dependencies;

  /** What an older build has running is ended; published versions keep theirs. */
  const retireOld = (fn: LambdaFunction): void => {
    if (fn.lastVersion === 0) invoker.retire(fn.functionArn, fn.latest.buildId);
  };

  /** What a version would keep; without one, the code as it is. @param holding what is released later */
  const frozenIfPublished = async (publishes: boolean | undefined, source: CodeSource, holding: HeldCode[]) => {
    if (publishes !== true) return { source, code: source };
    const frozen = await frozenCode(source, code);
    holding.push(frozen);
    return { source, code: frozen.code };
  };

  return {
    CreateFunction: async (input, call) => {
      refuseNotServed(input);
      const functionName = unqualifiedName(input.FunctionName, call, 'CreateFunction');
      if (functionName.includes('.'))
        throw constraintFailure(
          'functionName',
          functionName,
          'Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+',
        );
      const arn = functionArn(call, functionName);
      const taken = (): Error => functionConflict(`Function already exist: ${functionName}`);
      const change = () => ({ nowMs: call.nowMs, revisionId: newUuid() });
      if ((await documents.find(call, 'function', functionName)) !== undefined) throw taken();
      requireDeadLetterTarget(input.DeadLetterConfig?.TargetArn);
      const layers = await attachedLayers(input.Layers ?? [], call, dependencies);
      const settings = newSettings(functionName, input, layers);
      if (input.CodeSigningConfigArn !== undefined)
        requireUnsignedAllowed(await requireCodeSigningConfig(readsOf(documents, call), input.CodeSigningConfigArn));
      const held = await heldCode(input.Code, call, dependencies);
      const holding = [held];
      try {
        const frozen = await frozenIfPublished(input.Publish, held.code, holding);
        requireUnpackedFits(frozen.code, layers);
        const made = present({
          ...newFunction({ functionName, functionArn: arn, tags: input.Tags }, held.code, settings, change()),
          codeSigningConfigArn: input.CodeSigningConfigArn,
        });
        const answer = await documents.transact(call, async (transaction) => {
          if ((await transaction.find('function', functionName)) !== undefined) throw taken();
          if (input.Publish === true) return publishIn(transaction, made, {}, change(), frozen);
          transaction.put('function', functionName, made);
          return configurationAnswer(made, made.latest, undefined);
        });
        await settled();
        return answer;
      } finally {
        for (const each of holding) each.release();
      }
    },

    GetFunction: async ({ FunctionName, Qualifier }, call) => {
      const { fn, version, qualifier } = await loadQualified(
        readsOf(documents, call),
        FunctionName,
        call,
        'GetFunction',
        Qualifier,
      );
      return present({
        Configuration: configurationAnswer(fn, version, qualifier),
        Code: { RepositoryType: 'S3', Location: code.location(version.code, call.nowMs) },
        Tags: Object.keys(fn.tags).length === 0 ? undefined : { ...fn.tags },
        Concurrency:
          fn.reservedConcurrency === undefined ? undefined : { ReservedConcurrentExecutions: fn.reservedConcurrency },
      });
    },

    GetFunctionConfiguration: async ({ FunctionName, Qualifier }, call) => {
      const reads = readsOf(documents, call);
      const found = await loadQualified(reads, FunctionName, call, 'GetFunctionConfiguration', Qualifier);
      return configurationAnswer(found.fn, found.version, found.qualifier);
    },

    ListFunctions: async (input, call) => {
      const all = await documents.list(call, 'function');
      if (input.FunctionVersion !== 'ALL') {
        const { items, NextMarker } = pageOf(all, input, ({ functionName }) => functionName);
        return present({ Functions: items.map((fn) => listedConfiguration(fn, fn.latest, undefined)), NextMarker });
      }
      const published = await documents.list(call, 'function-version');
      const listed = all.flatMap((fn) => [
        { fn, version: fn.latest },
        ...published
          .filter(({ functionName }) => functionName === fn.functionName)
          .sort((a, b) => Number(a.version) - Number(b.version))
          .map((version) => ({ fn, version })),
      ]);
      const { items, NextMarker } = pageOf(listed, input, ({ fn, version }) => `${fn.functionName}:${version.version}`);
      return present({
        Functions: items.map(({ fn, version }) => listedConfiguration(fn, version, version.version)),
        NextMarker,
      });
    },

    UpdateFunctionCode: async (input, call) => {
      const functionName = unqualifiedName(input.FunctionName, call, 'UpdateFunctionCode');
      refuseNotServed(input);
      const before = await loadFunction(readsOf(documents, call), functionName, call);
      requireRevision(input.RevisionId, before.latest.revisionId);
      if (before.codeSigningConfigArn !== undefined)
        requireUnsignedAllowed(await requireCodeSigningConfig(readsOf(documents, call), before.codeSigningConfigArn));
      const held = await heldCode(input, call, dependencies);
      const holding = [held];
      try {
        const frozen = await frozenIfPublished(input.Publish, held.code, holding);
        requireUnpackedFits(frozen.code, before.latest.settings.layers);
        const outcome = await documents.transact(call, async (transaction) => {
          const fn = await loadFunction(transaction, functionName, call);
          requireRevision(input.RevisionId, fn.latest.revisionId);
          const settings = {
            ...fn.latest.settings,
            architecture: input.Architectures?.[0] ?? fn.latest.settings.architecture,
          };
          const change = { nowMs: call.nowMs, revisionId: newUuid() };
          const changed = withBuild(fn, { code: held.code, settings }, change);
          if (input.DryRun === true) return { fn, answer: configurationAnswer(changed, changed.latest, undefined) };
          if (input.Publish === true)
            return {
              fn: changed,
              answer: await publishIn(transaction, changed, {}, { ...change, revisionId: newUuid() }, frozen),
            };
          transaction.put('function', functionName, changed);
          return { fn: changed, answer: configurationAnswer(changed, changed.latest, undefined) };
        });
        await settled();
        retireOld(outcome.fn);
        return outcome.answer;
      } finally {
        for (const each of holding) each.release();
        code.collect();
      }
    },

    UpdateFunctionConfiguration: async (input, call) => {
      refuseNotServed(input);
      const functionName = unqualifiedName(input.FunctionName, call, 'UpdateFunctionConfiguration');
      requireDeadLetterTarget(input.DeadLetterConfig?.TargetArn);
      const layers = input.Layers && (await attachedLayers(input.Layers, call, dependencies));
      const changed = await documents.transact(call, async (transaction) => {
        const fn = await loadFunction(transaction, functionName, call);
        requireRevision(input.RevisionId, fn.latest.revisionId);
        const settings = changedSettings(functionName, fn.latest.settings, input, layers);
        requireUnpackedFits(fn.latest.code, settings.layers);
        const after = withBuild(fn, { settings }, { nowMs: call.nowMs, revisionId: newUuid() });
        transaction.put('function', functionName, after);
        return after;
      });
      await settled();
      retireOld(changed);
      if (layers !== undefined) code.collect();
      return configurationAnswer(changed, changed.latest, undefined);
    },

    DeleteFunction: async ({ FunctionName, Qualifier }, call) => {
      const { functionName, qualifier } = functionReference(FunctionName, call, 'DeleteFunction', Qualifier);
      const fn = await documents.transact(call, async (transaction) => {
        const found = await loadFunction(transaction, functionName, call, qualifier);
        if (qualifier === undefined) {
          transaction.remove('function', functionName);
          for (const { version } of await transaction.list('function-version', `${functionName}/`))
            transaction.remove('function-version', versionId(functionName, version));
          return found;
        }
        const without = withoutVersion(found, qualifier);
        if ((await findVersion(transaction, found, qualifier)) === undefined)
          throw functionNotFound(qualifiedArn(found.functionArn, qualifier));
        transaction.put('function', functionName, without);
        transaction.remove('function-version', versionId(functionName, qualifier));
        return without;
      });
      await settled();
      if (qualifier === undefined) invoker.retire(fn.functionArn);
      code.collect();
      return { StatusCode: 204 };
    },
  } satisfies Partial<Handlers>;
};

/** Members that stand for services of AWS's that have no counterpart here. */
const notServedMembers: readonly (readonly [member: string, what: string])[] = [
  ['ImageConfig', 'Container images (ImageConfig) are'],
  ['CapacityProviderConfig', 'Capacity providers (CapacityProviderConfig) are'],
  ['DurableConfig', 'Durable executions (DurableConfig) are'],
  ['TenancyConfig', 'Tenant isolation (TenancyConfig) is'],
  ['PublishTo', 'Capacity providers (PublishTo) are'],
];

/** @throws InvalidParameterValueException */
function refuseNotServed(input: object): void {
  for (const [member, what] of notServedMembers) if (Object.hasOwn(input, member)) throw notServed(what);
}

/**
 * Lambda delivers to standard queues and to topics only. The words about FIFO queues are AWS's, the others ours.
 * @throws InvalidParameterValueException
 */
function requireDeadLetterTarget(arn: string | undefined): void {
  if (arn === undefined || arn === '') return;
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 'sqs' && resource.endsWith('.fifo'))
    throw invalidParameter(
      'Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration',
    );
  if (service !== 'sqs' && service !== 'sns')
    throw invalidParameter(`Invalid dead letter queue ARN: ${arn} is neither an SQS queue nor an SNS topic`);
}
