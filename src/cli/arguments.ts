/** Reads a command's arguments: the options it declares, and those of the settings table. */
import { parseArgs } from 'node:util';
import { entryFlags, flagOf, nearest, table } from '../node/settings.ts';
import { UsageError } from './command.ts';

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>>;

export interface Arguments {
  readonly positionals: readonly string[];
  /** Last value of a text option. */
  text(name: string): string | undefined;
  /** All values of an option that may be repeated. */
  texts(name: string): readonly string[];
  on(name: string): boolean;
  /** Flags that are settings, without dashes. */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * @param options the command's own options; `json` is always there
 * @throws UsageError naming the nearest known option
 */
export function readArguments(args: readonly string[], options: Options, positionalsMax: number): Arguments {
  const settingFlags = Object.keys(table).map(flagOf);
  const all: Options = {
    ...Object.fromEntries(settingFlags.map((flag) => [flag, { type: 'string' }])),
    json: { type: 'boolean' },
    ...options,
  };
  const entries = args.filter((arg) => entryFlags.some((flag) => arg.startsWith(`--${flag}`)));
  for (const entry of entries) if (!entry.includes('=')) throw new UsageError(`${entry} wants =VALUE`);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: args.filter((arg) => !entries.includes(arg)),
      options: Object.fromEntries(Object.entries(all).map(([name, option]) => [name, { ...option }])),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const unknown = /Unknown option '(--?[^']+)'/.exec(String(error))?.[1];
    if (unknown === undefined) throw new UsageError(error instanceof Error ? error.message : String(error));
    const known = nearest(unknown.replace(/^-+/, ''), Object.keys(all));
    throw new UsageError(`unknown option ${unknown}; did you mean --${known}?`);
  }
  const { values, positionals } = parsed;
  if (positionals.length > positionalsMax) throw new UsageError(`unexpected argument ${positionals[positionalsMax]}`);
  const texts = (name: string): string[] =>
    [values[name]].flat().filter((value): value is string => typeof value === 'string');
  const settings = new Map<string, string>();
  for (const flag of settingFlags) {
    const value = options[flag] === undefined ? texts(flag).at(-1) : undefined;
    if (value !== undefined) settings.set(flag, value);
  }
  for (const entry of entries) {
    const [flag = '', ...value] = entry.slice(2).split('=');
    settings.set(flag, value.join('='));
  }
  return { positionals, texts, settings, text: (name) => texts(name).at(-1), on: (name) => values[name] === true };
}
