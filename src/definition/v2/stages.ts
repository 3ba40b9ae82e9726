/**
 * Stages of HTTP and WebSocket APIs: what a new one looks like and what an update changes. Whether a deployment or a
 * client certificate exists is for the caller to look up.
 * Source: Amazon API Gateway V2 API Reference, "Stages"; texts are those that AWS is known to give.
 */
import type { Api } from '../api.ts';
import type { ApiStage, RouteSettings } from '../api-stage.ts';
import { type Entries, hasEntry, present, withoutEntry } from '../entries.ts';
import { badRequest, notFound, type ServiceError } from '../errors.ts';
import { text } from '../patch.ts';
import type { Strings } from '../rest-api.ts';
import { checkVariables } from '../stage-variables.ts';
import { newTags } from '../tags.ts';
import { checkLengths } from './lengths.ts';
import { mergedTexts, withoutEmpty } from './merges.ts';
import { defaultRouteKey } from './route-keys.ts';

export const invalidStage = (): ServiceError => notFound('Invalid stage identifier specified');

type RouteSettingsInput = { readonly [Name in keyof RouteSettings]?: RouteSettings[Name] | undefined };

interface StageSettings {
  readonly accessLogSettings?:
    | { readonly destinationArn?: string | undefined; readonly format?: string | undefined }
    | undefined;
  readonly autoDeploy?: boolean | undefined;
  readonly clientCertificateId?: string | undefined;
  readonly defaultRouteSettings?: RouteSettingsInput | undefined;
  readonly deploymentId?: string | undefined;
  readonly description?: string | undefined;
  readonly routeSettings?: Entries<RouteSettingsInput> | undefined;
  readonly stageVariables?: Strings | undefined;
}

export interface NewApiStage extends StageSettings {
  readonly stageName: string;
  readonly tags?: Strings | undefined;
}

export type ApiStageUpdate = StageSettings;

const formatMax = 3072;

const routeSettingsUnset = {
  HTTP: { detailedMetricsEnabled: false },
  WEBSOCKET: { dataTraceEnabled: false, detailedMetricsEnabled: false, loggingLevel: 'OFF' },
} as const;

/** What requests of a stage may look at besides itself. */
export interface StageSurroundings {
  readonly api: Api;
  /** Keys of the routes that are deployed to the stage. */
  readonly deployedRouteKeys?: readonly string[];
  readonly nowMs: number;
}

/** Without a deployment, unless it is told one. @throws ServiceError */
export function newStage(input: NewApiStage, around: StageSurroundings): ApiStage {
  const { api, nowMs } = around;
  const { stageName } = input;
  checkLengths(input);
  if (!(stageName === defaultRouteKey && api.protocolType === 'HTTP') && !/^[A-Za-z0-9_-]+$/.test(stageName))
    throw badRequest('Stage name only allows a-zA-Z0-9_');
  const stageVariables = withoutEmpty(input.stageVariables ?? {});
  const stage: ApiStage = present({
    apiId: api.apiId,
    stageName,
    deploymentId: text(input.deploymentId),
    autoDeploy: input.autoDeploy ?? false,
    description: text(input.description),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    stageVariables,
    clientCertificateId: text(input.clientCertificateId),
    accessLogSettings: accessLogOf(input.accessLogSettings),
    defaultRouteSettings: { ...routeSettingsUnset[api.protocolType], ...settingsOf(api, input.defaultRouteSettings) },
    routeSettings: routeSettingsOf(input.routeSettings, around),
    tags: newTags(input.tags),
  });
  return checked(stage, input.deploymentId);
}

/** @throws ServiceError */
export function updateStage(before: ApiStage, change: ApiStageUpdate, around: StageSurroundings): ApiStage {
  const { api, nowMs } = around;
  checkLengths(change, 'empty clears');
  const { accessLogSettings: formerLog, ...rest } = before;
  const stage: ApiStage = present({
    ...rest,
    autoDeploy: change.autoDeploy ?? before.autoDeploy,
    deploymentId: text(change.deploymentId) ?? before.deploymentId,
    description: change.description === undefined ? before.description : text(change.description),
    updatedAtMs: nowMs,
    stageVariables: mergedTexts(before.stageVariables, change.stageVariables) ?? {},
    clientCertificateId:
      change.clientCertificateId === undefined ? before.clientCertificateId : text(change.clientCertificateId),
    accessLogSettings: change.accessLogSettings === undefined ? formerLog : accessLogOf(change.accessLogSettings),
    defaultRouteSettings:
      change.defaultRouteSettings === undefined
        ? before.defaultRouteSettings
        : { ...routeSettingsUnset[api.protocolType], ...settingsOf(api, change.defaultRouteSettings) },
    routeSettings: { ...before.routeSettings, ...routeSettingsOf(change.routeSettings, around) },
  });
  return checked(stage, change.deploymentId);
}

