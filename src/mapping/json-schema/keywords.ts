/**
 * The keywords of JSON Schema draft 4: for each, to which types of values it speaks, and its check. A check gives
 * whether the value is valid, and tells what is wrong when somebody listens. Faults inside `anyOf`, `allOf`, `oneOf`
 * and `not` are summed up in one text.
 */
import { compileEcmaPattern } from '../regex/ecma.ts';
import { canonical, shown, shownText } from './canonical.ts';
import { formats } from './formats.ts';

export type SchemaObject = Readonly<Record<string, unknown>>;
export type InstanceType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** One validation. */
export interface Run {
  /** Null while nobody listens. */
  faults: string[] | null;
  steps: number;
  depth: number;
}

export type Check = (instance: unknown, run: Run) => boolean;

/** What a keyword needs to compile the schemas inside it. */
export interface Subschemas {
  compile(schema: unknown, keyword: string): Check;
  fail(message: string, keyword: string): Error;
}

type Compile = (value: unknown, schema: SchemaObject, subschemas: Subschemas) => Check | undefined;

interface Keyword {
  readonly name: string;
  readonly types: readonly InstanceType[];
  readonly compile: Compile;
}

const all: readonly InstanceType[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

/** By type of value, in the order in which faults are told: keywords by name, members last. */
export function checksOf(schema: SchemaObject, subschemas: Subschemas): ReadonlyMap<InstanceType, readonly Check[]> {
  const checks = new Map<InstanceType, Check[]>();
  for (const { name, types, compile } of keywords) {
    const check = compile(Object.hasOwn(schema, name) ? schema[name] : undefined, schema, subschemas);
    if (check === undefined) continue;
    for (const type of types) {
      const list = checks.get(type) ?? [];
      list.push(check);
      checks.set(type, list);
    }
  }
  return checks;
}

function tell(run: Run, fault: string): false {
  run.faults?.push(fault);
  return false;
}

/** Whether a value is valid, told to nobody. */
function quietly(check: Check, instance: unknown, run: Run): boolean {
  const { faults, depth } = run;
  run.faults = null;
  const valid = check(instance, run);
  run.faults = faults;
  run.depth = depth;
  return valid;
}

const isObject = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isStrings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const ownOf = (object: SchemaObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);

/** A keyword whose value is a number, of values that have some measure. */
const numeric = (
  name: string,
  types: readonly InstanceType[],
  check: (limit: number, schema: SchemaObject) => (instance: never) => string | null,
): Keyword => ({
  name,
  types,
  compile: (value, schema, { fail }) => {
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw fail(`${name} must be a number`, name);
    const faultOf = check(value, schema) as (instance: unknown) => string | null;
    return (instance, run) => {
      const fault = faultOf(instance);
      return fault === null || tell(run, fault);
    };
  },
});

/** A keyword whose value is a list of schemas that apply to the same value. */
const combined = (
  name: string,
  decide: (matched: number, count: number) => string | null,
  enough: (matched: number, tried: number) => boolean,
): Keyword => ({
  name,
  types: all,
  compile: (value, _, { compile, fail }) => {
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length === 0) throw fail(`${name} must be a list of schemas`, name);
    const checks = value.map((schema, index) => compile(schema, `${name}/${index}`));
    return (instance, run) => {
      let matched = 0;
      for (let index = 0; index < checks.length; index++) {
        if (quietly(checks[index]!, instance, run)) matched++;
        if (enough(matched, index + 1) || (run.faults === null && name === 'allOf' && matched <= index)) break;
      }
      const fault = decide(matched, checks.length);
      return fault === null || tell(run, fault);
    };
  },
});

const lengthOf = (text: string): number => {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0xdc00 || code > 0xdfff || !isHighSurrogate(text.charCodeAt(i - 1))) length++;
  }
  return length;
};
const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

const isMultiple = (value: number, divisor: number): boolean => {
  if (!Number.isFinite(value) || divisor === 0) return false;
  if (Number.isInteger(value) && Number.isInteger(divisor)) return value % divisor === 0;
  // Decimal fractions: 0.3 is a multiple of 0.1, though not in binary.
  const quotient = value / divisor;
  return Math.abs(quotient - Math.round(quotient)) <= Number.EPSILON * Math.max(1, Math.abs(quotient));
};

