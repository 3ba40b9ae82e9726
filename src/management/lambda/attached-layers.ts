/** Finds the layers that a function names: the caller's own, those of accounts that share them, and stand-ins. */
import { mayInvoke } from '../../access/function-permission.ts';
import type { AttachedLayer } from '../../definition/functions/function.ts';
import { layersNamed } from '../../definition/functions/layers.ts';
import { noResourcePolicy } from '../../definition/functions/names.ts';
import { invalidParameter } from '../../definition/functions/refusals.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';

/** @throws ServiceError when one does not exist or may not be used */
export async function attachedLayers(
  arns: readonly string[],
  call: Call,
  { documents, layerDirectory, code }: LambdaDependencies,
): Promise<readonly AttachedLayer[]> {
  const attached: AttachedLayer[] = [];
  for (const { arn, accountId, region, layerName, version } of layersNamed(arns)) {
    const standIn = layerDirectory(arn);
    const directory = standIn === undefined ? undefined : await code.directory(standIn);
    if (standIn !== undefined && directory === undefined)
      throw invalidParameter(
        `The directory ${standIn} that the setting functions.layers names for layer version ${arn} does not exist.`,
      );
    if (directory !== undefined) {
      attached.push({ arn, code: directory });
      continue;
    }
    const found = await documents.find({ accountId, region }, 'layer-version', `${layerName}/${version}`);
    const own = accountId === call.accountId;
    if (own && region !== call.region)
      throw invalidParameter(`Layer version ${arn} is in another region than the function: ${region}.`);
    if (found === undefined && own) throw invalidParameter(`Layer version ${arn} does not exist.`);
    if (found === undefined)
      throw invalidParameter(
        `Layer version ${arn} does not exist here. Publish the layer in this account and name that version, or name a directory that stands in for it in the setting functions.layers.`,
      );
    const shared =
      own ||
      mayInvoke(found.permissions, {
        principal: call.accountId,
        action: 'lambda:GetLayerVersion',
        functionArn: found.arn,
      });
    if (!shared) throw noResourcePolicy(call, 'GetLayerVersion', arn);
    attached.push({ arn, code: found.code });
  }
  return attached;
}
