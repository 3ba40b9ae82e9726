/**
 * What the conditions and variables of policies are asked against: keys such as `aws:SourceIp` with one value, or a
 * list where the key has several. Names do not tell cases apart; a key that is not there is absent.
 * Source: IAM User Guide, "AWS global condition context keys".
 */
export type ContextValue = string | readonly string[];

export class RequestContext {
  static readonly empty = new RequestContext([]);
  readonly #values: ReadonlyMap<string, ContextValue>;

  constructor(entries: Iterable<readonly [key: string, value: ContextValue]>) {
    const values = new Map<string, ContextValue>();
    for (const [key, value] of entries) values.set(key.toLowerCase(), value);
    this.#values = values;
    Object.freeze(this);
  }

  /** Keys whose value is undefined are absent. */
  static of(keys: Readonly<Record<string, ContextValue | undefined>>): RequestContext {
    const entries: [string, ContextValue][] = [];
    for (const [key, value] of Object.entries(keys)) if (value !== undefined) entries.push([key, value]);
    return new RequestContext(entries);
  }

  get(lowerCaseKey: string): ContextValue | undefined {
    return this.#values.get(lowerCaseKey);
  }
}
