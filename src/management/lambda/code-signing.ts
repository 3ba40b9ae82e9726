/**
 * Code signing configurations: kept, tied to functions, and obeyed: nothing that is uploaded here carries a signature
 * that could be verified, so a configuration that enforces signatures lets no code in.
 */
import { present } from '../../definition/entries.ts';
import type { CodeSigningConfig } from '../../definition/functions/function.ts';
import { unqualifiedName } from '../../definition/functions/names.ts';
import {
  codeNotVerified,
  functionConflict,
  noCodeSigningConfig,
  resourceNotFound,
} from '../../definition/functions/refusals.ts';
import { checkedTags } from '../../definition/functions/tags.ts';
import type { Transaction } from '../documents.ts';
import { timeText } from './answers.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';
import { loadFunction, readsOf } from './stored-functions.ts';

type Reads = Pick<Transaction, 'find'>;

const idOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** @throws CodeSigningConfigNotFoundException */
export async function requireCodeSigningConfig(reads: Reads, arn: string): Promise<CodeSigningConfig> {
  const config = await reads.find('code-signing-config', idOf(arn));
  if (config?.arn !== arn)
    throw noCodeSigningConfig(
      `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
    );
  return config;
}

/** @throws CodeVerificationFailedException */
export function requireUnsignedAllowed({ untrustedArtifactOnDeployment }: CodeSigningConfig): void {
  if (untrustedArtifactOnDeployment === 'Enforce')
    throw codeNotVerified(
      'The code signature failed one or more of the validation checks for signature mismatch or expiry, and the code signing policy is set to ENFORCE. Lambda blocks the deployment.',
    );
}

export const codeSigning = ({ documents }: LambdaDependencies) =>
  ({
    CreateCodeSigningConfig: async (input, call) => {
      const id = `csc-${call.newId(17)}`;
      const config: CodeSigningConfig = {
        arn: `arn:${call.partition}:lambda:${call.region}:${call.accountId}:code-signing-config:${id}`,
        description: input.Description ?? '',
        signingProfileVersionArns: input.AllowedPublishers.SigningProfileVersionArns ?? [],
        untrustedArtifactOnDeployment: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? 'Warn',
        lastModifiedMs: call.nowMs,
        tags: checkedTags(input.Tags ?? {}),
      };
      await documents.create(call, 'code-signing-config', id, config);
      return { CodeSigningConfig: answer(config) };
    },

    GetCodeSigningConfig: async ({ CodeSigningConfigArn: arn }, call) => ({
      CodeSigningConfig: answer(await documents.load(call, 'code-signing-config', idOf(arn), () => missing(arn))),
    }),

    ListCodeSigningConfigs: async (input, call) => {
      const { items, NextMarker } = pageOf(await documents.list(call, 'code-signing-config'), input, ({ arn }) => arn);
      return present({ NextMarker, CodeSigningConfigs: items.map(answer) });
    },

    UpdateCodeSigningConfig: async (input, call) => {
      const arn = input.CodeSigningConfigArn;
      const changed = await documents.edit(
        call,
        'code-signing-config',
        idOf(arn),
        () => missing(arn),
        (config): CodeSigningConfig => ({
          ...config,
          description: input.Description ?? config.description,
          signingProfileVersionArns:
            input.AllowedPublishers?.SigningProfileVersionArns ?? config.signingProfileVersionArns,
          untrustedArtifactOnDeployment:
            input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? config.untrustedArtifactOnDeployment,
          lastModifiedMs: call.nowMs,
        }),
      );
      return { CodeSigningConfig: answer(changed) };
    },

    DeleteCodeSigningConfig: async ({ CodeSigningConfigArn: arn }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('code-signing-config', idOf(arn), () => missing(arn));
        const users = (await transaction.list('function')).filter((fn) => fn.codeSigningConfigArn === arn);
        if (users.length > 0)
          throw functionConflict(`Cannot delete ${arn}: it is in use by ${users.length} Lambda function(s).`);
        transaction.remove('code-signing-config', idOf(arn));
      });
      return {};
    },

    ListFunctionsByCodeSigningConfig: async (input, call) => {
      const arn = input.CodeSigningConfigArn;
      await documents.load(call, 'code-signing-config', idOf(arn), () => missing(arn));
      const users = (await documents.list(call, 'function')).filter((fn) => fn.codeSigningConfigArn === arn);
      const { items, NextMarker } = pageOf(users, input, ({ functionName }) => functionName);
      return present({ NextMarker, FunctionArns: items.map(({ functionArn }) => functionArn) });
    },

    PutFunctionCodeSigningConfig: async ({ CodeSigningConfigArn: arn, FunctionName }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'PutFunctionCodeSigningConfig');
      await documents.transact(call, async (transaction) => {
        await requireCodeSigningConfig(transaction, arn);
        const fn = await loadFunction(transaction, functionName, call);
        transaction.put('function', functionName, { ...fn, codeSigningConfigArn: arn });
      });
      return { CodeSigningConfigArn: arn, FunctionName: functionName };
    },

    GetFunctionCodeSigningConfig: async ({ FunctionName }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'GetFunctionCodeSigningConfig');
      const fn = await loadFunction(readsOf(documents, call), functionName, call);
      // Without one AWS answers with an empty structure.
      return {
        CodeSigningConfigArn: fn.codeSigningConfigArn,
        FunctionName: fn.codeSigningConfigArn === undefined ? undefined : functionName,
      };
    },

    DeleteFunctionCodeSigningConfig: async ({ FunctionName }, call) => {
      const functionName = unqualifiedName(FunctionName, call, 'DeleteFunctionCodeSigningConfig');
      await documents.transact(call, async (transaction) => {
        const { codeSigningConfigArn: _, ...rest } = await loadFunction(transaction, functionName, call);
        transaction.put('function', functionName, rest);
      });
      return {};
    },
  }) satisfies Partial<Handlers>;

const missing = (arn: string): Error =>
  resourceNotFound(`The Lambda code signing configuration ${arn} can not be found.`);

const answer = (config: CodeSigningConfig) => ({
  CodeSigningConfigId: idOf(config.arn),
  CodeSigningConfigArn: config.arn,
  Description: config.description,
  AllowedPublishers: { SigningProfileVersionArns: [...config.signingProfileVersionArns] },
  CodeSigningPolicies: { UntrustedArtifactOnDeployment: config.untrustedArtifactOnDeployment },
  LastModified: timeText(config.lastModifiedMs),
});
