/**
 * Stages: what a deployment is served as. Decides what a new stage looks like, every patch operation of a stage, and
 * which method setting applies to a method.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateStage; texts are recorded answers.
 */
import {
  type CanaryInput,
  checkedPercent,
  newCanary,
  promoteDeployment,
  promoteVariables,
  withCanary,
  withOverride,
  withoutCanary,
  withoutOverride,
} from './canary.ts';
import { isOneOf } from './constraints.ts';
import { type Entries, entryOf, hasEntry, present, withEntry, withoutEntry } from './entries.ts';
import { badRequest, type ServiceError } from './errors.ts';
import { isJsonObject, parsedJson } from './json.ts';
import {
  applyPatch,
  flag,
  type PatchEdit,
  type PatchOperation,
  patchOperationsMax,
  patchTable,
  type Refused,
  set,
  text,
  wholeNumber,
  word,
} from './patch.ts';
import type { Strings } from './rest-api.ts';
import type { CacheClusterSize, MethodSetting, Stage } from './stage.ts';
import { checkVariables } from './stage-variables.ts';
import { newTags } from './tags.ts';

export const cacheClusterSizes = [
  '0.5',
  '1.6',
  '6.1',
  '13.5',
  '28.4',
  '58.2',
  '118',
  '237',
] as const satisfies readonly CacheClusterSize[];

export interface StageInput {
  readonly stageName: string;
  readonly deploymentId: string;
  readonly description?: string | undefined;
  readonly cacheClusterEnabled?: boolean | undefined;
  readonly cacheClusterSize?: string | undefined;
  readonly variables?: Strings | undefined;
  readonly documentationVersion?: string | undefined;
  readonly canarySettings?: CanaryInput | undefined;
  readonly tracingEnabled?: boolean | undefined;
  readonly tags?: Strings | undefined;
}

/**
 * Whether what a stage refers to exists is for the caller to look up.
 * @throws BadRequestException when the name, a variable or a size is not allowed
 */
export function newStage(restApiId: string, input: StageInput, nowMs: number): Stage {
  const { stageName, deploymentId, description, variables, documentationVersion, canarySettings } = input;
  if (!/^[A-Za-z0-9_-]+$/.test(stageName)) throw badRequest('Stage name only allows a-zA-Z0-9_-');
  if (stageName.length > 128) throw badRequest('Stage name can be at most 128 characters long');
  checkVariables(variables);
  const stage: Stage = {
    restApiId,
    stageName,
    deploymentId,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    tracingEnabled: input.tracingEnabled ?? false,
    methodSettings: {},
    tags: newTags(input.tags),
    ...present({
      description: text(description),
      variables,
      documentationVersion: text(documentationVersion),
      canarySettings: canarySettings && newCanary(canarySettings, deploymentId),
    }),
  };
  const withSize = input.cacheClusterSize === undefined ? stage : withCacheSize(stage, input.cacheClusterSize);
  return withCacheCluster(withSize, input.cacheClusterEnabled ?? false);
}

/** What CreateDeployment may change of the stage it deploys to; a stage that is not there yet is made. */
export interface StageDeployment extends Omit<StageInput, 'stageName' | 'documentationVersion' | 'tags'> {}

/**
 * A stage that has been deployed to: it serves the new deployment or, with canary settings, keeps its own and sends
 * a share of its traffic to the new one.
 */
export function redeploy(stage: Stage, input: StageDeployment, nowMs: number): Stage {
  const { deploymentId, description, variables, canarySettings, tracingEnabled, cacheClusterEnabled } = input;
  checkVariables(variables);
  const deployed: Stage = {
    ...stage,
    ...(canarySettings === undefined
      ? { deploymentId }
      : { canarySettings: newCanary({ ...canarySettings, deploymentId }, deploymentId) }),
    ...present({ description: text(description), variables, tracingEnabled }),
    updatedAtMs: nowMs,
  };
  const sized = input.cacheClusterSize === undefined ? deployed : withCacheSize(deployed, input.cacheClusterSize);
  return cacheClusterEnabled === undefined ? sized : withCacheCluster(sized, cacheClusterEnabled);
}

/**
 * Whether what the stage refers to afterwards exists is for the caller to look up.
 * @throws BadRequestException in AWS's words for every operation that a stage does not take
 */
export function updateStage(stage: Stage, operations: readonly PatchOperation[] | undefined, nowMs: number): Stage {
  if ((operations?.length ?? 0) > patchOperationsMax)
    throw badRequest('Update size too large. Try updating stage in multiple UpdateStage operations');
  let edited = stage;
  for (const operation of operations ?? []) edited = applyOperation(edited, operation);
  return { ...edited, updatedAtMs: nowMs };
}

