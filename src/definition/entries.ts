/**
 * Immutable maps keyed by names that callers choose. Only own members count, so that a header called `constructor`
 * or `__proto__` is a name like any other.
 */
export type Entries<Value> = Readonly<Record<string, Value>>;

export const entryOf = <Value>(entries: Entries<Value> | undefined, name: string): Value | undefined =>
  entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;

export const hasEntry = (entries: Entries<unknown> | undefined, name: string): boolean =>
  entries !== undefined && Object.hasOwn(entries, name);

/** Replaces in place or appends. */
export const withEntry = <Value>(
  entries: Entries<Value> | undefined,
  name: string,
  value: Value,
): Record<string, Value> => ({ ...entries, [name]: value });

export const withoutEntry = <Value>(entries: Entries<Value> | undefined, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => key !== name));

/** A map as it was sent: JSON's null in place of a value counts as an empty text. */
export const texts = (entries: Entries<string | null> | undefined): Record<string, string> | undefined =>
  entries && Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, value ?? '']));

/** A map as it was sent, where a name without a value counts as not sent. */
export const given = <Value>(entries: Entries<Value | null> | undefined): Record<string, Value> | undefined =>
  entries &&
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]): [string, Value][] => (value === null ? [] : [[name, value]])),
  );

/** An empty map left behind by a patch is no map: AWS leaves the member out. */
export const unlessEmpty = <Value>(entries: Record<string, Value>): Record<string, Value> | undefined =>
  Object.keys(entries).length === 0 ? undefined : entries;

/** A copy without the members that are undefined: what is not set is absent, in documents and in answers. */
export function present<Members extends object>(members: Members): Present<Members>;
export function present(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Members that may be undefined become optional ones. */
export type Present<Members> = {
  [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name];
} & { [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<Members[Name], undefined> };
