/**
 * Turns the store's change feed into what gates serve: which stages, domain names and function URLs there are, and when
 * one of them is made, changed or gone. Changes are handled one after another, in the order of their commits, so that a later
 * state never loses to an earlier one that took longer to load.
 */
import type { ApiStage } from '../definition/api-stage.ts';
import type { DocumentKinds } from '../definition/documents.ts';
import type { DomainName } from '../definition/domain-name.ts';
import { type ServedFunctionUrl, servedUrlsOf } from '../definition/functions/function-urls.ts';
import type { RestApi } from '../definition/rest-api.ts';
import type { DeployedRestStage, Stage } from '../definition/stage.ts';
import type { Log } from '../observe/log.ts';
import type { Change, Scope, Store } from '../store/store.ts';
import type { ServedDomain, ToWorker } from './gate-messages.ts';

export class StageFeed {
  readonly #store: Store<DocumentKinds>;
  readonly #announce: (message: ToWorker) => void;
  readonly #log: Log;
  readonly #stop: () => void;
  /** What gates were last told of an API's settings that act at once, by `{restApiId}/{stageName}`. */
  readonly #liveSettings = new Map<string, string>();
  /** The URLs of functions that have some, as gates were last told, by `{account}/{region}/{name}`. */
  readonly #functionUrls = new Map<string, { readonly functionArn: string; readonly text: string }>();
  #queue: Promise<void> = Promise.resolve();

