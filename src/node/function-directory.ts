/**
 * What names of functions mean, answered from the store: looked up once, and again after a change. Gate workers ask
 * over a port (`function-directory-port.ts`), the event queue for the settings of events too.
 */
import type { FunctionDirectory, ResolvedFunction } from '../access/function-directory.ts';
import { chooseTarget } from '../access/function-directory.ts';
import type { DocumentKinds } from '../definition/documents.ts';
import { entryOf } from '../definition/entries.ts';
import type { FunctionVersion, LambdaFunction } from '../definition/functions/function.ts';
import { latestVersion } from '../definition/functions/names.ts';
import { designated, type RunSurroundings, runnable } from '../definition/functions/runnable.ts';
import type { EventTarget } from '../functions/event-queue.ts';
import type { Scope, Store } from '../store/store.ts';

export type Surroundings = Pick<RunSurroundings, 'directoryOf' | 'environmentDefaults'> & {
  readonly credentialsOf?: (fn: LambdaFunction, version: FunctionVersion) => RunSurroundings['credentials'];
  readonly inspectOf?: (fn: LambdaFunction) => RunSurroundings['inspect'];
};

/** Names that are remembered; the one that was looked up first is forgotten first. */
const namesMax = 20_000;
const eventDefaults = { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 21_600 };

interface Named {
  readonly scope: Scope;
  readonly functionName: string;
  readonly qualifier: string | undefined;
}

/** @returns undefined when it is no ARN of a function */
function named(arn: string): Named | undefined {
  const [, region, accountId, functionName, qualifier] =
    /^arn:[^:]+:lambda:([a-z0-9-]+):(\d{12}):function:([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || functionName === undefined) return undefined;
  return { scope: { accountId, region }, functionName, qualifier };
}

const keyOf = ({ accountId, region }: Scope, functionName: string): string => `${accountId}/${region}/${functionName}`;

export class StoredFunctionDirectory implements FunctionDirectory, Disposable {
  readonly #store: Store<DocumentKinds>;
  readonly #surroundings: Surroundings;
  readonly #resolved = new Map<string, ResolvedFunction>();
  /** The names that are remembered of a function. */
  readonly #namesOf = new Map<string, Set<string>>();
  readonly #listeners = new Set<(functionKey: string) => void>();
  /** Grows with every change of any function: an answer that took longer than a change is not remembered. */
  #changes = 0;
  readonly #stop: () => void;

  constructor(store: Store<DocumentKinds>, surroundings: Surroundings) {
    this.#store = store;
    this.#surroundings = surroundings;
    this.#stop = store.watch((changes) => {
      for (const { key } of changes) {
        if (key.kind === 'function') this.#forget(keyOf(key, key.id));
        else if (key.kind === 'function-version') this.#forget(keyOf(key, key.id.split('/')[0] ?? ''));
      }
    });
  }

  resolve(arn: string): ResolvedFunction | undefined | Promise<ResolvedFunction | undefined> {
    return this.#resolved.get(arn) ?? this.#look(arn);
  }

  /** What an event's function and its settings are now. @param random 0 to 1, without 1 */
  async eventTarget(arn: string, random: number): Promise<EventTarget | undefined> {
    const name = named(arn);
    const fn = name && (await this.#load(name));
    const resolved = await this.resolve(arn);
    if (name === undefined || fn === undefined || resolved === undefined) return undefined;
    const config = entryOf(fn.eventInvokeConfigs, name.qualifier ?? latestVersion);
    const configuration = chooseTarget(resolved, random);
    const version = await this.#version(fn, name.scope, configuration.version);
    const deadLetterTargetArn = version?.settings.deadLetterTargetArn;
    return {
      fn: configuration,
      maximumRetryAttempts: config?.maximumRetryAttempts ?? eventDefaults.maximumRetryAttempts,
      maximumEventAgeInSeconds: config?.maximumEventAgeSeconds ?? eventDefaults.maximumEventAgeInSeconds,
      ...(config?.onSuccessArn !== undefined && { onSuccess: config.onSuccessArn }),
      ...(config?.onFailureArn !== undefined && { onFailure: config.onFailureArn }),
      ...(deadLetterTargetArn !== undefined && { deadLetterTargetArn }),
    };
  }

  /**
   * Calls back in the turn of the commit, after every change of a function, with `{account}/{region}/{name}`.
   * @returns a function that ends it
   */
  onChange(listener: (functionKey: string) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  async #look(arn: string): Promise<ResolvedFunction | undefined> {
    const name = named(arn);
    if (name === undefined) return undefined;
    for (;;) {
      const changes = this.#changes;
      const resolved = await this.#resolveNow(name, arn);
      if (changes !== this.#changes) continue;
      if (resolved !== undefined) this.#remember(name, arn, resolved);
      return resolved;
    }
  }

  async #resolveNow(name: Named, arn: string): Promise<ResolvedFunction | undefined> {
    const fn = await this.#load(name);
    const designation = fn && designated(fn, name.qualifier);
    if (fn === undefined || designation === undefined) return undefined;
    const targets: ResolvedFunction['targets'][number][] = [];
    for (const { version, share } of designation.versions) {
      const found = await this.#version(fn, name.scope, version);
      if (found === undefined) return undefined;
      const { directoryOf, environmentDefaults, credentialsOf, inspectOf } = this.#surroundings;
      const credentials = credentialsOf?.(fn, found);
      const inspect = inspectOf?.(fn);
      const configuration = runnable(fn, found, { directoryOf, environmentDefaults, credentials, inspect });
      targets.push({ share, configuration });
    }
    return { invokedFunctionArn: arn, statements: designation.statements, targets };
  }

  async #load({ scope, functionName }: Named): Promise<LambdaFunction | undefined> {
    return (await this.#store.get({ ...scope, kind: 'function', id: functionName }))?.value;
  }

  async #version(fn: LambdaFunction, scope: Scope, version: string): Promise<FunctionVersion | undefined> {
    if (version === latestVersion) return fn.latest;
    return (await this.#store.get({ ...scope, kind: 'function-version', id: `${fn.functionName}/${version}` }))?.value;
  }

  #remember({ scope, functionName }: Named, arn: string, resolved: ResolvedFunction): void {
    const key = keyOf(scope, functionName);
    let names = this.#namesOf.get(key);
    if (names === undefined) {
      names = new Set();
      this.#namesOf.set(key, names);
    }
    names.add(arn);
    this.#resolved.set(arn, resolved);
    if (this.#resolved.size <= namesMax) return;
    const [oldest = ''] = this.#resolved.keys();
    const old = named(oldest);
    if (old !== undefined) this.#drop(keyOf(old.scope, old.functionName));
  }

  #drop(key: string): void {
    for (const arn of this.#namesOf.get(key) ?? []) this.#resolved.delete(arn);
    this.#namesOf.delete(key);
  }

  #forget(key: string): void {
    this.#changes++;
    this.#drop(key);
    for (const listener of this.#listeners) listener(key);
  }
}
