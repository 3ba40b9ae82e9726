/**
 * The signing keys that an issuer publishes, found by OpenID Connect discovery and kept. Tokens are not held up by a
 * refresh: keys that are known go on being used while newer ones are fetched, also while the issuer does not answer,
 * for a time. A key id that is not known makes the keys be fetched again, but not more often than once in a while, so
 * that made-up ids cost the issuer nothing. A key that has been withdrawn is marked, for whoever remembers it.
 * Source: OpenID Connect Discovery 1.0; RFC 7517; facts/http-api-auth.md for times and sizes.
 */
import { jsonObject, keysIn, type SigningKey } from './jws.ts';

/** Fetches a document over HTTP; rejects unless it was answered 200, in time and within bounds. */
export type FetchDocument = (
  url: string,
  bounds: { readonly timeoutMs: number; readonly bytesMax: number },
) => Promise<string>;

export interface KeyTimes {
  /** Age from which on keys are fetched anew when they are next used. */
  readonly refreshMs: number;
  /** Age from which on they are not used any more, when no newer ones could be had. */
  readonly expireMs: number;
  /** Least time between two fetches, whatever asks for one. */
  readonly pauseMs: number;
  /** How long a failed first fetch is not repeated. */
  readonly retryMs: number;
  readonly fetchMs: number;
}

export const defaultKeyTimes: KeyTimes = {
  refreshMs: 300_000,
  expireMs: 7_200_000,
  pauseMs: 10_000,
  retryMs: 1_000,
  fetchMs: 1_500,
};

/** AWS's bound of a key set; it does for the discovery document too. */
const documentBytesMax = 150_000;

/** Why there is no key; the words of `error_description`. */
export type KeyFailure =
  | 'OIDC discovery endpoint communication error'
  | 'JWKS communication error'
  | 'unable to find a signing key that matches the key id of the token';

export const unknownKey: KeyFailure = 'unable to find a signing key that matches the key id of the token';

type Keys = ReadonlyMap<string, readonly SigningKey[]>;

export class IssuerKeys {
  readonly issuer: string;
  readonly #fetch: FetchDocument;
  readonly #times: KeyTimes;
  #keys: Keys | null = null;
  #jwksUri: string | null = null;
  /** When the keys that are known were fetched. */
  #fetchedAtMs = 0;
  /** When the latest fetch began. */
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #failure: KeyFailure | null = null;
  #refresh: Promise<void> | null = null;

  constructor(issuer: string, fetchDocument: FetchDocument, times: Partial<KeyTimes> = {}) {
    this.issuer = issuer;
    this.#fetch = fetchDocument;
    this.#times = { ...defaultKeyTimes, ...times };
  }

