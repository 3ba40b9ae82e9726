/**
 * Developer portals: what a portal looks like, who may enter it, which products it shows, and whether it is published.
 * The page itself is not made here.
 * Source: Amazon API Gateway V2 API Reference, "Portals"; Developer Guide, "API Gateway portals".
 */
import { present } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { newTags } from '../tags.ts';
import { checkLength } from './lengths.ts';

/** One of the two. */
export interface PortalAuthorization {
  readonly cognitoConfig?: {
    readonly appClientId: string;
    readonly userPoolArn: string;
    readonly userPoolDomain: string;
  };
  /** Everybody may enter. */
  readonly none?: Readonly<Record<string, never>>;
}

export interface PortalColors {
  readonly accentColor: string;
  readonly backgroundColor: string;
  readonly errorValidationColor: string;
  readonly headerColor: string;
  readonly navigationColor: string;
  readonly textColor: string;
}

export interface PortalContent {
  readonly displayName: string;
  readonly description?: string;
  readonly colors: PortalColors;
}

export interface Portal {
  readonly portalId: string;
  readonly authorization: PortalAuthorization;
  /** A domain of the owner, with its certificate; absent: only the portal's own address. */
  readonly domain?: { readonly domainName: string; readonly certificateArn: string };
  readonly content: PortalContent;
  readonly includedPortalProductArns: readonly string[];
  readonly logoUri?: string;
  readonly logoUploadedAtMs?: number;
  readonly rumAppMonitorName?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly publishStatus?: 'PUBLISHED' | 'DISABLED';
  readonly publishedAtMs?: number;
  readonly publishedDescription?: string;
  readonly previewedAtMs?: number;
  readonly tags: Strings;
}

type Maybe<Value> = Value | undefined;

interface AuthorizationInput {
  readonly cognitoConfig?: Maybe<{
    readonly appClientId?: Maybe<string>;
    readonly userPoolArn?: Maybe<string>;
    readonly userPoolDomain?: Maybe<string>;
  }>;
  readonly none?: Maybe<object>;
}

interface EndpointInput {
  readonly acmManaged?: Maybe<{ readonly certificateArn?: Maybe<string>; readonly domainName?: Maybe<string> }>;
  readonly none?: Maybe<object>;
}

interface ContentInput {
  readonly displayName?: Maybe<string>;
  readonly description?: Maybe<string>;
  readonly colors?: Maybe<{ readonly [Name in keyof PortalColors]?: Maybe<string> }>;
}

export interface PortalUpdate {
  readonly authorization?: Maybe<AuthorizationInput>;
  readonly endpointConfiguration?: Maybe<EndpointInput>;
  readonly content?: Maybe<ContentInput>;
  readonly includedPortalProductArns?: Maybe<readonly string[]>;
  readonly logoUri?: Maybe<string>;
  readonly rumAppMonitorName?: Maybe<string>;
}

export interface NewPortal extends PortalUpdate {
  readonly authorization: AuthorizationInput;
  readonly endpointConfiguration: EndpointInput;
  readonly content: ContentInput;
  readonly tags?: Maybe<Strings>;
}

const productsMax = 200;

export const invalidPortal = (): ServiceError => notFound('Invalid portal identifier specified');

export const portalArn = (
  portalId: string,
  { partition, region, accountId }: { readonly partition: string; readonly region: string; readonly accountId: string },
): string => `arn:${partition}:apigateway:${region}:${accountId}:/portals/${portalId}`;

/** The address that every portal has. */
export const portalHost = (portalId: string, region: string): string => `${portalId}.portal.${region}.amazonaws.com`;

/** @throws BadRequestException */
export function newPortal(input: NewPortal, portalId: string, nowMs: number): Portal {
  const { authorization, endpointConfiguration, content } = input;
  return settled(
    {
      portalId,
      authorization: authorizationOf(authorization),
      ...domainOf(endpointConfiguration),
      content: contentOf(content),
      includedPortalProductArns: [],
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      tags: newTags(input.tags),
    },
    input,
    nowMs,
  );
}

/** @throws BadRequestException */
export function updatePortal(portal: Portal, change: PortalUpdate, nowMs: number): Portal {
  const { authorization, endpointConfiguration, content } = change;
  const { domain, ...rest } = portal;
  return settled(
    {
      ...rest,
      ...(endpointConfiguration === undefined ? present({ domain }) : domainOf(endpointConfiguration)),
      authorization: authorization === undefined ? portal.authorization : authorizationOf(authorization),
      content: content === undefined ? portal.content : contentOf(content),
      updatedAtMs: nowMs,
    },
    change,
    nowMs,
  );
}