function applyOperation(stage: Stage, operation: PatchOperation): Stage {
  const { op, path, value } = operation;
  if (op === 'copy') return promoted(stage, operation);
  if (op === 'replace') {
    const setting = settingAt(path);
    if (setting) return withMethodSetting(stage, setting.key, { [setting.name]: setting.read(value) });
  }
  const key = path?.slice(1) ?? '';
  if (op === 'remove' && hasEntry(stage.methodSettings, key))
    return { ...stage, methodSettings: withoutEntry(stage.methodSettings, key) };
  return applyPatch(stagePatch, stage, [operation]);
}

// Method settings.

interface SettingRow {
  readonly name: keyof MethodSetting;
  /** Throws when the value is none. */
  readonly read: (value: string | undefined) => MethodSetting[keyof MethodSetting];
}

const loggingLevels = ['OFF', 'ERROR', 'INFO'] as const;
const unauthorizedStrategies = [
  'FAIL_WITH_403',
  'SUCCEED_WITH_RESPONSE_HEADER',
  'SUCCEED_WITHOUT_RESPONSE_HEADER',
] as const;

/** By the tail of their patch path. */
const settingRows: Readonly<Record<string, SettingRow>> = {
  'metrics/enabled': { name: 'metricsEnabled', read: flag },
  'logging/dataTrace': { name: 'dataTraceEnabled', read: flag },
  'logging/loglevel': {
    name: 'loggingLevel',
    read: word(loggingLevels, `Invalid logging level specified. Must be one of: [${loggingLevels.join(', ')}]`),
  },
  // -1 stands for "not limited here".
  'throttling/burstLimit': {
    name: 'throttlingBurstLimit',
    read: wholeNumber(-1, 2_147_483_647, 'Invalid throttling burst limit specified, must be an integer'),
  },
  'throttling/rateLimit': { name: 'throttlingRateLimit', read: rate },
  'caching/ttlInSeconds': {
    name: 'cacheTtlInSeconds',
    read: wholeNumber(0, 3600, 'Invalid cache TTL specified, must be between 0 and 3600 seconds'),
  },
  'caching/enabled': { name: 'cachingEnabled', read: flag },
  'caching/dataEncrypted': { name: 'cacheDataEncrypted', read: flag },
  'caching/requireAuthorizationForCacheControl': { name: 'requireAuthorizationForCacheControl', read: flag },
  'caching/unauthorizedCacheControlHeaderStrategy': {
    name: 'unauthorizedCacheControlHeaderStrategy',
    read: word(
      unauthorizedStrategies,
      `Invalid unauthorized cache control header strategy specified. Must be one of: [${unauthorizedStrategies.join(', ')}]`,
    ),
  },
};

const settingDefaults: MethodSetting = {
  metricsEnabled: false,
  dataTraceEnabled: false,
  throttlingBurstLimit: 5000,
  throttlingRateLimit: 10_000,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
};

/** The key for all methods of a stage. */
export const everyMethod = '*/*';

function rate(value: string | undefined): number {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number) || number < -1)
    throw badRequest('Invalid throttling rate limit specified, must be a number');
  return number;
}

/**
 * Which setting a patch path names. The key is kept as it was sent, `~1` included, as AWS's answers show it.
 * Observed: ANY and a wildcard for only the resource or only the method are no keys.
 */
function settingAt(path: string | undefined): (SettingRow & { readonly key: string }) | undefined {
  const match = path === undefined ? null : /^\/(.+)\/([^/]+\/[^/]+)$/s.exec(path);
  const row = entryOf(settingRows, match?.[2] ?? '');
  return match?.[1] !== undefined && row !== undefined && isSettingKey(match[1])
    ? { ...row, key: match[1] }
    : undefined;
}

const isSettingKey = (key: string): boolean =>
  key === everyMethod || /^(?!\*\/).*\/(GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD)$/s.test(key);

/** The first change of a method starts from a copy of the settings for all methods. */
function withMethodSetting(stage: Stage, key: string, changes: Partial<MethodSetting>): Stage {
  const { methodSettings } = stage;
  const current = entryOf(methodSettings, key) ?? entryOf(methodSettings, everyMethod) ?? settingDefaults;
  return { ...stage, methodSettings: withEntry(methodSettings, key, { ...current, ...changes }) };
}

/**
 * The settings of a method: its own, else those for all methods.
 * @param resourcePath e.g. `/pets/{petId}`
 * @returns undefined when the stage has settings for neither
 */