function pattern(source: string, keyword: string, fail: Subschemas['fail']): (text: string, run: Run) => boolean {
  let compiled: ReturnType<typeof compileEcmaPattern>;
  try {
    compiled = compileEcmaPattern(source);
  } catch (error) {
    throw fail(`pattern ${source} is wrong: ${error instanceof Error ? error.message : String(error)}`, keyword);
  }
  return (text, run) => {
    run.steps -= text.length >> 4;
    try {
      return compiled.find(text) !== undefined;
    } catch {
      // A pattern that takes too long on a text does not match it.
      return false;
    }
  };
}

const typeNames = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
const typeNameOf = (instance: unknown): string => {
  if (instance === null) return 'null';
  if (Array.isArray(instance)) return 'array';
  return typeof instance === 'number' && Number.isInteger(instance) ? 'integer' : typeof instance;
};

/** Schemas of the members of objects: `properties`, `patternProperties` and a schema in `additionalProperties`. */
interface Members {
  readonly named: ReadonlyMap<string, Check>;
  readonly patterned: readonly { readonly matches: (name: string, run: Run) => boolean; readonly check: Check }[];
  readonly others: Check | undefined;
}

function membersOf(schema: SchemaObject, { compile, fail }: Subschemas): Members {
  const named = new Map<string, Check>();
  const properties = ownOf(schema, 'properties');
  if (properties !== undefined && !isObject(properties)) throw fail('properties must be an object', 'properties');
  for (const [name, part] of Object.entries(properties ?? {})) named.set(name, compile(part, `properties/${name}`));
  const patterns = ownOf(schema, 'patternProperties');
  if (patterns !== undefined && !isObject(patterns)) {
    throw fail('patternProperties must be an object', 'patternProperties');
  }
  const patterned = Object.entries(patterns ?? {}).map(([source, part]) => ({
    matches: pattern(source, 'patternProperties', fail),
    check: compile(part, `patternProperties/${source}`),
  }));
  const additional = ownOf(schema, 'additionalProperties');
  const others = isObject(additional) ? compile(additional, 'additionalProperties') : undefined;
  return { named, patterned, others };
}

const members: Compile = (_, schema, subschemas) => {
  const { named, patterned, others } = membersOf(schema, subschemas);
  if (named.size === 0 && patterned.length === 0 && others === undefined) return undefined;
  const sortedNames = [...named.keys()].sort();
  const checkMember = (object: SchemaObject, name: string, run: Run): boolean => {
    let valid = true;
    const own = named.get(name);
    let looked = own !== undefined;
    if (own !== undefined && !own(object[name], run)) valid = false;
    for (const { matches, check } of patterned) {
      if (!matches(name, run)) continue;
      looked = true;
      if (!check(object[name], run)) valid = false;
    }
    if (!looked && others !== undefined && !others(object[name], run)) valid = false;
    return valid;
  };
  const onlyNamed = patterned.length === 0 && others === undefined;
  return (instance, run) => {
    const object = instance as SchemaObject;
    let valid = true;
    for (const name of onlyNamed ? sortedNames : Object.keys(object).sort()) {
      if (onlyNamed && !Object.hasOwn(object, name)) continue;
      if (checkMember(object, name, run)) continue;
      if (run.faults === null) return false;
      valid = false;
    }
    return valid;
  };
};

const elements: Compile = (_, schema, { compile, fail }) => {
  const items = ownOf(schema, 'items');
  const additional = ownOf(schema, 'additionalItems');
  // Without `items`, a schema of additional items is one of all items: not what the draft says, but what fge does.
  if (items === undefined) {
    if (!isObject(additional)) return undefined;
  } else if (!isObject(items) && !Array.isArray(items))
    throw fail('items must be a schema or a list of schemas', 'items');
  const first = Array.isArray(items) ? items.map((item, index) => compile(item, `items/${index}`)) : [];
  const others = isObject(items)
    ? compile(items, 'items')
    : isObject(additional)
      ? compile(additional, 'additionalItems')
      : undefined;
  return (instance, run) => {
    const list = instance as readonly unknown[];
    const end = others === undefined ? Math.min(first.length, list.length) : list.length;
    let valid = true;
    for (let index = 0; index < end; index++) {
      if ((first[index] ?? others)!(list[index], run)) continue;
      if (run.faults === null) return false;
      valid = false;
    }
    return valid;
  };
};

const additionalItems: Compile = (value, schema) => {
  const items = ownOf(schema, 'items');
  if (value !== false || !Array.isArray(items)) return undefined;
  const allowed = items.length;
  return (instance, run) => {
    const { length } = instance as readonly unknown[];
    if (length <= allowed) return true;
    return tell(run, `schema only allows ${allowed} elements in array but instance has ${length} elements`);
  };
};

