/**
 * API keys: who calls. Decides what a key may look like, its patch operations, and how keys are read from a file.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateApiKey; Developer Guide, "API Gateway API key
 * file format"; texts are recorded answers where AWS's are known.
 */
import type { ApiKey } from './account.ts';
import { present } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import { flag, patchTable, refuseListing, set, text } from './patch.ts';
import type { Strings } from './rest-api.ts';
import { newTags } from './tags.ts';

export const invalidApiKey = (): ServiceError => notFound('Invalid API Key identifier specified');

const nameMax = 1024;
const descriptionMax = 125_000;
const valueMin = 20;
const valueMax = 128;

export interface ApiKeyInput {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly customerId?: string | undefined;
  readonly stageKeys?:
    | readonly { readonly restApiId?: string | undefined; readonly stageName?: string | undefined }[]
    | undefined;
  readonly tags?: Strings | undefined;
}

/**
 * Whether the value is taken and the stages exist is for the caller to look up.
 * @throws BadRequestException when a member is too long or the value not one for a key
 */
export function newApiKey(
  input: ApiKeyInput,
  birth: { readonly id: string; readonly value: string; readonly nowMs: number },
): ApiKey {
  const { id, value, nowMs } = birth;
  if (value.length < valueMin) throw badRequest(`API Key value should be at least ${valueMin} characters`);
  if (value.length > valueMax) throw badRequest(`API Key value should be at most ${valueMax} characters`);
  return present({
    id,
    value,
    name: keyName(input.name),
    customerId: text(input.customerId),
    description: keyDescription(input.description),
    enabled: input.enabled ?? false,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    stageKeys: [...new Set(input.stageKeys?.map(({ restApiId, stageName }) => `${restApiId}/${stageName}`))],
    tags: newTags(input.tags),
  });
}

function keyName(name: string | undefined): string | undefined {
  if ((name?.length ?? 0) > nameMax) throw badRequest(`Invalid API Key name, can be at most ${nameMax} characters.`);
  return text(name);
}

function keyDescription(description: string | undefined): string | undefined {
  if ((description?.length ?? 0) > descriptionMax) throw badRequest('Invalid API Key description specified.');
  return text(description);
}

export const apiKeyPatch = patchTable<ApiKey>(refuseListing, [
  { path: '/description', replace: set('description', keyDescription) },
  { path: '/enabled', replace: set('enabled', flag) },
  { path: '/name', replace: set('name', keyName) },
  { path: '/customerId', replace: set('customerId', text) },
  {
    path: '/stages',
    add: (key, { value }) => ({ ...key, stageKeys: [...new Set([...key.stageKeys, stageKey(value)])] }),
    remove: (key, { value }) => ({ ...key, stageKeys: key.stageKeys.filter((each) => each !== stageKey(value)) }),
  },
  {
    path: '/labels',
    add: (key, { value }) => ({ ...key, labels: [...new Set([...(key.labels ?? []), label(value)])] }),
    remove: (key, { value }) => ({ ...key, labels: (key.labels ?? []).filter((each) => each !== value) }),
  },
]);

/** `{restApiId}/{stageName}`. */
function stageKey(value: string | undefined): string {
  if (value === undefined || !/^[^/]+\/[^/]+$/.test(value)) throw badRequest('Invalid stage key specified');
  return value;
}

function label(value: string | undefined): string {
  if (value === undefined || value === '' || value.length > 128) throw badRequest('Invalid label specified');
  return value;
}

// Files of keys.

export interface ImportedKey {
  /** Where it stands in the file; the header is line 1. */
  readonly line: number;
  readonly input: ApiKeyInput;
  readonly value: string;
  readonly usagePlanIds: readonly string[];
}

const importedMax = 10_000;
const importedValueMin = 30;

/**
 * Reads comma-separated keys: the header names the columns in any order and case (`name` and `key` are needed;
 * `description`, `enabled`, `usageplanids`; others are ignored).
 * @returns the keys that can be made, and a warning for each line that cannot
 * @throws BadRequestException when the file as a whole is none
 */
export function importedKeys(file: string): { readonly keys: ImportedKey[]; readonly warnings: string[] } {
  const [header, ...records] = recordsOf(file);
  const columns = header?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  for (const needed of ['name', 'key'])
    if (!columns.includes(needed)) throw badRequest(`API key file has no column '${needed}'`);
  if (records.length > importedMax) throw badRequest(`API key file has more than ${importedMax} keys`);
  const keys: ImportedKey[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const { line, fields } of records) {
    const field = (column: string): string => fields[columns.indexOf(column)]?.trim() ?? '';
    const value = field('key');
    const fault = faultOf(value, field('enabled'), seen);
    if (fault !== undefined) warnings.push(`Line ${line}: ${fault}`);
    else {
      seen.add(value);
      const enabled = field('enabled').toLowerCase() !== 'false';
      const input = { name: field('name'), description: field('description'), enabled };
      keys.push({
        line,
        input,
        value,
        usagePlanIds: field('usageplanids')
          .split(/[,;\s]+/)
          .filter((id) => id !== ''),
      });
    }
  }
  return { keys, warnings };
}

function faultOf(value: string, enabled: string, seen: ReadonlySet<string>): string | undefined {
  if (value.length < importedValueMin || value.length > valueMax)
    return `the key must have ${importedValueMin} to ${valueMax} characters`;
  if (seen.has(value)) return 'the key is in the file already';
  return /^(true|false|)$/i.test(enabled) ? undefined : `'${enabled.slice(0, 20)}' is neither true nor false`;
}

/** Lines that are not empty, split at commas outside of single or double quotes; a doubled quote is one. */
function recordsOf(file: string): { line: number; fields: string[] }[] {
  return file
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((text, index) => ({ line: index + 1, fields: text.trim() === '' ? [] : fieldsOf(text) }))
    .filter(({ fields }) => fields.length > 0);
}

function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? '';
    if (quote !== undefined) {
      if (char !== quote) field += char;
      else if (line[at + 1] === quote) {
        field += quote;
        at++;
      } else quote = undefined;
    } else if ((char === '"' || char === "'") && field.trim() === '') {
      quote = char;
      field = '';
    } else if (char === ',') {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return [...fields, field];
}