export function methodSettingOf(stage: Stage, resourcePath: string, httpMethod: string): MethodSetting | undefined {
  const wanted = `${resourcePath}/${httpMethod}`.replace(/^\/+/, '');
  for (const [key, setting] of Object.entries(stage.methodSettings))
    if (key.replaceAll('~1', '/').replaceAll('~0', '~').replace(/^\/+/, '') === wanted) return setting;
  return entryOf(stage.methodSettings, everyMethod);
}

// Everything else that can be patched.

const accessLogPaths =
  'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]';

const logSetting =
  (name: 'destinationArn' | 'format'): PatchEdit<Stage> =>
  (stage, { value }) => {
    if (value === undefined || value === '') throw badRequest('Access Log value must not be empty');
    if (name === 'destinationArn') checkLogDestination(value);
    return { ...stage, accessLogSettings: { ...stage.accessLogSettings, [name]: value } };
  };

/** Log groups and Firehose streams; AWS takes the ARN of a group without the `:*` that CloudWatch Logs appends. */
function checkLogDestination(arn: string): void {
  const [scheme, , service, , , resource, ...rest] = arn.split(':');
  if (scheme !== 'arn' || (service !== 'logs' && service !== 'firehose') || resource === undefined)
    throw badRequest('Invalid ARN specified in the request');
  const name = service === 'logs' ? rest.join(':') : resource;
  if (!/^[A-Za-z0-9_\-/.#]+$/.test(name))
    throw badRequest(
      `Access log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', '.': '${name.slice(0, 512)}'`,
    );
}

const withCacheCluster = (stage: Stage, enabled: boolean): Stage => ({
  ...stage,
  cacheClusterEnabled: enabled,
  cacheClusterStatus: enabled ? 'AVAILABLE' : 'NOT_AVAILABLE',
  ...(enabled && { cacheClusterSize: stage.cacheClusterSize ?? '0.5' }),
});

function withCacheSize(stage: Stage, size: string | undefined): Stage {
  if (!isOneOf(cacheClusterSizes, size))
    throw badRequest(`Invalid cache cluster size specified. Must be one of: [${cacheClusterSizes.join(', ')}]`);
  return { ...stage, cacheClusterSize: size };
}

/** The only copies there are: a canary becomes what the stage serves. */
function promoted(stage: Stage, { path, from }: PatchOperation): Stage {
  if (path === '/deploymentId' && from === '/canarySettings/deploymentId') return promoteDeployment(stage);
  if (path === '/variables' && from === '/canarySettings/stageVariableOverrides') return promoteVariables(stage);
  throw badRequest(
    `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
  );
}

const withVariable = (stage: Stage, name: string, value: string): Stage =>
  withVariables(stage, withEntry(stage.variables, name, value));

function withVariables(stage: Stage, variables: Entries<string>): Stage {
  checkVariables(variables);
  const { variables: _former, ...rest } = stage;
  return Object.keys(variables).length === 0 ? rest : { ...rest, variables };
}

/** A value that is a JSON object of texts, for paths that replace a whole map. */
function textsIn(path: string, value: string | undefined): Entries<string> {
  const parsed = parsedJson(value ?? '');
  const entries = Object.entries(isJsonObject(parsed) ? parsed : {});
  if (!isJsonObject(parsed) || entries.some(([, entry]) => typeof entry !== 'string'))
    throw badRequest(`Invalid value for ${path}: must be a JSON object of strings`);
  return Object.fromEntries(entries.map(([name, entry]) => [name, String(entry)]));
}

/** All settings at once: a JSON object of the members of an answer's `methodSettings`. */
function settingsIn(path: string, value: string | undefined): Record<string, MethodSetting> {
  const parsed = parsedJson(value ?? '');
  if (!isJsonObject(parsed)) throw badRequest(`Invalid value for ${path}: must be a JSON object of method settings`);
  const rows = Object.values(settingRows);
  return Object.fromEntries(
    Object.entries(parsed).map(([key, members]) => {
      if (!isSettingKey(key) || !isJsonObject(members)) throw invalidPath(`/${key}`);
      const changes = Object.entries(members).map(([name, member]) => {
        const row = rows.find((candidate) => candidate.name === name);
        if (row === undefined) throw invalidPath(`/${key}/${name}`);
        return [name, row.read(String(member))];
      });
      return [key, { ...settingDefaults, ...Object.fromEntries(changes) }];
    }),
  );
}

const named = ({ names }: { readonly names: readonly string[] }): string => names[0] ?? '';

const stagePatch = patchTable<Stage>(refuse, [
  { path: '/deploymentId', replace: (stage, { value }) => ({ ...stage, deploymentId: value ?? '' }) },
  { path: '/description', replace: set('description', text) },
  { path: '/cacheClusterEnabled', replace: (stage, { value }) => withCacheCluster(stage, flag(value)) },
  { path: '/cacheClusterSize', replace: (stage, { value }) => withCacheSize(stage, value) },
  { path: '/clientCertificateId', replace: set('clientCertificateId', text) },
  { path: '/documentationVersion', replace: set('documentationVersion', text) },
  { path: '/tracingEnabled', replace: set('tracingEnabled', flag) },
  { path: '/accessLogSettings', remove: ({ accessLogSettings: _gone, ...rest }) => rest },
  {
    path: '/accessLogSettings/destinationArn',
    add: logSetting('destinationArn'),
    replace: logSetting('destinationArn'),
  },
  { path: '/accessLogSettings/format', add: logSetting('format'), replace: logSetting('format') },
  {
    path: '/variables',
    replace: (stage, { path, value }) => withVariables(stage, textsIn(path, value)),
    remove: ({ variables: _gone, ...rest }) => rest,
  },
  {
    path: '/variables/{variable_name}',
    replace: (stage, step) => withVariable(stage, named(step), step.value ?? ''),
    remove: (stage, step) => withVariables(stage, withoutEntry(stage.variables, named(step))),
  },
  { path: '/canarySettings', remove: withoutCanary },
  {
    path: '/canarySettings/deploymentId',
    replace: (stage, { value }) => withCanary(stage, { deploymentId: value ?? '' }),
  },
  {
    path: '/canarySettings/percentTraffic',
    replace: (stage, { value }) =>
      withCanary(stage, {
        percentTraffic: checkedPercent(value === undefined || value === '' ? Number.NaN : Number(value)),
      }),
  },
  {
    path: '/canarySettings/useStageCache',
    replace: (stage, { value }) => withCanary(stage, { useStageCache: flag(value) }),
  },
  {
    path: '/canarySettings/stageVariableOverrides',
    replace: (stage, { path, value }) => {
      const stageVariableOverrides = textsIn(path, value);
      checkVariables(stageVariableOverrides);
      return withCanary(stage, { stageVariableOverrides });
    },
  },
  {
    path: '/canarySettings/stageVariableOverrides/{variable_name}',
    replace: (stage, step) => withOverride(stage, named(step), step.value ?? ''),
    remove: (stage, step) => {
      if (!hasEntry(stage.canarySettings?.stageVariableOverrides, named(step))) throw nothingToRemove(step.path);
      return withoutOverride(stage, named(step));
    },
  },
  {
    path: '/methodSettings',
    replace: (stage, { path, value }) => ({ ...stage, methodSettings: settingsIn(path, value) }),
  },
]);

const nothingToRemove = (path: string | undefined): ServiceError =>
  badRequest(
    `Cannot remove method setting ${path?.replace(/^\//, '')} because there is no method setting for this method `,
  );

function refuse({ op, path }: Refused): ServiceError {
  if (op === 'remove') return nothingToRemove(path);
  if (path !== undefined && /^\/accessLogSettings(\/|$)/.test(path)) return badRequest(accessLogPaths);
  return op === undefined || op === 'replace'
    ? invalidPath(path)
    : badRequest(`Invalid ${op} operation with path: ${path}`);
}

/** AWS's own list: canary settings are missing, and so are the commas around throttling. */
const invalidPath = (path: string | undefined): ServiceError => {
  const settingsOf = (key: string): string[] => Object.keys(settingRows).map((tail) => `${key}/${tail}`);
  const [oneMethod, allMethods] = [settingsOf('/{resourcePath}/{httpMethod}'), settingsOf('/*/*')];
  const listed = [
    '/deploymentId',
    '/description',
    '/cacheClusterEnabled',
    '/cacheClusterSize',
    '/clientCertificateId',
    '/accessLogSettings',
    '/accessLogSettings/destinationArn',
    '/accessLogSettings/format',
    ...oneMethod.slice(0, 3),
    oneMethod.slice(3, 6).join(''),
    ...oneMethod.slice(6),
    ...allMethods.slice(0, 3),
    allMethods.slice(3, 6).join(' '),
    ...allMethods.slice(6),
    '/variables/{variable_name}',
    '/tracingEnabled',
  ];
  return badRequest(`Invalid method setting path: ${path}. Must be one of: [${listed.join(', ')}]`);
};
