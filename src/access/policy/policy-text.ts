/**
 * Texts of policies with variables in them: `arn:…/users/${aws:username}`, `${*}`, `${key, 'default'}`. A text without
 * variables is compiled to one pattern; others are put together for each request. What a variable stands for is taken
 * literally, wildcards in it included.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 */
import { Glob, wildcardsIn } from './glob.ts';
import type { RequestContext } from './request-context.ts';

export interface TextRules {
  /** False in policies of version 2008-10-17: `${…}` is text like any other. */
  readonly variables: boolean;
  /** False: `*` and `?` are themselves. */
  readonly wildcards: boolean;
}

type Part =
  | { readonly kind: 'text'; readonly text: string; readonly isLiteral: boolean }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback: string | undefined };

const variable = /\$\{([^}]*)\}/g;

function partsOf(source: string, rules: TextRules): Part[] {
  if (!rules.variables) return [{ kind: 'text', text: source, isLiteral: !rules.wildcards }];
  const parts: Part[] = [];
  let from = 0;
  for (const match of source.matchAll(variable)) {
    if (match.index > from) parts.push(text(source.slice(from, match.index), rules));
    from = match.index + match[0].length;
    const [, inside = ''] = match;
    if (inside === '*' || inside === '?' || inside === '$') parts.push({ kind: 'text', text: inside, isLiteral: true });
    else {
      const [, key = inside, fallback] = /^([^,]*), '([^']*)'$/s.exec(inside) ?? [];
      parts.push({ kind: 'variable', key: key.trim().toLowerCase(), fallback });
    }
  }
  if (from < source.length || parts.length === 0) parts.push(text(source.slice(from), rules));
  return parts;
}

const text = (value: string, rules: TextRules): Part => ({ kind: 'text', text: value, isLiteral: !rules.wildcards });

export class PolicyText {
  readonly #parts: readonly Part[];
  readonly #constant: Glob | null;

  constructor(source: string, rules: TextRules) {
    this.#parts = Object.freeze(partsOf(source, rules));
    this.#constant = this.#parts.some((part) => part.kind === 'variable') ? null : joined(this.#parts, undefined);
    Object.freeze(this);
  }

  /** False when a variable in it has no value, or several. */
  matches(value: string, context: RequestContext): boolean {
    const pattern = this.#constant ?? joined(this.#parts, context);
    return pattern?.matches(value) ?? false;
  }

  /** The text itself, variables filled in; undefined when one has no value, or several. */
  filled(context: RequestContext): string | undefined {
    let all = '';
    for (const part of this.#parts) {
      const value = part.kind === 'text' ? part.text : (context.get(part.key) ?? part.fallback);
      if (typeof value !== 'string') return undefined;
      all += value;
    }
    return all;
  }
}

function joined(parts: readonly Part[], context: RequestContext | undefined): Glob | null {
  let all = '';
  const wild: number[] = [];
  for (const part of parts) {
    let piece: string;
    if (part.kind === 'text') {
      piece = part.text;
      if (!part.isLiteral) {
        all += piece;
        wild.push(...wildcardsIn(piece));
        continue;
      }
    } else {
      const value = context?.get(part.key) ?? part.fallback;
      if (typeof value !== 'string') return null;
      piece = value;
    }
    all += piece;
    for (let i = 0; i < piece.length; i++) wild.push(0);
  }
  return new Glob(all, wild);
}

/**
 * An ARN with wildcards: its six parts are compared one by one, so that a wildcard of one part does not reach into the
 * next. The last part has all further colons in it. An ARN that ends early on `*` leaves the parts it lacks open.
 */
export class ArnPattern {
  readonly #isAny: boolean;
  readonly #parts: readonly PolicyText[];
  readonly #isOpen: boolean;

  constructor(source: string, rules: TextRules) {
    const parts = arnParts(source, rules.variables);
    this.#isAny = source === '*';
    this.#parts = Object.freeze(parts.map((part) => new PolicyText(part, rules)));
    this.#isOpen = parts.length < 6 && source.endsWith('*');
    Object.freeze(this);
  }

  matches(arn: string, context: RequestContext): boolean {
    if (this.#isAny) return true;
    const actual = arnParts(arn, false);
    if (actual.length !== this.#parts.length && !(this.#isOpen && actual.length > this.#parts.length)) return false;
    return this.#parts.every((part, index) => part.matches(actual[index] ?? '', context));
  }
}

/** Colons inside `${…}` part nothing. */
function arnParts(arn: string, variables: boolean): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < 5) {
    const end = colonFrom(arn, from, variables);
    if (end === -1) break;
    parts.push(arn.slice(from, end));
    from = end + 1;
  }
  parts.push(arn.slice(from));
  return parts;
}

function colonFrom(text: string, from: number, variables: boolean): number {
  let at = from;
  for (;;) {
    const colon = text.indexOf(':', at);
    const open = variables ? text.indexOf('${', at) : -1;
    if (colon === -1 || open === -1 || open > colon) return colon;
    const close = text.indexOf('}', open);
    if (close === -1) return colon;
    at = close + 1;
  }
}