const additionalProperties: Compile = (value, schema, subschemas) => {
  if (value !== undefined && typeof value !== 'boolean' && !isObject(value)) {
    throw subschemas.fail('additionalProperties must be a boolean or a schema', 'additionalProperties');
  }
  if (value !== false) return undefined;
  const properties = ownOf(schema, 'properties');
  const named = new Set(isObject(properties) ? Object.keys(properties) : []);
  const patterns = ownOf(schema, 'patternProperties');
  const patterned = (isObject(patterns) ? Object.keys(patterns) : []).map((source) =>
    pattern(source, 'patternProperties', subschemas.fail),
  );
  return (instance, run) => {
    const unexpected = Object.keys(instance as SchemaObject).filter(
      (name) => !named.has(name) && !patterned.some((matches) => matches(name, run)),
    );
    if (unexpected.length === 0) return true;
    const names = shown(unexpected.sort());
    return tell(run, `object instance has properties which are not allowed by the schema: ${names}`);
  };
};

const dependencies: Compile = (value, _, { compile, fail }) => {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw fail('dependencies must be an object', 'dependencies');
  const checks: { readonly name: string; readonly check: Check }[] = [];
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, needed] of entries) {
    if (!isStrings(needed)) continue;
    const required = shown([...needed].sort());
    checks.push({
      name,
      check: (instance, run) => {
        const missing = needed.filter((other) => !Object.hasOwn(instance as SchemaObject, other)).sort();
        if (missing.length === 0) return true;
        return tell(
          run,
          `property "${name}" of object has missing property dependencies (schema requires ${required}; missing: ${shown(missing)})`,
        );
      },
    });
  }
  for (const [name, needed] of entries) {
    if (!isStrings(needed)) checks.push({ name, check: compile(needed, `dependencies/${name}`) });
  }
  return (instance, run) => {
    let valid = true;
    for (const { name, check } of checks) {
      if (Object.hasOwn(instance as SchemaObject, name) && !check(instance, run)) valid = false;
    }
    return valid;
  };
};

const enumeration: Compile = (value, _, { fail }) => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw fail('enum must be a list', 'enum');
  const possible = shown(value);
  const leaves = new Set(value.filter((item) => typeof item !== 'object' || item === null));
  const structures = new Set(
    value.filter((item) => typeof item === 'object' && item !== null).map((item) => canonical(item)),
  );
  return (instance, run) => {
    const isLeaf = typeof instance !== 'object' || instance === null;
    if (isLeaf ? leaves.has(instance) : structures.size > 0 && structures.has(canonical(instance, run))) return true;
    return tell(run, `instance value (${shown(instance)}) not found in enum (possible values: ${possible})`);
  };
};

const format: Compile = (value) => {
  const faultOf = typeof value === 'string' ? formats.get(value) : undefined;
  if (faultOf === undefined) return undefined;
  return (instance, run) => {
    const fault = faultOf(instance as string, shownText(instance as string));
    return fault === null || tell(run, fault);
  };
};

const not: Compile = (value, _, { compile }) => {
  if (value === undefined) return undefined;
  const check = compile(value, 'not');
  return (instance, run) =>
    !quietly(check, instance, run) || tell(run, 'instance matched a schema which it should not have');
};

const patternKeyword: Compile = (value, _, { fail }) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw fail('pattern must be a string', 'pattern');
  const matches = pattern(value, 'pattern', fail);
  return (instance, run) =>
    matches(instance as string, run) ||
    tell(run, `ECMA 262 regex "${value}" does not match input string "${shownText(instance as string)}"`);
};

const required: Compile = (value, _, { fail }) => {
  if (value === undefined) return undefined;
  if (!isStrings(value)) throw fail('required must be a list of names', 'required');
  const names = [...new Set(value)].sort();
  return (instance, run) => {
    const isMissing = (name: string): boolean => !Object.hasOwn(instance as SchemaObject, name);
    if (!names.some(isMissing)) return true;
    return tell(run, `object has missing required properties (${shown(names.filter(isMissing))})`);
  };
};

const type: Compile = (value, _, { fail }) => {
  if (value === undefined) return undefined;
  const names = typeof value === 'string' ? [value] : value;
  if (!isStrings(names) || !names.every((name) => typeNames.includes(name))) {
    throw fail(`type must be one or several of ${typeNames.join(', ')}`, 'type');
  }
  const allowed = new Set(names);
  if (allowed.has('number')) allowed.add('integer');
  const listed = shown([...allowed].sort());
  return (instance, run) => {
    const name = typeNameOf(instance);
    if (allowed.has(name)) return true;
    return tell(run, `instance type (${name}) does not match any allowed primitive type (allowed: ${listed})`);
  };
};

