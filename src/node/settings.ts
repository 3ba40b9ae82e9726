/**
 * What can be configured: one table gives each setting its type, default, check and documentation. Values come from
 * `gatewright.yaml`, then `GATEWRIGHT_*` variables, then flags; the later one wins. An unknown key is an error that
 * names the nearest known one. `docs/configuration.md` is generated from this table (a test compares).
 */
import { parse as parseYaml } from 'yaml';

interface Text {
  readonly type: 'text';
  readonly default: string;
  readonly oneOf?: readonly string[];
  readonly pattern?: RegExp;
  readonly about: string;
}
interface Whole {
  readonly type: 'whole';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly about: string;
}

export const table = {
  dataDir: { type: 'text', default: '.gatewright', about: 'directory of everything the gateway keeps' },
  managementHost: { type: 'text', default: '127.0.0.1', about: 'address of the management endpoint' },
  managementPort: {
    type: 'whole',
    default: 4000,
    min: 0,
    max: 65_535,
    about: 'TCP port of the management endpoint; 0 picks a free one',
  },
  trafficHost: { type: 'text', default: '0.0.0.0', about: 'address of the traffic endpoint' },
  trafficPort: {
    type: 'whole',
    default: 8080,
    min: 0,
    max: 65_535,
    about: 'TCP port of the traffic endpoint; 0 picks a free one',
  },
  trafficTlsPort: {
    type: 'whole',
    default: 8443,
    min: 0,
    max: 65_535,
    about: 'TCP port of the traffic endpoint over TLS; used when a certificate is given',
  },
  tlsCertificate: { type: 'text', default: '', about: 'PEM file with the certificate chain of the traffic endpoint' },
  tlsKey: { type: 'text', default: '', about: 'PEM file with the private key of that certificate' },
  workers: { type: 'whole', default: 0, min: 0, max: 256, about: 'gate workers (threads); 0 means one a core' },
  accountId: {
    type: 'text',
    default: '000000000000',
    pattern: /^\d{12}$/,
    about: 'account that the root access key belongs to: twelve digits',
  },
  region: {
    type: 'text',
    default: 'us-east-1',
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    about: 'region of the sample API and of the command line',
  },
  rootAccessKeyId: { type: 'text', default: '', about: 'root access key id; made at the first start when empty' },
  rootSecretAccessKey: {
    type: 'text',
    default: '',
    about: 'root secret access key; made at the first start when empty',
  },
  sample: {
    type: 'text',
    default: 'on',
    oneOf: ['on', 'off'],
    about: 'whether the first start deploys the sample API',
  },
  checkIssuers: {
    type: 'text',
    default: 'off',
    oneOf: ['on', 'off'],
    about: 'whether a JWT authorizer is refused when its issuer does not answer, as Amazon API Gateway does it',
  },
  drainMs: {
    type: 'whole',
    default: 30_000,
    min: 0,
    max: 900_000,
    about: 'how long a stopping process waits for requests, management calls and events in flight, in milliseconds',
  },
  logLevel: {
    type: 'text',
    default: 'info',
    oneOf: ['debug', 'info', 'warn', 'error', 'silent'],
    about: 'least level that the application log writes',
  },
  'limits.bodyBytes': {
    type: 'whole',
    default: 10_485_760,
    min: 1024,
    max: 2 ** 40,
    about: 'largest request body of the traffic endpoint, in bytes',
  },
  'limits.headerBytes': {
    type: 'whole',
    default: 10_240,
    min: 1024,
    max: 1_048_576,
    about: 'largest total of request header names and values, in bytes',
  },
  'limits.integrationTimeoutMs': {
    type: 'whole',
    default: 900_000,
    min: 50,
    max: 86_400_000,
    about: 'longest integration timeout that a method may ask for, in milliseconds (its default stays 29,000)',
  },
  'functions.concurrencyMax': {
    type: 'whole',
    default: 1_000,
    min: 1,
    max: 100_000,
    about: 'invocations at a time of all functions together',
  },
  'functions.idleMs': {
    type: 'whole',
    default: 600_000,
    min: 1_000,
    max: 86_400_000,
    about: 'how long an execution environment without work is kept, in milliseconds',
  },
  'functions.interpreters.nodejs': { type: 'text', default: '', about: 'path of the Node.js that runs functions' },
  'functions.interpreters.python': { type: 'text', default: '', about: 'path of the Python that runs functions' },
  'functions.interpreters.java': { type: 'text', default: '', about: 'path of the java command that runs functions' },
  'functions.interpreters.ruby': { type: 'text', default: '', about: 'path of the Ruby that runs functions' },
  'functions.interpreters.dotnet': {
    type: 'text',
    default: '',
    about: 'path of the dotnet command that runs functions',
  },
  'functions.libraries.nodejs': {
    type: 'text',
    default: '',
    about: 'folder of packages (a `node_modules`) that Node.js functions find after their own and those of layers',
  },
  'functions.libraries.python': {
    type: 'text',
    default: '',
    about: 'folder of modules that Python functions find after their own and those of layers',
  },
  'functions.libraries.java': {
    type: 'text',
    default: '',
    about: 'folder with the Java runtime interface client, for packages that do not bring it',
  },
} as const satisfies Record<string, Text | Whole>;

