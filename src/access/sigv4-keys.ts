/** Signing keys of Signature Version 4: derived from the secret by day, region and service, and kept for reuse. */
import { createHash, createHmac } from 'node:crypto';

export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const algorithm = 'AWS4-HMAC-SHA256';

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

export const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest();

export const scopeText = ({ date, region, service }: Scope): string => `${date}/${region}/${service}/aws4_request`;

export function deriveSigningKey(secretAccessKey: string, { date, region, service }: Scope): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), 'aws4_request');
}

/** @param timestamp ISO 8601 basic format */
export const stringToSign = (timestamp: string, scope: Scope, canonical: string): string =>
  `${algorithm}\n${timestamp}\n${scopeText(scope)}\n${sha256(canonical)}`;

/** Four HMACs a request saved; the oldest key leaves when there are too many. */
export class SigningKeys {
  readonly #kept = new Map<string, { readonly secret: string; readonly key: Buffer }>();
  readonly #keptMax: number;

  constructor(keptMax = 1000) {
    this.#keptMax = keptMax;
  }

  of(accessKeyId: string, secretAccessKey: string, scope: Scope): Buffer {
    const name = `${accessKeyId}/${scopeText(scope)}`;
    const kept = this.#kept.get(name);
    if (kept?.secret === secretAccessKey) return kept.key;
    const key = deriveSigningKey(secretAccessKey, scope);
    this.#kept.delete(name);
    this.#kept.set(name, { secret: secretAccessKey, key });
    const oldest = this.#kept.size > this.#keptMax ? this.#kept.keys().next() : undefined;
    if (oldest?.done === false) this.#kept.delete(oldest.value);
    return key;
  }

  get size(): number {
    return this.#kept.size;
  }
}
