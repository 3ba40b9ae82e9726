/**
 * VPC links of HTTP APIs. Where there is no VPC nothing has to be built, so a link is available once it has been
 * answered.
 * Source: Amazon API Gateway V2 API Reference, "VPC links".
 */
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import type { Strings } from '../rest-api.ts';
import { newTags } from '../tags.ts';
import { checkLengths } from './lengths.ts';

export interface VpcLinkV2 {
  readonly vpcLinkId: string;
  readonly name: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly createdAtMs: number;
  readonly tags: Strings;
}

export const invalidVpcLink = (id: string): ServiceError => notFound(`Invalid VpcLink identifier specified ${id}`);

const idsMax = 100;

/** @throws BadRequestException */
export function newVpcLink(
  input: {
    readonly name: string;
    readonly subnetIds: readonly string[];
    readonly securityGroupIds?: readonly string[] | undefined;
    readonly tags?: Strings | undefined;
  },
  vpcLinkId: string,
  nowMs: number,
): VpcLinkV2 {
  const { name, subnetIds, securityGroupIds = [] } = input;
  checkLengths(input);
  if (subnetIds.length === 0) throw badRequest('SubnetIds for a vpc link cannot be empty');
  for (const ids of [subnetIds, securityGroupIds])
    if (ids.length > idsMax || ids.some((id) => !/^[\w-]{1,255}$/.test(id)))
      throw badRequest('Invalid subnet or security group identifier specified');
  return {
    vpcLinkId,
    name,
    subnetIds: [...subnetIds],
    securityGroupIds: [...securityGroupIds],
    createdAtMs: nowMs,
    tags: newTags(input.tags),
  };
}

/** Only its name can change. @throws BadRequestException */
export function renamedVpcLink(link: VpcLinkV2, name: string | undefined): VpcLinkV2 {
  checkLengths({ name });
  return { ...link, name: name ?? link.name };
}