/** Settings that map names of the user's to values. In the file they are nested; a flag holds one entry. */
const maps = {
  services: {
    key: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
    keyIs: 'the name of an AWS service',
    value: (raw: unknown) => typeof raw === 'string' && URL.canParse(raw) && /^https?:/.test(raw),
    valueIs: 'an http:// or https:// address',
  },
  'functions.layers': {
    key: /^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+$/,
    keyIs: 'the ARN of a layer version',
    value: (raw: unknown) => typeof raw === 'string' && raw !== '',
    valueIs: 'the path of a directory',
  },
} as const;

type MapName = keyof typeof maps;
const mapNames: readonly MapName[] = ['services', 'functions.layers'];

/** Of `services.sqs` or `functions.layers.arn:…` the map, and the entry's name. */
function entryIn(name: string): { readonly map: MapName; readonly key: string } | undefined {
  const map = mapNames.find((each) => name.startsWith(`${each}.`));
  return map && { map, key: name.slice(map.length + 1) };
}

type Row = (typeof table)[keyof typeof table];
type ValueOf<Entry extends Row> = Entry extends { type: 'whole' }
  ? number
  : Entry extends { oneOf: readonly (infer Word)[] }
    ? Word
    : string;

export type Settings = { readonly [Name in keyof typeof table]: ValueOf<(typeof table)[Name]> } & {
  /** AWS service name to the endpoint that stands in for it; a service that is not here is called at AWS. */
  readonly services: Readonly<Record<string, string>>;
  /** Layer version ARN to the directory that stands in for it. */
  readonly 'functions.layers': Readonly<Record<string, string>>;
};

/** A value that cannot be used: the message names where it stands and what would do. */
export class SettingsError extends Error {}

interface Source {
  /** Setting name, or `services.{name}` and the like, to its raw value and to how the user knows it. */
  readonly values: ReadonlyMap<string, { readonly raw: unknown; readonly where: string }>;
}

/**
 * @param yaml text of `gatewright.yaml`, undefined when there is none
 * @param flags flag name without dashes (`traffic-port`) to value
 * @throws SettingsError
 */
export function readSettings(
  yaml: { readonly path: string; readonly text: string } | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  flags: ReadonlyMap<string, string>,
): Settings {
  const sources = [yaml === undefined ? noValues : fromYaml(yaml), fromEnvironment(environment), fromFlags(flags)];
  const entries: Record<MapName, Record<string, string>> = { services: {}, 'functions.layers': {} };
  const values: Record<string, string | number> = {};
  for (const [name, row] of Object.entries(table)) values[name] = row.default;
  for (const { values: given } of sources) {
    for (const [name, { raw, where }] of given) {
      const entry = entryIn(name);
      if (entry !== undefined) entries[entry.map][entry.key] = checkedEntry(entry, raw, where);
      else if (isSetting(name)) values[name] = checked(table[name], raw, where);
    }
  }
  return settingsOf(values, entries);
}

const noValues: Source = { values: new Map() };

/** Names with a dot are nested in the file. */
const isGroup = (name: string): boolean =>
  isMap(name) || Object.keys(table).some((setting) => setting.startsWith(`${name}.`));

const isMap = (name: string): boolean => Object.hasOwn(maps, name);

const isSetting = (name: string): name is keyof typeof table => Object.hasOwn(table, name);

/** Every name of the table has been filled with a checked value of its type; this is the one place that relies on it. */
const settingsOf = (
  values: Record<string, string | number>,
  entries: Record<MapName, Record<string, string>>,
): Settings => ({ ...values, ...entries }) as unknown as Settings;

