/** Stages of HTTP and WebSocket APIs: the names under which deployments are served, with all their settings. */
import type { Api } from '../../definition/api.ts';
import type { ApiStage, RouteSettings } from '../../definition/api-stage.ts';
import { isOneOf } from '../../definition/constraints.ts';
import { badRequest, conflict } from '../../definition/errors.ts';
import { invalidApi } from '../../definition/v2/apis.ts';
import { rulesOf } from '../../definition/v2/routing-rules.ts';
import {
  invalidStage,
  newStage,
  updateStage,
  withoutAccessLog,
  withoutRouteSettings,
  writesExecutionLogs,
} from '../../definition/v2/stages.ts';
import { dateOf } from '../apigateway/times.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import { deployedStage, deployStage, loadApi, stageKey } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, mapped, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf, Operations } from './operations.ts';
import { listPage } from './pages.ts';

export const stages = (dependencies: Dependencies) => {
  const { documents, settled } = dependencies;

  /** Changes one stage and nothing else. */
  async function editStage(
    call: Call,
    ApiId: string,
    StageName: string,
    change: (stage: ApiStage) => ApiStage,
  ): Promise<void> {
    await loadApi(dependencies, call, ApiId);
    await documents.edit(call, 'api-stage', `${ApiId}/${StageName}`, invalidStage, change);
    await settled();
  }

  return {
    CreateStage: async (input, call) => {
      const { ApiId, StageName } = input;
      const stage = await documents.transact(call, async (transaction) => {
        const api = await transaction.load('api', ApiId, () => invalidApi(call.accountId, ApiId));
        const made = newStage(stageIn(input), { api, nowMs: call.nowMs });
        if ((await transaction.find('api-stage', `${ApiId}/${StageName}`)) !== undefined)
          throw conflict('Stage already exists');
        await requireReferences(dependencies, transaction, api, made, undefined);
        transaction.put('api-stage', stageKey(made), made);
        // Written back as it is: a change of the API at the same time must know that there is one stage more.
        transaction.put('api', ApiId, api);
        return made.autoDeploy ? deployStage(dependencies, transaction, api, made, call) : made;
      });
      await settled();
      return presentStage(stage);
    },

    GetStage: async ({ ApiId, StageName }, call) => {
      await loadApi(dependencies, call, ApiId);
      return presentStage(await documents.load(call, 'api-stage', `${ApiId}/${StageName}`, invalidStage));
    },

    GetStages: async ({ ApiId, ...page }, call) => {
      await loadApi(dependencies, call, ApiId);
      const all = await documents.list(call, 'api-stage', `${ApiId}/`);
      return listPage(all, page, ({ stageName }) => stageName, presentStage);
    },

    UpdateStage: async (input, call) => {
      const { ApiId, StageName } = input;
      const stage = await documents.transact(call, async (transaction) => {
        const api = await transaction.load('api', ApiId, () => invalidApi(call.accountId, ApiId));
        const before = await transaction.load('api-stage', `${ApiId}/${StageName}`, invalidStage);
        const deployed = await transaction.find('api-deployment', `${ApiId}/${before.deploymentId ?? ''}`);
        const deployedRouteKeys = Object.values(deployed?.api.routes ?? {}).map(({ routeKey }) => routeKey);
        const after = updateStage(before, stageIn(input), { api, deployedRouteKeys, nowMs: call.nowMs });
        await requireReferences(dependencies, transaction, api, after, before);
        transaction.put('api-stage', stageKey(after), after);
        if (!after.autoDeploy || before.autoDeploy) return after;
        transaction.put('api', ApiId, api);
        return deployStage(dependencies, transaction, api, after, call);
      });
      await settled();
      return presentStage(stage);
    },

    DeleteStage: async ({ ApiId, StageName }, call) => {
      await loadApi(dependencies, call, ApiId);
      await documents.transact(call, async (transaction) => {
        const stage = await transaction.load('api-stage', `${ApiId}/${StageName}`, invalidStage);
        if (stage.apiGatewayManaged)
          throw badRequest('A stage that was made by quick create cannot be deleted; delete the API');
        const domains = (await transaction.list('domain-name')).filter(
          (domain) =>
            domain.basePathMappings.some(
              (mapping) => mapping.restApiId === ApiId && (mapping.stage ?? StageName) === StageName,
            ) ||
            rulesOf(domain).some(({ actions }) =>
              actions.some(({ invokeApi }) => invokeApi.apiId === ApiId && invokeApi.stage === StageName),
            ),
        );
        if (domains.length > 0)
          throw badRequest(
            `Deleting stage ${StageName} failed. Please remove all API mappings related to the stage in your domains: ${domains.map(({ domainName }) => domainName).join(', ')}`,
          );
        transaction.remove('api-stage', stageKey(stage));
      });
      await settled();
      return {};
    },

    DeleteAccessLogSettings: async ({ ApiId, StageName }, call) => {
      await editStage(call, ApiId, StageName, (stage) => withoutAccessLog(stage, call.nowMs));
      return {};
    },

    DeleteRouteSettings: async ({ ApiId, StageName, RouteKey }, call) => {
      await editStage(call, ApiId, StageName, (stage) => withoutRouteSettings(stage, RouteKey, call.nowMs));
      return {};
    },

    // Gates keep what authorizers answered with the stage they serve; another stage starts without.
    ResetAuthorizersCache: async ({ ApiId, StageName }, call) => {
      await editStage(call, ApiId, StageName, (stage) => ({ ...stage, authorizersResetAtMs: call.nowMs }));
      return {};
    },
  } satisfies Partial<Handlers>;
};