function checked(stage: ApiStage, deploymentId: string | undefined): ApiStage {
  checkVariables(stage.stageVariables);
  if (stage.autoDeploy && text(deploymentId) !== undefined)
    throw badRequest('Deployment ID cannot be set on this stage because AutoDeploy is enabled.');
  return stage;
}

/** Both members or neither; `{}` takes the log away. */
function accessLogOf(input: StageSettings['accessLogSettings']): ApiStage['accessLogSettings'] {
  const destinationArn = text(input?.destinationArn);
  const format = text(input?.format);
  if (destinationArn === undefined && format === undefined) return undefined;
  if (destinationArn === undefined || format === undefined)
    throw badRequest('Access Log value missing. Expected destinationArn and format.');
  if (!/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:[A-Za-z0-9_\-/.#]+(:\*)?$/.test(destinationArn))
    throw badRequest('Invalid ARN specified in the request');
  if (format.length > formatMax) throw badRequest(`Access Log format can be at most ${formatMax} characters long`);
  if (!/\$context\.(requestId|extendedRequestId)\b/.test(format))
    throw badRequest('Access Log format must include either $context.requestId or $context.extendedRequestId');
  return { destinationArn, format };
}

function settingsOf(api: Api, input: RouteSettingsInput | undefined): RouteSettings {
  if (input === undefined) return {};
  const { throttlingBurstLimit, throttlingRateLimit } = input;
  if (api.protocolType === 'HTTP' && (input.loggingLevel !== undefined || input.dataTraceEnabled !== undefined))
    throw badRequest('Execution logs are not supported on protocolType HTTP');
  if (throttlingBurstLimit !== undefined && throttlingBurstLimit < 0)
    throw badRequest('Invalid throttling burst limit specified, must be greater than or equal to 0');
  if (throttlingRateLimit !== undefined && throttlingRateLimit < 0)
    throw badRequest('Invalid throttling rate limit specified, must be greater than or equal to 0');
  return present(input);
}

function routeSettingsOf(
  input: Entries<RouteSettingsInput> | undefined,
  { api, deployedRouteKeys = [] }: StageSurroundings,
): Record<string, RouteSettings> {
  const known = new Set([...Object.values(api.routes).map(({ routeKey }) => routeKey), ...deployedRouteKeys]);
  return Object.fromEntries(
    Object.entries(input ?? {}).map(([routeKey, settings]) => {
      if (!known.has(routeKey)) throw unknownRouteKey(routeKey);
      return [routeKey, settingsOf(api, settings)];
    }),
  );
}

const unknownRouteKey = (routeKey: string): ServiceError =>
  notFound(`Unable to find Route by key ${routeKey} within the provided RouteSettings`);

/** Whether the stage writes logs of what happens to requests, which needs a role of the account. */
export const writesExecutionLogs = ({ defaultRouteSettings, routeSettings }: ApiStage): boolean =>
  [defaultRouteSettings, ...Object.values(routeSettings)].some(({ loggingLevel = 'OFF' }) => loggingLevel !== 'OFF');

/** @throws NotFoundException when there are no settings for that route */
export function withoutRouteSettings(stage: ApiStage, routeKey: string, nowMs: number): ApiStage {
  if (!hasEntry(stage.routeSettings, routeKey)) throw unknownRouteKey(routeKey);
  return { ...stage, updatedAtMs: nowMs, routeSettings: withoutEntry(stage.routeSettings, routeKey) };
}

export function withoutAccessLog({ accessLogSettings: _gone, ...stage }: ApiStage, nowMs: number): ApiStage {
  return { ...stage, updatedAtMs: nowMs };
}
