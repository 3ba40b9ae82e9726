/**
 * VPC links: the way from an API to load balancers in a private network. Decides what a link may look like and its
 * patch operations; which connection an integration makes through one is decided elsewhere.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateVpcLink; texts are recorded answers.
 */
import type { VpcLink } from './account.ts';
import { present } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import { patchTable, refuseListing, required, set, text } from './patch.ts';
import type { Strings } from './rest-api.ts';
import { newTags } from './tags.ts';

export const invalidVpcLink = (): ServiceError => notFound('Invalid Vpc Link identifier specified');

export interface VpcLinkInput {
  readonly name: string;
  readonly description?: string | undefined;
  readonly targetArns: readonly string[];
  readonly tags?: Strings | undefined;
}

const targetsMax = 10;

/** @throws BadRequestException */
export function newVpcLink(input: VpcLinkInput, id: string, nowMs: number): VpcLink {
  if (input.name === '') throw badRequest(emptyName);
  if (input.targetArns.length === 0) throw badRequest('At least one target ARN must be specified');
  if (input.targetArns.length > targetsMax) throw badRequest(`At most ${targetsMax} target ARNs can be specified`);
  for (const arn of input.targetArns)
    if (!/^arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:[^\s]+$/.test(arn))
      throw badRequest(`Invalid ARN. ARN is not well formed ${arn.slice(0, 2048)}`);
  return present({
    id,
    name: input.name,
    description: text(input.description),
    targetArns: [...input.targetArns],
    createdAtMs: nowMs,
    tags: newTags(input.tags),
  });
}

const emptyName = 'Name cannot be empty';

export const vpcLinkPatch = patchTable<VpcLink>(refuseListing, [
  { path: '/name', replace: set('name', required(emptyName)) },
  { path: '/description', replace: set('description', text) },
]);