type RouteSettingsInput = NonNullable<Operations['CreateStage']['input']['DefaultRouteSettings']>;

const settingsIn = (settings: RouteSettingsInput) => uncapitalized(settings);

function stageIn<Input extends Partial<Operations['CreateStage']['input']>>(input: Input) {
  const { ApiId: _owner, AccessLogSettings, DefaultRouteSettings, RouteSettings, ...rest } = input;
  return {
    ...uncapitalized(rest),
    accessLogSettings: AccessLogSettings && uncapitalized(AccessLogSettings),
    defaultRouteSettings: DefaultRouteSettings && settingsIn(DefaultRouteSettings),
    routeSettings: RouteSettings && mapped(RouteSettings, settingsIn),
  };
}

/**
 * What a stage newly refers to must be there, and gates must be able to serve what it is told to serve.
 * @throws BadRequestException
 */
async function requireReferences(
  { requireServable }: Dependencies,
  transaction: Transaction,
  api: Api,
  stage: ApiStage,
  before: ApiStage | undefined,
): Promise<void> {
  const { deploymentId, clientCertificateId } = stage;
  if (deploymentId !== undefined && deploymentId !== before?.deploymentId) {
    const deployment = await transaction.find('api-deployment', `${api.apiId}/${deploymentId}`);
    if (deployment === undefined) throw badRequest('Deployment id does not exist');
    requireServable?.(deployedStage(api, stage, deployment));
  }
  if (clientCertificateId !== undefined && clientCertificateId !== before?.clientCertificateId) {
    if (api.protocolType === 'HTTP') throw badRequest('Client certificates are not supported on protocolType HTTP');
    if ((await transaction.find('client-certificate', clientCertificateId)) === undefined)
      throw badRequest('Invalid Client Certificate identifier specified');
  }
  if (writesExecutionLogs(stage) && (before === undefined || !writesExecutionLogs(before))) {
    const account = await transaction.find('account', 'settings');
    if (account?.cloudwatchRoleArn === undefined)
      throw badRequest('CloudWatch Logs role ARN must be set in account settings to enable logging');
  }
}

const loggingLevels = ['ERROR', 'INFO', 'OFF'] as const;

const presentSettings = ({ loggingLevel, ...settings }: RouteSettings) =>
  capitalized({ ...settings, loggingLevel: isOneOf(loggingLevels, loggingLevel) ? loggingLevel : undefined });

function presentStage(stage: ApiStage): ItemOf<'GetStages'> {
  const { accessLogSettings } = stage;
  return capitalized({
    accessLogSettings: accessLogSettings && capitalized(accessLogSettings),
    apiGatewayManaged: stage.apiGatewayManaged,
    autoDeploy: stage.autoDeploy,
    clientCertificateId: stage.clientCertificateId,
    createdDate: dateOf(stage.createdAtMs),
    defaultRouteSettings: presentSettings(stage.defaultRouteSettings),
    deploymentId: stage.deploymentId,
    description: stage.description,
    lastDeploymentStatusMessage: stage.autoDeploy ? stage.lastDeploymentStatusMessage : undefined,
    lastUpdatedDate: dateOf(stage.updatedAtMs),
    routeSettings: mapped(stage.routeSettings, presentSettings),
    stageName: stage.stageName,
    stageVariables: stage.stageVariables,
    tags: stage.tags,
  });
}