  /**
   * The keys that a token names, at once when they are known.
   * @param nowMs of the clock that all calls share
   */
  find(keyId: string, nowMs: number): readonly SigningKey[] | KeyFailure | Promise<readonly SigningKey[] | KeyFailure> {
    if (this.usable(nowMs)) {
      const found = this.#keys?.get(keyId);
      if (found !== undefined) return found;
      if (this.#refresh === null && nowMs - this.#triedAtMs < this.#times.pauseMs) return unknownKey;
    } else if (this.#refresh === null && nowMs - this.#triedAtMs < this.#times.retryMs)
      return this.#failure ?? unknownKey;
    return this.#findLater(keyId, nowMs);
  }

  /**
   * Whether the keys that are known may be used; makes them be fetched anew, behind the scenes, when they are old.
   */
  usable(nowMs: number): boolean {
    if (this.#keys === null) return false;
    const age = nowMs - this.#fetchedAtMs;
    if (age < this.#times.refreshMs) return true;
    if (this.#refresh === null && nowMs - this.#triedAtMs >= this.#times.pauseMs) void this.#renew(nowMs);
    return age < this.#times.expireMs;
  }

  async #findLater(keyId: string, nowMs: number): Promise<readonly SigningKey[] | KeyFailure> {
    await (this.#refresh ?? this.#renew(nowMs));
    if (this.#keys === null || nowMs - this.#fetchedAtMs >= this.#times.expireMs) return this.#failure ?? unknownKey;
    return this.#keys.get(keyId) ?? unknownKey;
  }

  /** Never rejects: a failure is kept for those who ask. */
  #renew(nowMs: number): Promise<void> {
    this.#triedAtMs = nowMs;
    const refresh = this.#fetchKeys()
      .then((keys) => {
        this.#take(keys);
        this.#fetchedAtMs = nowMs;
        this.#failure = null;
      })
      .catch((error: unknown) => {
        this.#failure = error instanceof DiscoveryError ? error.failure : 'JWKS communication error';
      })
      .finally(() => {
        this.#refresh = null;
      });
    this.#refresh = refresh;
    return refresh;
  }

  async #fetchKeys(): Promise<Keys> {
    const bounds = { timeoutMs: this.#times.fetchMs, bytesMax: documentBytesMax };
    const known = this.#jwksUri;
    try {
      this.#jwksUri = await discover(this.issuer, this.#fetch, this.#times.fetchMs);
    } catch (error) {
      // Where the keys lie changes hardly ever; an issuer whose discovery is down may still hand out its keys.
      if (known === null) throw error;
    }
    const keys = keysIn(await this.#fetch(this.#jwksUri ?? '', bounds));
    if (keys === undefined) throw new Error('not a key set');
    return keys;
  }

  /** Keys that are published still stay the same objects; those that are gone are trusted no longer. */
  #take(published: Keys): void {
    const before = new Map([...(this.#keys?.values() ?? [])].flat().map((key) => [keyName(key), key]));
    const after = new Map<string, readonly SigningKey[]>();
    for (const [keyId, keys] of published)
      after.set(
        keyId,
        keys.map((key) => {
          const known = before.get(keyName(key));
          before.delete(keyName(key));
          return known ?? key;
        }),
      );
    for (const gone of before.values()) gone.trusted = false;
    this.#keys = after;
  }
}

const keyName = (key: SigningKey): string => `${key.keyId} ${key.text}`;

/** Where an issuer says that its keys are. @throws DiscoveryError when it does not say, or not in time */
async function discover(issuer: string, fetch: FetchDocument, timeoutMs: number): Promise<string> {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const uri = jsonObject(await fetch(url, { timeoutMs, bytesMax: documentBytesMax }))?.jwks_uri;
    // A document fetched over TLS must not send us elsewhere without.
    const fitting = url.startsWith('https:') ? /^https:\/\//i : /^https?:\/\//i;
    if (typeof uri !== 'string' || !fitting.test(uri)) throw new Error('no jwks_uri');
    return uri;
  } catch (error) {
    throw new DiscoveryError(error);
  }
}

/** Whether an issuer of tokens tells where its keys are. */
export const answersDiscovery = (issuer: string, fetch: FetchDocument): Promise<boolean> =>
  discover(issuer, fetch, defaultKeyTimes.fetchMs).then(
    () => true,
    () => false,
  );

class DiscoveryError extends Error {
  readonly failure: KeyFailure = 'OIDC discovery endpoint communication error';
  constructor(cause: unknown) {
    super('the discovery document could not be had', { cause });
  }
}

/** The issuers that tokens are accepted of, each once however many authorizers trust it. */
export class Issuers {
  readonly #fetch: FetchDocument;
  readonly #times: Partial<KeyTimes>;
  /** Whoever verifies holds the keys; an issuer that nobody trusts any more is forgotten. */
  readonly #known = new Map<string, WeakRef<IssuerKeys>>();
  #sweepAt = 64;

  constructor(fetchDocument: FetchDocument, times: Partial<KeyTimes> = {}) {
    this.#fetch = fetchDocument;
    this.#times = times;
  }

  keysOf(issuer: string): IssuerKeys {
    const known = this.#known.get(issuer)?.deref();
    if (known !== undefined) return known;
    const keys = new IssuerKeys(issuer, this.#fetch, this.#times);
    this.#known.set(issuer, new WeakRef(keys));
    if (this.#known.size > this.#sweepAt) {
      for (const [name, reference] of this.#known) if (reference.deref() === undefined) this.#known.delete(name);
      this.#sweepAt = 2 * this.#known.size;
    }
    return keys;
  }
}