  /** @param announce called for each change, in order */
  constructor(store: Store<DocumentKinds>, announce: (message: ToWorker) => void, log: Log) {
    this.#store = store;
    this.#announce = announce;
    this.#log = log;
    this.#stop = store.watch((changes) => {
      for (const change of changes) this.#enqueue(() => this.#apply(change));
    });
  }

  /** Resolves once all changes that were committed before the call have been announced. */
  async announced(): Promise<void> {
    await this.#queue;
  }

  /** Hands everything there is to one gate, between two changes; what is announced later is later. */
  async loadAll(send: (message: ToWorker) => void): Promise<void> {
    const loading = this.#enqueue(async () => {
      for (const { key, value } of await this.#store.listEverywhere('stage')) {
        const message = await this.#deployment(key, value);
        if (message !== undefined) send(message);
      }
      for (const { key, value } of await this.#store.listEverywhere('api-stage')) {
        const message = await this.#apiDeployment(key, value);
        if (message !== undefined) send(message);
      }
      for (const { value } of await this.#store.listEverywhere('domain-name'))
        send({ type: 'domain', domain: servedDomainOf(value) });
      for (const { key, value } of await this.#store.listEverywhere('function')) {
        const urls = servedUrlsOf(value);
        if (urls.length === 0) continue;
        this.#rememberUrls(key, value.functionArn, urls);
        send({ type: 'function-urls', functionArn: value.functionArn, urls });
      }
    });
    await loading;
  }

  close(): void {
    this.#stop();
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch((error) => this.#log.error({ error }, 'a change could not be handed to the gates'));
    return done.catch(() => {});
  }

  async #apply({ key, deleted }: Change): Promise<void> {
    const [restApiId = '', stageName = ''] = key.id.split('/');
    switch (key.kind) {
      case 'stage': {
        const stage = await this.#store.get({ ...key, kind: 'stage' });
        const message = stage === undefined ? undefined : await this.#deployment(key, stage.value);
        if (message === undefined) this.#liveSettings.delete(key.id);
        this.#announce(message ?? { type: 'retire', restApiId, stageName });
        return;
      }
      case 'rest-api': {
        // Some settings of an API act without a deployment; its stages are told when they could have changed.
        if (deleted) return;
        for (const { value } of await this.#store.list(key, 'stage', `${restApiId}/`)) {
          const message = await this.#deployment(key, value, true);
          if (message !== undefined) this.#announce(message);
        }
        return;
      }
      case 'api-stage': {
        const stage = await this.#store.get({ ...key, kind: 'api-stage' });
        const message = stage === undefined ? undefined : await this.#apiDeployment(key, stage.value);
        if (message === undefined) this.#liveSettings.delete(key.id);
        this.#announce(message ?? { type: 'retire', restApiId, stageName });
        return;
      }
      case 'api': {
        if (deleted) return;
        for (const { value } of await this.#store.list(key, 'api-stage', `${restApiId}/`)) {
          const message = await this.#apiDeployment(key, value, true);
          if (message !== undefined) this.#announce(message);
        }
        return;
      }
      case 'domain-name': {
        const domain = await this.#store.get({ ...key, kind: 'domain-name' });
        this.#announce(
          domain === undefined
            ? { type: 'domain-gone', domainName: key.id.split('+')[0] ?? key.id }
            : { type: 'domain', domain: servedDomainOf(domain.value) },
        );
        return;
      }
      case 'function': {
        // Functions change often, their URLs seldom.
        const fn = (await this.#store.get({ ...key, kind: 'function' }))?.value;
        const before = this.#functionUrls.get(functionKey(key));
        const functionArn = fn?.functionArn ?? before?.functionArn;
        const urls = fn === undefined ? [] : servedUrlsOf(fn);
        if (functionArn !== undefined && this.#rememberUrls(key, functionArn, urls))
          this.#announce({ type: 'function-urls', functionArn, urls });
      }
    }
  }

  /** @returns whether gates were told otherwise before */
  #rememberUrls(key: Change['key'], functionArn: string, urls: readonly ServedFunctionUrl[]): boolean {
    const name = functionKey(key);
    const before = this.#functionUrls.get(name)?.text;
    if (urls.length === 0) {
      this.#functionUrls.delete(name);
      return before !== undefined;
    }
    const text = JSON.stringify(urls);
    this.#functionUrls.set(name, { functionArn, text });
    return before !== text;
  }

  /** @param ifLiveSettingsChanged only when the API's settings that act at once differ from the deployed ones */
  async #deployment(scope: Scope, stage: Stage, ifLiveSettingsChanged = false): Promise<ToWorker | undefined> {
    const { accountId, region } = scope;
    const load = async (deploymentId: string) =>
      (await this.#store.get({ accountId, region, kind: 'deployment', id: `${stage.restApiId}/${deploymentId}` }))
        ?.value;
    const api = (await this.#store.get({ accountId, region, kind: 'rest-api', id: stage.restApiId }))?.value;
    if (api === undefined) return undefined;
    const settings = liveSettingsOf(api);
    const name = `${stage.restApiId}/${stage.stageName}`;
    const fingerprint = JSON.stringify(settings);
    if (ifLiveSettingsChanged && this.#liveSettings.get(name) === fingerprint) return undefined;
    const deployment = await load(stage.deploymentId);
    if (deployment === undefined) return undefined;
    this.#liveSettings.set(name, fingerprint);
    const canaryDeployment = stage.canarySettings && (await load(stage.canarySettings.deploymentId));
    const deployed: DeployedRestStage = {
      accountId,
      region,
      restApiId: stage.restApiId,
      ...settings,
      stage,
      deployment,
      ...(canaryDeployment && { canaryDeployment }),
    };
    return { type: 'deploy', deployed };
  }

  /** @param ifLiveSettingsChanged as above */
  async #apiDeployment(scope: Scope, stage: ApiStage, ifLiveSettingsChanged = false): Promise<ToWorker | undefined> {
    const { accountId, region } = scope;
    const { apiId, deploymentId } = stage;
    const api = (await this.#store.get({ accountId, region, kind: 'api', id: apiId }))?.value;
    if (api === undefined || deploymentId === undefined) return undefined;
    // WebSocket APIs are managed; no gate serves them yet.
    if (api.protocolType !== 'HTTP') return undefined;
    const { disableExecuteApiEndpoint, protocolType } = api;
    const name = `${apiId}/${stage.stageName}`;
    const fingerprint = String(disableExecuteApiEndpoint);
    if (ifLiveSettingsChanged && this.#liveSettings.get(name) === fingerprint) return undefined;
    const key = { accountId, region, kind: 'api-deployment' as const, id: `${apiId}/${deploymentId}` };
    const deployment = (await this.#store.get(key))?.value;
    if (deployment === undefined) return undefined;
    this.#liveSettings.set(name, fingerprint);
    const deployed = { accountId, region, apiId, protocolType, disableExecuteApiEndpoint, stage, deployment };
    return { type: 'deploy-api', deployed };
  }
}

const liveSettingsOf = ({ disableExecuteApiEndpoint, policy }: RestApi) => ({
  disableExecuteApiEndpoint,
  ...(policy !== undefined && { policy }),
});

const functionKey = ({ accountId, region, id }: Change['key']): string => `${accountId}/${region}/${id}`;

const servedDomainOf = ({
  domainName,
  basePathMappings,
  routingMode,
  routingRules = [],
}: DomainName): ServedDomain => ({
  domainName,
  mappings: basePathMappings,
  routingMode,
  routingRules,
});
