/**
 * The first check that a call passes: values that the service's model restricts (enumerations, patterns, patch
 * operations). All faults of a call are reported in one ValidationException, before anything is looked up.
 * Texts and order: recorded answers of Amazon API Gateway.
 */
import { validationFailure } from './errors.ts';

/** In the order in which AWS prints them. */
export const patchOps = ['add', 'remove', 'move', 'test', 'replace', 'copy'] as const;
export type PatchOp = (typeof patchOps)[number];

/** In the order in which AWS prints them. */
export const endpointTypes = ['PRIVATE', 'EDGE', 'REGIONAL'] as const;
export const ipAddressTypes = ['ipv4', 'dualstack'] as const;
export const integrationTypes = ['HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'] as const;

export const isOneOf = <Value extends string>(set: readonly Value[], value: unknown): value is Value =>
  set.some((allowed) => allowed === value);

/**
 * Collects the faults of one call; `check()` throws when there are any.
 * @example new Constraints('putIntegration').oneOf('type', input.type, integrationTypes).check()
 */
export class Constraints {
  readonly #operation: string;
  readonly #faults: string[] = [];

  /** @param operation in lower camel case, e.g. `createRestApi` */
  constructor(operation: string) {
    this.#operation = operation;
  }

  /** A member of the body (`endpointConfiguration.ipAddressType`); undefined is no fault. */
  oneOf(member: string, value: string | undefined, set: readonly string[]): this {
    return this.#enumeration(this.#path(member), value, set);
  }

  /** A member of the URI, which AWS names without the operation. */
  labelOneOf(label: string, value: string | undefined, set: readonly string[]): this {
    return this.#enumeration(label, value, set);
  }

  /** A list in the body whose items are enumerated; the whole list is one fault. */
  eachOneOf(member: string, values: readonly (string | undefined)[] | undefined, set: readonly string[]): this {
    if (values?.some((value) => !isOneOf(set, value)))
      this.#fault(
        this.#path(member),
        `[${values.map(printed).join(', ')}]`,
        `Member must satisfy constraint: [Member must satisfy enum value set: [${set.join(', ')}]]`,
      );
    return this;
  }

  /** A member that must be there and is not. */
  missing(member: string): this {
    this.#faults.push(`Value null at '${this.#path(member)}' failed to satisfy constraint: Member must not be null`);
    return this;
  }

  /** A member of the URI that must match a whole pattern, printed as its source. */
  labelMatches(label: string, value: string | undefined, pattern: RegExp): this {
    return this.#pattern(label, value, pattern);
  }

  matches(member: string, value: string | undefined, pattern: RegExp): this {
    return this.#pattern(this.#path(member), value, pattern);
  }

  /** The `op` of every patch operation; positions count from 1. */
  patch(operations: readonly { readonly op?: string | undefined }[] | undefined): this {
    operations?.forEach(({ op }, index) => {
      this.#enumeration(this.#path(`patchOperations.${index + 1}.member.op`), op, patchOps);
    });
    return this;
  }

  /** @throws ValidationException with all faults in the order in which they were checked */
  check(): void {
    const { length } = this.#faults;
    if (length === 0) return;
    throw validationFailure(
      `${length} validation error${length === 1 ? '' : 's'} detected: ${this.#faults.join('; ')}`,
    );
  }

  #path(member: string): string {
    return `${this.#operation}Input.${member}`;
  }

  #enumeration(path: string, value: string | undefined, set: readonly string[]): this {
    if (value !== undefined && !isOneOf(set, value))
      this.#fault(path, value, `Member must satisfy enum value set: [${set.join(', ')}]`);
    return this;
  }

  #pattern(path: string, value: string | undefined, pattern: RegExp): this {
    if (value !== undefined && !new RegExp(`^(?:${pattern.source})$`, pattern.flags).test(value))
      this.#fault(path, value, `Member must satisfy regular expression pattern: ${pattern.source}`);
    return this;
  }

  #fault(path: string, value: string, constraint: string): void {
    this.#faults.push(`Value '${printed(value)}' at '${path}' failed to satisfy constraint: ${constraint}`);
  }
}

/** A wrong value is quoted in the answer, but never as a whole book. */
const printed = (value: string | undefined): string => {
  const text = value ?? 'null';
  return text.length > 1024 ? `${text.slice(0, 1024)}...` : text;
};
