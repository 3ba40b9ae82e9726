/**
 * A place in an OpenAPI document: a value together with where it stands. Reading through places means that whatever is
 * not what it should be is complained about with its location, in AWS's notation: `paths.'/pets'(get).responses.200`.
 */
import { isList, isObject, type Json, type JsonObject, memberOf } from './document.ts';
import type { Findings } from './findings.ts';

/** References that lead to references; more is a circle. */
const hopsMax = 32;

export class Place {
  readonly value: Json | undefined;
  readonly location: string;
  readonly #root: JsonObject;
  readonly #findings: Findings;

  private constructor(root: JsonObject, findings: Findings, value: Json | undefined, location: string) {
    this.#root = root;
    this.#findings = findings;
    this.value = value;
    this.location = location;
  }

  static rootOf(root: JsonObject, findings: Findings): Place {
    return new Place(root, findings, root, '');
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get(name: string): Place {
    return this.#inner(memberOf(this.value, name), this.location === '' ? name : `${this.location}.${name}`);
  }

  /** The member of that name, under another location: paths and operations are named in a way of their own. */
  getAs(name: string, location: string): Place {
    return this.#inner(memberOf(this.value, name), location);
  }

  /** Undefined when absent; anything but an object is complained about, and absent. */
  object(): JsonObject | undefined {
    return this.#expected('object', isObject);
  }

  list(): readonly Json[] | undefined {
    return this.#expected('array', isList);
  }

  /** The members of an object, in their order. */
  members(): readonly (readonly [string, Place])[] {
    return Object.keys(this.object() ?? {}).map((name) => [name, this.get(name)]);
  }

  items(): readonly Place[] {
    return (this.list() ?? []).map((value, index) => this.#inner(value, `${this.location}[${index}]`));
  }

  /** A text; numbers and booleans are taken as they are written, empty texts as absent. */
  text(): string | undefined {
    const text = this.#expected('string', isPlain);
    return text === undefined || text === '' ? undefined : String(text);
  }

  flag(): boolean | undefined {
    if (this.value === 'true' || this.value === 'false') return this.value === 'true';
    return this.#expected('boolean', (value) => typeof value === 'boolean');
  }

  /** A whole number, also as a text. */
  wholeNumber(): number | undefined {
    if (typeof this.value === 'string' && /^\d{1,15}$/.test(this.value)) return Number(this.value);
    return this.#expected('integer', (value): value is number => Number.isSafeInteger(value));
  }

  /** What a `$ref` leads to; the place itself when it is none. Undefined, and complained about, when it leads nowhere. */
  resolved(): Place | undefined {
    let at: Place = this;
    for (let hops = 0; hops < hopsMax; hops++) {
      const ref = memberOf(at.value, '$ref');
      if (typeof ref !== 'string') return at;
      const target = at.#target(ref);
      if (target === undefined) {
        this.#findings.warn(`Parse issue: attribute ${this.location}.${ref} is missing`);
        return undefined;
      }
      at = target;
    }
    this.#findings.warn(`Parse issue: attribute ${this.location}.$ref refers to itself`);
    return undefined;
  }

  warn(complaint: string): void {
    this.#findings.warn(`Parse issue: attribute ${this.location} ${complaint}`);
  }

  #target(ref: string): Place | undefined {
    const names = localNames(ref);
    let value: Json | undefined = names === undefined ? undefined : this.#root;
    for (const name of names ?? [])
      value = isList(value) && /^\d{1,9}$/.test(name) ? value[Number(name)] : memberOf(value, name);
    return value === undefined ? undefined : this.#inner(value, (names ?? []).join('.'));
  }

  #inner(value: Json | undefined, location: string): Place {
    return new Place(this.#root, this.#findings, value, location);
  }

  #expected<Expected extends Json>(
    type: string,
    is: (value: Json | undefined) => value is Expected,
  ): Expected | undefined {
    if (is(this.value)) return this.value;
    if (this.exists) this.warn(`is not of type \`${type}\``);
    return undefined;
  }
}

const isPlain = (value: Json | undefined): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The decoded steps of a reference into the document itself; undefined when it leads out of it. */
export function localNames(ref: string): readonly string[] | undefined {
  if (ref === '#') return [];
  if (!ref.startsWith('#/')) return undefined;
  let pointer: string;
  try {
    pointer = decodeURIComponent(ref.slice(2));
  } catch {
    pointer = ref.slice(2);
  }
  return pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