const uniqueItems: Compile = (value) => {
  if (value !== true) return undefined;
  return (instance, run) => {
    const seen = new Set<string>();
    for (const item of instance as readonly unknown[]) {
      const text = canonical(item, run);
      if (seen.has(text)) return tell(run, 'array must not contain duplicate elements');
      seen.add(text);
    }
    return true;
  };
};

const number = (text: number): string => shown(text);
const exclusive = (schema: SchemaObject, keyword: string): boolean => ownOf(schema, keyword) === true;
const count = (instance: SchemaObject): number => Object.keys(instance).length;

/** In the order in which their faults are told. */
const keywords: readonly Keyword[] = [
  { name: 'additionalItems', types: ['array'], compile: additionalItems },
  { name: 'additionalProperties', types: ['object'], compile: additionalProperties },
  combined(
    'allOf',
    (matched, of) =>
      matched === of ? null : `instance failed to match all required schemas (matched only ${matched} out of ${of})`,
    () => false,
  ),
  combined(
    'anyOf',
    (matched, of) => (matched > 0 ? null : `instance failed to match at least one required schema among ${of}`),
    (matched) => matched > 0,
  ),
  { name: 'dependencies', types: ['object'], compile: dependencies },
  { name: 'enum', types: all, compile: enumeration },
  numeric(
    'maxItems',
    ['array'],
    (limit) =>
      ({ length }: readonly unknown[]) =>
        length <= limit
          ? null
          : `array is too long: must have at most ${limit} elements but instance has ${length} elements`,
  ),
  numeric('maxLength', ['string'], (limit) => (text: string) => {
    const length = lengthOf(text);
    return length <= limit
      ? null
      : `string "${shownText(text)}" is too long (length: ${length}, maximum allowed: ${limit})`;
  }),
  numeric(
    'maxProperties',
    ['object'],
    (limit) => (object: SchemaObject) =>
      count(object) <= limit
        ? null
        : `object has too many properties (found ${count(object)} but schema requires at most ${limit})`,
  ),
  numeric('maximum', ['number'], (limit, schema) => {
    const strict = exclusive(schema, 'exclusiveMaximum');
    return (value: number) => {
      if (value > limit) {
        return `numeric instance is greater than the required maximum (maximum: ${number(limit)}, found: ${number(value)})`;
      }
      const touches = strict && value === limit;
      return touches ? `numeric instance is not strictly lower than the required maximum ${number(limit)}` : null;
    };
  }),
  numeric(
    'minItems',
    ['array'],
    (limit) =>
      ({ length }: readonly unknown[]) =>
        length >= limit
          ? null
          : `array is too short: must have at least ${limit} elements but instance has ${length} elements`,
  ),
  numeric('minLength', ['string'], (limit) => (text: string) => {
    const length = lengthOf(text);
    return length >= limit
      ? null
      : `string "${shownText(text)}" is too short (length: ${length}, required minimum: ${limit})`;
  }),
  numeric(
    'minProperties',
    ['object'],
    (limit) => (object: SchemaObject) =>
      count(object) >= limit
        ? null
        : `object has too few properties (found ${count(object)} but schema requires at least ${limit})`,
  ),
  numeric('minimum', ['number'], (limit, schema) => {
    const strict = exclusive(schema, 'exclusiveMinimum');
    return (value: number) => {
      if (value < limit) {
        return `numeric instance is lower than the required minimum (minimum: ${number(limit)}, found: ${number(value)})`;
      }
      const touches = strict && value === limit;
      return touches ? `numeric instance is not strictly greater than the required minimum ${number(limit)}` : null;
    };
  }),
  numeric(
    'multipleOf',
    ['number'],
    (divisor) => (value: number) =>
      isMultiple(value, divisor) ? null : `remainder of division is not zero (${number(value)} / ${number(divisor)})`,
  ),
  { name: 'not', types: all, compile: not },
  combined(
    'oneOf',
    (matched, of) =>
      matched === 1 ? null : `instance failed to match exactly one schema (matched ${matched} out of ${of})`,
    () => false,
  ),
  { name: 'pattern', types: ['string'], compile: patternKeyword },
  { name: 'required', types: ['object'], compile: required },
  { name: 'type', types: all, compile: type },
  { name: 'uniqueItems', types: ['array'], compile: uniqueItems },
  // Formats come after all other keywords.
  { name: 'format', types: ['string'], compile: format },
  // Members come after all that the schema says of the value itself.
  { name: 'items', types: ['array'], compile: elements },
  { name: 'properties', types: ['object'], compile: members },
];
