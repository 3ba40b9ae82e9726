/**
 * The checks that a call must pass before its handler sees it: required members, enumerations, and the patterns and
 * lengths that `conventions.ts` lists. All faults are reported at once, in the order of the model, in AWS's format.
 * Format: recorded answers of Amazon API Gateway.
 */
import { ServiceError } from '../../definition/errors.ts';
import type { Constraint, Conventions } from './conventions.ts';
import { type Member, membersOf, type ServiceModel } from './model.ts';

/** More are not reported. */
const faultsMax = 10;
/** A refused value is quoted, but not as a whole book. */
const quotedMax = 1024;

/** @throws ServiceError with the service's own code when anything is wrong */
export function checkConstraints(
  model: ServiceModel,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  conventions: Conventions,
): void {
  const shape = model.operations[operation]?.input;
  if (shape === undefined) return;
  const check = new Check(model, operation, conventions);
  check.structure(shape, input, '');
  check.report();
}

class Check {
  readonly #model: ServiceModel;
  readonly #operation: string;
  readonly #conventions: Conventions;
  readonly #faults: string[] = [];
  #words: string | undefined;

  constructor(model: ServiceModel, operation: string, conventions: Conventions) {
    this.#model = model;
    this.#operation = operation;
    this.#conventions = conventions;
  }

  report(): void {
    const count = this.#faults.length;
    if (count === 0) return;
    const listed = `${count} validation error${count === 1 ? '' : 's'} detected: ${this.#faults.join('; ')}`;
    throw new ServiceError(this.#conventions.constraintCode, 400, this.#words ?? listed);
  }

  /** @param path of the structure, empty for the input itself */
  structure(shape: string | undefined, value: object, path: string): void {
    const members = Object.entries(membersOf(this.#model, shape));
    // Recorded: what is wrong in the body is named before what is wrong in the URI.
    for (const [name, member] of members.toSorted(
      ([, a], [, b]) => Number(a.in !== undefined) - Number(b.in !== undefined),
    )) {
      if (this.#faults.length >= faultsMax) return;
      const present: unknown = Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined;
      const memberPath = path === '' ? this.#topPath(name, member) : `${path}.${lowerFirst(name)}`;
      const before = this.#faults.length;
      if (present !== undefined)
        this.#value(member, present, memberPath, this.#conventions.constraints[`${shape}.${name}`]);
      else if (member.required && !this.#conventions.optional.includes(`${shape}.${name}`))
        this.#fault(memberPath, null, member, 'Member must not be null');
      if (path === '' && this.#faults.length > before)
        this.#words ??= this.#conventions.words[`${this.#operation}.${name}`];
    }
  }

  /** Members of the URI, the query and headers are named bare; those of the body by the operation in some services. */
  #topPath(name: string, member: Member): string {
    const bare = this.#conventions.constraintPath !== 'operation input' || member.in !== undefined;
    return bare ? lowerFirst(name) : `${lowerFirst(this.#operation)}Input.${lowerFirst(name)}`;
  }

  #value(member: Member, value: unknown, path: string, constraint: Constraint | undefined): void {
    for (const text of this.#faultsOf(member, value, constraint)) this.#fault(path, value, member, text);
    const { of } = member;
    if (member.type === 'structure' && typeof value === 'object' && value !== null)
      this.structure(member.shape, value, path);
    else if (of?.type === 'structure' || of?.type === 'list' || of?.type === 'map')
      for (const [key, item] of this.#itemsOf(value))
        if (item !== null) this.#value(of, item, `${path}.${key}.member`, undefined);
  }

  /** Items of a list count from 1; values of a map go by their keys. */
  #itemsOf(value: unknown): readonly (readonly [key: string, item: unknown])[] {
    if (Array.isArray(value)) return value.map((item, index) => [String(index + 1), item]);
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  }

  #faultsOf(member: Member, value: unknown, constraint: Constraint | undefined): string[] {
    const faults: string[] = [];
    if (member.type === 'list' || member.type === 'map') {
      const items = this.#itemsOf(value);
      const nested = new Set<string>();
      for (const [, item] of items) {
        if (item === null) {
          if (member.sparse !== true && constraint?.sparse !== true) nested.add('Member must not be null');
        } else if (member.of !== undefined) for (const fault of this.#enumFault(member.of, item)) nested.add(fault);
      }
      const whole = member.type === 'list' ? 'Member must satisfy constraint' : 'Map value must satisfy constraint';
      if (nested.size > 0) faults.push(`${whole}: [${[...nested].join(', ')}]`);
      if (constraint !== undefined) faults.push(...lengthFaults(items.length, constraint));
      return faults;
    }
    faults.push(...this.#enumFault(member, value));
    if (constraint === undefined) return faults;
    if (typeof value === 'string') {
      if (constraint.pattern !== undefined && !new RegExp(`^(?:${constraint.pattern})$`).test(value))
        faults.push(`Member must satisfy regular expression pattern: ${constraint.pattern}`);
      faults.push(...lengthFaults(value.length, constraint));
    }
    if (typeof value === 'number') {
      if (constraint.max !== undefined && value > constraint.max)
        faults.push(`Member must have value less than or equal to ${constraint.max}`);
      if (constraint.min !== undefined && value < constraint.min)
        faults.push(`Member must have value greater than or equal to ${constraint.min}`);
    }
    return faults;
  }

  #enumFault(member: Member, value: unknown): string[] {
    const values = member.enum === undefined ? undefined : this.#model.enums[member.enum];
    if (values === undefined || (typeof value === 'string' && values.includes(value))) return [];
    const terse = this.#conventions.constraintPath === 'terse';
    return [`Member must satisfy enum value set${terse ? '' : `: [${values.join(', ')}]`}`];
  }

  #fault(path: string, value: unknown, member: Member, text: string): void {
    if (this.#faults.length >= faultsMax) return;
    const hidden = this.#conventions.constraintPath === 'terse' || member.sensitive === true;
    const quoted = value === null ? ' null' : hidden ? '' : ` '${printed(value)}'`;
    this.#faults.push(`Value${quoted} at '${path}' failed to satisfy constraint: ${text}`);
  }
}

function lengthFaults(length: number, { lengthMin, lengthMax }: Constraint): string[] {
  const faults: string[] = [];
  if (lengthMax !== undefined && length > lengthMax)
    faults.push(`Member must have length less than or equal to ${lengthMax}`);
  if (lengthMin !== undefined && length < lengthMin)
    faults.push(`Member must have length greater than or equal to ${lengthMin}`);
  return faults;
}

/** As Java prints it. */
function printed(value: unknown): string {
  const text = Array.isArray(value)
    ? `[${value.slice(0, quotedMax).map(printed).join(', ')}]`
    : typeof value === 'object' && value !== null
      ? `{${Object.entries(value)
          .slice(0, quotedMax)
          .map(([key, item]) => `${key}=${printed(item)}`)
          .join(', ')}}`
      : String(value);
  return text.length > quotedMax ? `${text.slice(0, quotedMax)}...` : text;
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
