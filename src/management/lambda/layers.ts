/** Layers and their versions, and who else may use them. */

import { mayInvoke } from '../../access/function-permission.ts';
import { present } from '../../definition/entries.ts';
import type { LayerVersion } from '../../definition/functions/function.ts';
import { isCompatible } from '../../definition/functions/layers.ts';
import { layerArn, layerReference, noResourcePolicy, ownLayerName } from '../../definition/functions/names.ts';
import {
  permissionStatement,
  policyText,
  withoutStatement,
  withStatement,
} from '../../definition/functions/permissions.ts';
import { invalidParameter, preconditionFailed, resourceNotFound } from '../../definition/functions/refusals.ts';
import type { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import { layerVersionAnswer, layerVersionItem } from './answers.ts';
import { heldCode } from './code.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { pageOf } from './pages.ts';

export const layers = (dependencies: LambdaDependencies) => {
  const { documents, code, newUuid } = dependencies;
  const shown = (version: LayerVersion, call: Call) =>
    layerVersionAnswer(version, (source) => code.location(source, call.nowMs));

  return {
    PublishLayerVersion: async (input, call) => {
      const layerName = ownLayerName(input.LayerName, call, 'PublishLayerVersion');
      const held = await heldCode(input.Content, call, dependencies);
      try {
        const published = await documents.transact(call, async (transaction) => {
          const layer = await transaction.find('layer', layerName);
          const version = (layer?.lastVersion ?? 0) + 1;
          const made: LayerVersion = present({
            layerName,
            version,
            arn: layerArn(call, layerName, version),
            description: input.Description ?? '',
            createdAtMs: call.nowMs,
            code: held.code,
            compatibleRuntimes: input.CompatibleRuntimes ?? [],
            compatibleArchitectures: input.CompatibleArchitectures ?? [],
            licenseInfo: input.LicenseInfo,
            permissions: [],
            revisionId: newUuid(),
          });
          transaction.put('layer', layerName, { layerName, lastVersion: version });
          transaction.put('layer-version', layerVersionId(layerName, version), made);
          return made;
        });
        return shown(published, call);
      } finally {
        held.release();
      }
    },

    GetLayerVersion: async ({ LayerName, VersionNumber }, call) =>
      shown(await loadLayerVersion(documents, LayerName, VersionNumber, call, 'GetLayerVersion'), call),

    GetLayerVersionByArn: async ({ Arn }, call) => {
      const { accountId, region, layerName, version } = layerReference(Arn) ?? {};
      if (accountId === undefined || region === undefined || layerName === undefined || version === undefined)
        throw invalidParameter(`${Arn} is not the ARN of a layer version that can be looked up here.`);
      const found = await documents.find({ accountId, region }, 'layer-version', layerVersionId(layerName, version));
      const own = accountId === call.accountId && region === call.region;
      if (found === undefined && own) throw noSuchLayerVersion();
      const access = { principal: call.accountId, action: 'lambda:GetLayerVersion', functionArn: Arn };
      if (found === undefined || !(own || mayInvoke(found.permissions, access)))
        throw noResourcePolicy(call, 'GetLayerVersion', Arn);
      return shown(found, call);
    },

    ListLayers: async (input, call) => {
      const latest = new Map<string, LayerVersion>();
      for (const version of await documents.list(call, 'layer-version')) {
        const { layerName } = version;
        if (!isCompatible(version, { runtime: input.CompatibleRuntime, architecture: input.CompatibleArchitecture }))
          continue;
        if (version.version > (latest.get(layerName)?.version ?? 0)) latest.set(layerName, version);
      }
      const all = [...latest.values()].sort((a, b) => (a.layerName < b.layerName ? -1 : 1));
      const { items, NextMarker } = pageOf(all, input, ({ layerName }) => layerName);
      return present({
        NextMarker,
        Layers: items.map((version) => ({
          LayerName: version.layerName,
          LayerArn: layerArn(call, version.layerName),
          LatestMatchingVersion: layerVersionItem(version),
        })),
      });
    },

    ListLayerVersions: async (input, call) => {
      const layerName = ownLayerName(input.LayerName, call, 'ListLayerVersions');
      const filter = { runtime: input.CompatibleRuntime, architecture: input.CompatibleArchitecture };
      const all = (await documents.list(call, 'layer-version', `${layerName}/`))
        .filter((version) => isCompatible(version, filter))
        .sort((a, b) => b.version - a.version);
      const { items, NextMarker } = pageOf(all, input, ({ version }) => String(version));
      return present({ NextMarker, LayerVersions: items.map(layerVersionItem) });
    },

    DeleteLayerVersion: async ({ LayerName, VersionNumber }, call) => {
      const layerName = ownLayerName(LayerName, call, 'DeleteLayerVersion');
      const version = wholeVersion(VersionNumber);
      await documents.transact(call, async (transaction) => {
        const id = layerVersionId(layerName, version);
        // Deleting what is not there is no fault.
        if ((await transaction.find('layer-version', id)) !== undefined) transaction.remove('layer-version', id);
      });
      code.collect();
      return {};
    },

    AddLayerVersionPermission: async (input, call) => {
      const layerName = ownLayerName(input.LayerName, call, 'AddLayerVersionPermission');
      if (input.OrganizationId !== undefined && input.Principal !== '*')
        throw invalidParameter('Principal must be * when OrganizationId is provided');
      const statementOf = (version: LayerVersion) =>
        permissionStatement(
          present({
            statementId: input.StatementId,
            action: input.Action,
            principal: input.Principal,
            principalOrgId: input.OrganizationId,
          }),
          version.arn,
          call.partition,
        );
      const changed = await documents.edit(
        call,
        'layer-version',
        layerVersionId(layerName, wholeVersion(input.VersionNumber)),
        () => missingLayerVersion(call, layerName, input.VersionNumber),
        (version) => {
          requirePolicyRevision(input.RevisionId, version);
          const permissions = withStatement(version.permissions, statementOf(version));
          return { ...version, permissions, revisionId: newUuid() };
        },
      );
      return { Statement: JSON.stringify(statementOf(changed)), RevisionId: changed.revisionId };
    },

    GetLayerVersionPolicy: async ({ LayerName, VersionNumber }, call) => {
      const version = await loadLayerVersion(documents, LayerName, VersionNumber, call, 'GetLayerVersionPolicy');
      if (version.permissions.length === 0) throw resourceNotFound('No policy is associated with the given resource.');
      return { Policy: policyText(version.permissions), RevisionId: version.revisionId };
    },

    RemoveLayerVersionPermission: async (input, call) => {
      const layerName = ownLayerName(input.LayerName, call, 'RemoveLayerVersionPermission');
      await documents.edit(
        call,
        'layer-version',
        layerVersionId(layerName, wholeVersion(input.VersionNumber)),
        () => missingLayerVersion(call, layerName, input.VersionNumber),
        (version) => {
          requirePolicyRevision(input.RevisionId, version);
          const permissions = withoutStatement(version.permissions, input.StatementId);
          return { ...version, permissions, revisionId: newUuid() };
        },
      );
      return {};
    },
  } satisfies Partial<Handlers>;
};

const layerVersionId = (layerName: string, version: number): string => `${layerName}/${version}`;

async function loadLayerVersion(
  documents: Documents,
  nameOrArn: string,
  version: number,
  call: Call,
  operation: string,
): Promise<LayerVersion> {
  const layerName = ownLayerName(nameOrArn, call, operation);
  const id = layerVersionId(layerName, wholeVersion(version));
  return documents.load(call, 'layer-version', id, noSuchLayerVersion);
}

/** @throws InvalidParameterValueException */
function wholeVersion(version: number): number {
  if (version < 1) throw invalidParameter('Layer Version Cannot be less than 1.');
  return version;
}

const noSuchLayerVersion = (): Error => resourceNotFound('The resource you requested does not exist.');
const missingLayerVersion = (call: Call, layerName: string, version: number): Error =>
  resourceNotFound(`Layer version ${layerArn(call, layerName, version)} does not exist.`);

function requirePolicyRevision(seen: string | undefined, { revisionId }: LayerVersion): void {
  if (seen !== undefined && seen !== revisionId)
    throw preconditionFailed(
      'The RevisionId provided does not match the latest RevisionId. Call the GetLayerPolicy API to retrieve the latest RevisionId',
    );
}
