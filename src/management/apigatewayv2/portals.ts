/** Developer portals: stored, published and previewed. The page that a portal is comes from elsewhere. */
import { hostedZoneOf } from '../../definition/domain-names.ts';
import { present } from '../../definition/entries.ts';
import { badRequest } from '../../definition/errors.ts';
import { portalProductArn } from '../../definition/v2/portal-products.ts';
import {
  disabledPortal,
  invalidPortal,
  newPortal,
  type Portal,
  portalArn,
  portalHost,
  previewedPortal,
  publishedPortal,
  updatePortal,
} from '../../definition/v2/portals.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf, Operations } from './operations.ts';
import { listPage } from './pages.ts';

export const portals = ({ documents }: Dependencies) =>
  ({
    CreatePortal: async (input, call) => {
      const { Authorization, EndpointConfiguration, PortalContent, Tags, ...rest } = input;
      const portal = newPortal(
        {
          ...settingsIn(rest),
          authorization: authorizationIn(Authorization),
          endpointConfiguration: endpointIn(EndpointConfiguration),
          content: contentIn(PortalContent),
          tags: Tags,
        },
        call.newId(10),
        call.nowMs,
      );
      await documents.transact(call, async (transaction) => {
        await requireProducts(transaction, call, portal.includedPortalProductArns);
        transaction.put('portal', portal.portalId, portal);
      });
      return presentPortal(portal, call);
    },

    GetPortal: async ({ PortalId }, call) =>
      presentPortal(await documents.load(call, 'portal', PortalId, invalidPortal), call),

    ListPortals: async (page, call) => {
      const oldestFirst = (await documents.list(call, 'portal')).toSorted((a, b) => a.createdAtMs - b.createdAtMs);
      return listPage(
        oldestFirst,
        page,
        ({ portalId }) => portalId,
        (portal) => presentPortal(portal, call),
      );
    },

    UpdatePortal: async ({ PortalId, Authorization, EndpointConfiguration, PortalContent, ...rest }, call) => {
      const change = {
        ...settingsIn(rest),
        authorization: Authorization && authorizationIn(Authorization),
        endpointConfiguration: EndpointConfiguration && endpointIn(EndpointConfiguration),
        content: PortalContent && contentIn(PortalContent),
      };
      const portal = await documents.transact(call, async (transaction) => {
        const before = await transaction.load('portal', PortalId, invalidPortal);
        const after = updatePortal(before, change, call.nowMs);
        const added = after.includedPortalProductArns.filter((arn) => !before.includedPortalProductArns.includes(arn));
        await requireProducts(transaction, call, added);
        transaction.put('portal', PortalId, after);
        return after;
      });
      return presentPortal(portal, call);
    },

    DeletePortal: async ({ PortalId }, call) => {
      await documents.transact(call, async (transaction) => {
        await transaction.load('portal', PortalId, invalidPortal);
        transaction.remove('portal', PortalId);
      });
      return {};
    },

    PublishPortal: async ({ PortalId, Description }, call) => {
      await documents.edit(call, 'portal', PortalId, invalidPortal, (portal) =>
        publishedPortal(portal, Description, call.nowMs),
      );
      return {};
    },

    DisablePortal: async ({ PortalId }, call) => {
      await documents.edit(call, 'portal', PortalId, invalidPortal, disabledPortal);
      return {};
    },

    PreviewPortal: async ({ PortalId }, call) => {
      await documents.edit(call, 'portal', PortalId, invalidPortal, (portal) => previewedPortal(portal, call.nowMs));
      return {};
    },
  }) satisfies Partial<Handlers>;

type CreateInput = Operations['CreatePortal']['input'];

const settingsIn = (
  input: Pick<CreateInput, 'IncludedPortalProductArns' | 'LogoUri' | 'RumAppMonitorName'>,
): { includedPortalProductArns?: readonly string[]; logoUri?: string; rumAppMonitorName?: string } =>
  present({
    includedPortalProductArns: input.IncludedPortalProductArns,
    logoUri: input.LogoUri,
    rumAppMonitorName: input.RumAppMonitorName,
  });

const authorizationIn = ({ CognitoConfig, None }: CreateInput['Authorization']) => ({
  cognitoConfig: CognitoConfig && uncapitalized(CognitoConfig),
  none: None,
});

const endpointIn = ({ AcmManaged, None }: CreateInput['EndpointConfiguration']) => ({
  acmManaged: AcmManaged && uncapitalized(AcmManaged),
  none: None,
});

const contentIn = ({ DisplayName, Description, Theme }: CreateInput['PortalContent']) => ({
  displayName: DisplayName,
  description: Description,
  colors: Theme?.CustomColors && uncapitalized(Theme.CustomColors),
});

/** Products of the caller's own account are there. @throws BadRequestException */
async function requireProducts(transaction: Transaction, call: Call, arns: readonly string[]): Promise<void> {
  const own = portalProductArn('', call);
  for (const arn of arns)
    if (arn.startsWith(own) && (await transaction.find('portal-product', arn.slice(own.length))) === undefined)
      throw badRequest(`Invalid portal product ARN specified: ${arn}. There is no such portal product`);
}

function presentPortal(portal: Portal, call: Call): ItemOf<'ListPortals'> {
  const { portalId, content, domain, publishedAtMs, previewedAtMs, logoUploadedAtMs } = portal;
  const { cognitoConfig } = portal.authorization;
  const host = portalHost(portalId, call.region);
  const { colors, ...words } = content;
  return capitalized({
    authorization: cognitoConfig === undefined ? { None: {} } : { CognitoConfig: capitalized(cognitoConfig) },
    endpointConfiguration: {
      ...(domain && capitalized(domain)),
      PortalDefaultDomainName: host,
      PortalDomainHostedZoneId: hostedZoneOf(call.region),
    },
    includedPortalProductArns: portal.includedPortalProductArns,
    lastModified: dateOf(portal.updatedAtMs),
    lastPublished: publishedAtMs === undefined ? undefined : dateOf(publishedAtMs),
    lastPublishedDescription: portal.publishedDescription,
    portalArn: portalArn(portalId, call),
    portalContent: {
      ...capitalized(words),
      Theme: {
        CustomColors: capitalized(colors),
        ...(logoUploadedAtMs !== undefined && { LogoLastUploaded: dateOf(logoUploadedAtMs) }),
      },
    },
    portalId,
    preview:
      previewedAtMs === undefined
        ? undefined
        : { PreviewStatus: 'PREVIEW_READY' as const, PreviewUrl: `https://${host}/preview` },
    publishStatus: portal.publishStatus,
    rumAppMonitorName: portal.rumAppMonitorName,
    tags: portal.tags,
  });
}