function fromYaml({ path, text }: { path: string; text: string }): Source {
  let document: unknown;
  try {
    document = parseYaml(text, { schema: 'core' });
  } catch (error) {
    throw new SettingsError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (document === null || document === undefined) return noValues;
  if (typeof document !== 'object' || Array.isArray(document)) throw new SettingsError(`${path}: expected a mapping`);
  const values = new Map<string, { raw: unknown; where: string }>();
  const walk = (node: object, prefix: string): void => {
    for (const [key, raw] of Object.entries(node)) {
      const name = prefix + key;
      const where = `${path}: ${name}`;
      if (isGroup(name) && raw !== null && typeof raw === 'object') walk(raw, `${name}.`);
      else if (isSetting(name) || isMap(prefix.slice(0, -1))) values.set(name, { raw, where });
      else throw unknown(where, name, [...Object.keys(table), 'services.{service}', 'functions.layers']);
    }
  };
  walk(document, '');
  return { values };
}

/** `trafficPort` is `GATEWRIGHT_TRAFFIC_PORT`, `limits.bodyBytes` is `GATEWRIGHT_LIMITS_BODY_BYTES`. */
export const variableOf = (name: string): string =>
  `GATEWRIGHT_${name
    .replaceAll('.', '_')
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()}`;

/** `trafficPort` is `--traffic-port`, `limits.bodyBytes` is `--limits-body-bytes`. */
export const flagOf = (name: string): string =>
  name.replaceAll('.', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What begins a flag that holds an entry of a map, without dashes: `services-`. */
export const entryFlags: readonly string[] = mapNames.map((name) => `${flagOf(name)}-`);

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Source {
  const byVariable = new Map(Object.keys(table).map((name) => [variableOf(name), name]));
  const values = new Map<string, { raw: unknown; where: string }>();
  for (const [variable, raw] of Object.entries(environment)) {
    if (raw === undefined || !variable.startsWith('GATEWRIGHT_')) continue;
    if (variable === layersVariable) {
      for (const { key, directory } of layersIn(raw))
        values.set(`functions.layers.${key}`, { raw: directory, where: `environment: ${variable}: ${key}` });
      continue;
    }
    const name = variable.startsWith('GATEWRIGHT_SERVICES_')
      ? `services.${variable.slice('GATEWRIGHT_SERVICES_'.length).toLowerCase().replaceAll('_', '-')}`
      : byVariable.get(variable);
    if (name === undefined) throw unknown(`environment: ${variable}`, variable, [...byVariable.keys(), layersVariable]);
    values.set(name, { raw, where: `environment: ${variable}` });
  }
  return { values };
}

/** No variable's name can hold an ARN: one holds them all, `{arn}={directory}` with commas in between. */
const layersVariable = variableOf('functions.layers');

const layersIn = (text: string): readonly { readonly key: string; readonly directory: string }[] =>
  text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [key = '', ...directory] = pair.split('=');
      return { key, directory: directory.join('=') };
    });

function fromFlags(flags: ReadonlyMap<string, string>): Source {
  const byFlag = new Map(Object.keys(table).map((name) => [flagOf(name), name]));
  const values = new Map<string, { raw: unknown; where: string }>();
  for (const [flag, raw] of flags) {
    const map = mapNames.find((each) => flag.startsWith(`${flagOf(each)}-`));
    const name = map === undefined ? byFlag.get(flag) : `${map}.${flag.slice(flagOf(map).length + 1)}`;
    if (name === undefined) throw unknown(`--${flag}`, flag, [...byFlag.keys()]);
    values.set(name, { raw, where: `--${flag}` });
  }
  return { values };
}

function checked(row: Row, raw: unknown, where: string): string | number {
  if (row.type === 'whole') {
    const value =
      typeof raw === 'number' ? raw : typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < row.min || value > row.max)
      throw new SettingsError(`${where}: ${JSON.stringify(raw)} is not a whole number from ${row.min} to ${row.max}`);
    return value;
  }
  // YAML turns an unquoted account id into a number and `off` stays text in schema core; booleans are on/off here.
  const value = typeof raw === 'boolean' ? (raw ? 'on' : 'off') : typeof raw === 'number' ? String(raw) : raw;
  if (typeof value !== 'string') throw new SettingsError(`${where}: ${JSON.stringify(raw)} is not text`);
  if ('oneOf' in row && !row.oneOf.some((allowed) => allowed === value))
    throw new SettingsError(`${where}: ${JSON.stringify(value)} is not one of ${row.oneOf.join(', ')}`);
  if ('pattern' in row && !row.pattern.test(value))
    throw new SettingsError(`${where}: ${JSON.stringify(value)} does not fit: ${row.about}`);
  return value;
}

function checkedEntry({ map, key }: { map: MapName; key: string }, raw: unknown, where: string): string {
  const { key: pattern, keyIs, value, valueIs } = maps[map];
  if (!pattern.test(key)) throw new SettingsError(`${where}: ${JSON.stringify(key)} is not ${keyIs}`);
  if (typeof raw !== 'string' || !value(raw))
    throw new SettingsError(`${where}: ${JSON.stringify(raw)} is not ${valueIs}`);
  return raw;
}

function unknown(where: string, given: string, known: readonly string[]): SettingsError {
  return new SettingsError(`${where} is not a setting; did you mean ${nearest(given, known)}?`);
}

/** The known word with the fewest edits (Levenshtein) from the given one. */
export function nearest(given: string, known: readonly string[]): string {
  const distance = (word: string): number => {
    let row = Array.from({ length: word.length + 1 }, (_, index) => index);
    for (let i = 1; i <= given.length; i++) {
      const next = [i];
      for (let j = 1; j <= word.length; j++) {
        const substitution = row[j - 1]! + (given[i - 1]?.toLowerCase() === word[j - 1]?.toLowerCase() ? 0 : 1);
        next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
      }
      row = next;
    }
    return row[word.length]!;
  };
  return known.reduce((best, word) => (distance(word) < distance(best) ? word : best), known[0] ?? '');
}
