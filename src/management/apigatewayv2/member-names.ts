/**
 * Members of inputs and outputs begin with a capital in the service's SDK and with a small letter in documents. Only
 * the members of the value itself are renamed: maps and structures inside are the caller's.
 */

export type Uncapitalized<Members> = {
  [Name in keyof Members as Name extends string ? Uncapitalize<Name> : never]: Members[Name];
};

/** Members that are undefined are left out. */
export function uncapitalized<Members extends object>(members: Members): Uncapitalized<Members>;
export function uncapitalized(members: object): object {
  return renamed(members, (name) => name.charAt(0).toLowerCase() + name.slice(1));
}

export type Capitalized<Members> = {
  [Name in keyof Members as Name extends string ? Capitalize<Name> : never]: Members[Name];
};

/** Members that are undefined are left out. */
export function capitalized<Members extends object>(members: Members): Capitalized<Members>;
export function capitalized(members: object): object {
  return renamed(members, (name) => name.charAt(0).toUpperCase() + name.slice(1));
}

const renamed = (members: object, rename: (name: string) => string): object =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[rename(name), value]])),
  );

/** The same keys with other values. */
export const mapped = <Value, Other>(
  entries: Readonly<Record<string, Value>>,
  change: (value: Value) => Other,
): Record<string, Other> => Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));