/** The members that are plain values. */
function settled(
  portal: Portal,
  { includedPortalProductArns, logoUri, ...change }: PortalUpdate,
  nowMs: number,
): Portal {
  checkLength('logoUri', logoUri, 0, 1092);
  checkLength('rumAppMonitorName', change.rumAppMonitorName, 0, 255);
  const arns = includedPortalProductArns ?? portal.includedPortalProductArns;
  if (arns.length > productsMax) throw badRequest(`A portal can include at most ${productsMax} portal products`);
  for (const arn of arns)
    if (!/^arn:[^:]+:apigateway:[^:]*:\d{12}:\/portalproducts\/[a-z0-9]{1,64}$/.test(arn))
      throw badRequest(`Invalid portal product ARN specified: ${arn.slice(0, 512)}`);
  return present({
    ...portal,
    includedPortalProductArns: [...new Set(arns)],
    logoUri: logoUri === undefined ? portal.logoUri : text(logoUri),
    logoUploadedAtMs: logoUri === undefined ? portal.logoUploadedAtMs : text(logoUri) === undefined ? undefined : nowMs,
    rumAppMonitorName:
      change.rumAppMonitorName === undefined ? portal.rumAppMonitorName : text(change.rumAppMonitorName),
  });
}

function authorizationOf({ cognitoConfig, none }: AuthorizationInput): PortalAuthorization {
  if ((cognitoConfig === undefined) === (none === undefined))
    throw badRequest('Authorization must have either cognitoConfig or none');
  if (cognitoConfig === undefined) return { none: {} };
  const { appClientId = '', userPoolArn = '', userPoolDomain = '' } = cognitoConfig;
  checkLength('authorization.cognitoConfig.appClientId', appClientId, 1, 256);
  checkLength('authorization.cognitoConfig.userPoolArn', userPoolArn, 20, 2048);
  checkLength('authorization.cognitoConfig.userPoolDomain', userPoolDomain, 20, 2048);
  return { cognitoConfig: { appClientId, userPoolArn, userPoolDomain } };
}

function domainOf({ acmManaged, none }: EndpointInput): Pick<Portal, 'domain'> {
  if ((acmManaged === undefined) === (none === undefined))
    throw badRequest('EndpointConfiguration must have either acmManaged or none');
  if (acmManaged === undefined) return {};
  const { certificateArn = '', domainName = '' } = acmManaged;
  checkLength('endpointConfiguration.acmManaged.certificateArn', certificateArn, 10, 2048);
  checkLength('endpointConfiguration.acmManaged.domainName', domainName, 3, 256);
  if (!/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(domainName)) throw badRequest('Invalid domain name specified');
  return { domain: { domainName, certificateArn } };
}

function contentOf({ displayName = '', description, colors }: ContentInput): PortalContent {
  checkLength('portalContent.displayName', displayName, 3, 255);
  checkLength('portalContent.description', description, 0, 1024);
  const color = (name: keyof PortalColors): string => {
    const value = colors?.[name] ?? '';
    checkLength(`portalContent.theme.customColors.${name}`, value, 1, 16);
    return value;
  };
  return present({
    displayName,
    description: text(description),
    colors: {
      accentColor: color('accentColor'),
      backgroundColor: color('backgroundColor'),
      errorValidationColor: color('errorValidationColor'),
      headerColor: color('headerColor'),
      navigationColor: color('navigationColor'),
      textColor: color('textColor'),
    },
  });
}

/** @throws BadRequestException */
export function publishedPortal(portal: Portal, description: string | undefined, nowMs: number): Portal {
  checkLength('description', description, 0, 1024);
  const { publishedDescription: _former, ...rest } = portal;
  return present({
    ...rest,
    publishStatus: 'PUBLISHED' as const,
    publishedAtMs: nowMs,
    publishedDescription: text(description),
  });
}

export const disabledPortal = (portal: Portal): Portal => ({ ...portal, publishStatus: 'DISABLED' });

export const previewedPortal = (portal: Portal, nowMs: number): Portal => ({ ...portal, previewedAtMs: nowMs });
