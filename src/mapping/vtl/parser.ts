/**
 * Parses templates by Velocity 1.7's grammar. The parser looks ahead exactly as far as Velocity's, because the lexer's
 * state depends on what has been read. Where API Gateway differs from stock Velocity: `#macro` is parsed and dropped,
 * `#include`, `#parse` and `#evaluate` are no directives; a name that is no directive prints as it is written.
 * Source: Apache Velocity 1.7, VTL Reference; checked against its jar by scripts/fuzz-vtl.ts.
 */
import { type Place, TemplateSyntaxError } from './errors.ts';
import type { BinaryOperator, Branch, Expression, Node, Reference, Step } from './syntax.ts';
import { Lexer, type Token, type TokenKind } from './tokens.ts';

/** Directives, blocks and expressions inside each other. */
const nestingMax = 100;

const directives: ReadonlyMap<string, 'block' | 'line'> = new Map([
  ['foreach', 'block'],
  ['macro', 'block'],
  ['literal', 'block'],
  ['define', 'block'],
  ['break', 'line'],
  ['stop', 'line'],
]);

const controlNames: ReadonlySet<string> = new Set(['if', 'end', 'set', 'else', 'elseif']);

const textKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'text',
  'dot',
  ')',
  '(',
  'integer',
  'float',
  'string',
  'escape',
  'reference{',
  'reference}',
  'emptyIndex',
]);

const statementKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...textKinds,
  'if',
  'identifier',
  'commentStart',
  'comment',
  'formalComment',
  'textblock',
  'set',
  'escapedDirective',
  'doubleEscape',
  'word',
  'bracketedWord',
]);

const valueKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'string',
  'integer',
  'float',
  '[',
  '{',
  'true',
  'false',
  'identifier',
  'reference{',
]);

/** How a token is called in messages. */
const names: Partial<Record<TokenKind, string>> = {
  eof: 'the end of the template',
  ')': '")"',
  '(': '"("',
  'method)': '")"',
  'index[': '"["',
  'index]': '"]"',
  'reference{': '"{"',
  'reference}': '"}"',
  identifier: 'a name',
  assign: '"="',
  end: '#end',
  else: '#else',
  elseif: '#elseif',
  if: '#if',
  whitespace: 'a blank',
};

const nameOf = (kind: TokenKind): string => names[kind] ?? `"${kind}"`;

const aValue = 'a reference, string, number, list, map, true or false';

export function parseTemplate(source: string, name: string, origin?: Place, depth = 0): readonly Node[] {
  return new Parser(source, name, origin, depth).template();
}

class Parser {
  readonly #lexer: Lexer;
  readonly #name: string;
  readonly #tokens: Token[] = [];
  /** Names that `#macro` has declared so far: escapes treat them as directives. */
  readonly #macros = new Set<string>();
  /** The tokens, from and to, of expressions that can be without a value. */
  readonly #spans = new Map<Expression, [from: number, to: number]>();
  /** Index of the next token. */
  #index = 0;
  #depth: number;

  constructor(source: string, name: string, origin: Place | undefined, depth: number) {
    this.#lexer = new Lexer(source, name, origin);
    this.#name = name;
    this.#depth = depth;
  }

  template(): readonly Node[] {
    const nodes = this.#statements();
    const token = this.#peek();
    if (token.kind !== 'eof') throw this.#unexpected(token, 'text, a reference or a directive');
    return nodes;
  }

  // Tokens

  #peek(ahead = 1): Token {
    while (this.#tokens.length < this.#index + ahead) this.#tokens.push(this.#lexer.next());
    return this.#tokens[this.#index + ahead - 1]!;
  }

  #next(): Token {
    const token = this.#peek();
    this.#index++;
    return token;
  }

  #is(kind: TokenKind): boolean {
    return this.#peek().kind === kind;
  }

  #accept(kind: TokenKind): Token | undefined {
    return this.#is(kind) ? this.#next() : undefined;
  }

  #expect(kind: TokenKind, expected = nameOf(kind)): Token {
    const token = this.#peek();
    if (token.kind !== kind) throw this.#unexpected(token, expected);
    return this.#next();
  }

  #unexpected(token: Token, expected: string): TemplateSyntaxError {
    const found =
      token.kind === 'eof'
        ? nameOf('eof')
        : JSON.stringify(token.image.trim() === '' ? token.image : token.image.trim());
    return this.#error(token, `unexpected ${found}, expected ${expected}`);
  }

  #error(token: Token, reason: string): TemplateSyntaxError {
    return new TemplateSyntaxError(this.#name, this.#lexer.placeOf(token.offset), reason);
  }

  #placeOf(token: Token): Place {
    return this.#lexer.placeOf(token.offset);
  }

  /** The text of the tokens from one index up to another, as Velocity puts it together again. */
  #literal(from: number, to: number): string {
    let out = '';
    for (let i = from; i < to; i++) {
      const token = this.#tokens[i]!;
      if (token.kind !== 'comment') out += token.before + token.image;
    }
    return out;
  }

  #nested<Result>(token: Token, parse: () => Result): Result {
    if (this.#depth >= nestingMax) throw this.#error(token, `nested deeper than ${nestingMax}`);
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }

  // Statements

  #statements(): Node[] {
    const nodes: Node[] = [];
    while (statementKinds.has(this.#peek().kind)) this.#statement(nodes);
    return nodes;
  }

  #statement(nodes: Node[]): void {
    const token = this.#peek();
    switch (token.kind) {
      case 'if':
        nodes.push(this.#nested(token, () => this.#if()));
        return;
      case 'identifier':
        this.#peek(2);
        nodes.push(this.#reference());
        return;
      case 'reference{':
        if (this.#peek(2).kind === 'identifier') nodes.push(this.#reference());
        else addText(nodes, this.#text());
        return;
      case 'commentStart':
        this.#next();
        this.#accept('commentEnd');
        addText(nodes, token.image.slice(0, token.image.indexOf('##')));
        return;
      case 'comment':
      case 'formalComment':
        this.#next();
        addText(nodes, token.image.slice(0, Math.max(0, token.image.indexOf('#*'))));
        return;
      case 'textblock':
        this.#next();
        addText(nodes, (token.before + token.image).slice(3, -3));
        return;
      case 'set':
        nodes.push(this.#nested(token, () => this.#set()));
        return;
      case 'escapedDirective':
        this.#next();
        token.image = this.#escapedDirective(token.image);
        addText(nodes, token.image);
        return;
      case 'doubleEscape':
        addText(nodes, this.#escape());
        return;
      case 'word':
      case 'bracketedWord':
        this.#nested(token, () => this.#directive(nodes));
        return;
      default:
        addText(nodes, this.#text());
    }
  }

  #text(): string {
    const token = this.#next();
    return token.before + token.image;
  }

  /** Half of the backslashes before a directive; all of them before anything else. */
  #escapedDirective(image: string): string {
    const last = image.lastIndexOf('\\');
    const directive = image.slice(last + 1);
    const name = directive[1] === '{' ? directive.slice(2, -1) : directive.slice(1);
    const known = directives.has(name) || this.#macros.has(name) || controlNames.has(name);
    return known ? image.slice(0, last >> 1) + directive : image;
  }

  #escape(): string {
    let count = 0;
    while (this.#accept('doubleEscape') !== undefined) count++;
    const next = this.#peek();
    const tag = next.image.slice(1);
    const controls = next.kind === 'if' || next.kind === 'else' || next.kind === 'elseif' || next.kind === 'end';
    return (controls || directives.has(tag) || this.#macros.has(tag) ? '\\' : '\\\\').repeat(count);
  }

  #if(): Node {
    const opening = this.#next();
    const branches: Branch[] = [this.#branch('#if')];
    while (this.#is('elseif')) {
      this.#next();
      branches.push(this.#branch('#elseif'));
    }
    let otherwise: readonly Node[] = [];
    if (this.#accept('else') !== undefined) otherwise = this.#statements();
    this.#end(opening, '#if');
    return { type: 'if', branches, otherwise };
  }

  #branch(directive: string): Branch {
    this.#accept('whitespace');
    this.#expect('(', `"(" after ${directive}`);
    const test = this.#expression();
    this.#expect(')', `an operator or the ")" that closes ${directive}`);
    return { test, body: this.#statements() };
  }

  #end(opening: Token, directive: string): void {
    const token = this.#peek();
    if (token.kind === 'end') {
      this.#next();
      return;
    }
    const { line, column } = this.#placeOf(opening);
    const where = `the #end of the ${directive} at line ${line}, column ${column}`;
    throw this.#unexpected(
      token,
      token.kind === 'eof' || token.kind === 'else' || token.kind === 'elseif'
        ? where
        : `text, a directive or ${where}`,
    );
  }

  #set(): Node {
    this.#next();
    this.#accept('whitespace');
    const first = this.#peek();
    if (first.kind !== 'identifier' && first.kind !== 'reference{')
      throw this.#unexpected(first, 'a reference after "#set("');
    const target = this.#reference();
    this.#accept('whitespace');
    this.#expect('assign', '"=" after the reference of #set');
    const value = this.#expression();
    this.#expect(')', 'an operator or the ")" that closes #set');
    this.#lexer.inSet = false;
    this.#peek();
    return { type: 'set', target, variable: first.image.slice(1), value };
  }

  #directive(nodes: Node[]): void {
    const start = this.#index;
    const token = this.#next();
    const name = token.kind === 'bracketedWord' ? token.image.slice(2, -1) : token.image.slice(1);
    const type = directives.get(name) ?? (name.startsWith('@') ? 'block' : 'line');
    this.#lexer.enterDirective();
    if (!this.#lexer.parenthesisFollows()) {
      if (name === 'macro') throw this.#error(token, '#macro needs a name: #macro(name)');
      this.#lexer.leaveDirective();
      this.#finish(nodes, token, name, [], [], start);
      return;
    }
    this.#accept('whitespace');
    this.#expect('(');
    const args: Argument[] = [];
    while (this.#argumentFollows()) {
      this.#accept('whitespace');
      if (this.#accept(',') !== undefined) this.#accept('whitespace');
      args.push(this.#argument(token, name, args.length));
    }
    this.#accept('whitespace');
    this.#expect(')', `an argument or the ")" that closes #${name}`);
    if (type === 'line') {
      this.#finish(nodes, token, name, args, [], start);
      return;
    }
    const bodyStart = this.#index;
    const body = this.#statements();
    const bodyEnd = this.#index;
    this.#end(token, `#${name}`);
    if (name === 'macro') {
      const macro = args[0]?.word;
      if (macro === undefined) throw this.#error(token, '#macro needs a name: #macro(name)');
      this.#macros.add(macro);
      return;
    }
    if (name === 'literal') {
      if (bodyEnd === bodyStart && args.length === 0) throw this.#error(token, '#literal has nothing in it');
      // An argument, which it should not have, is taken for the block.
      addText(nodes, args[0]?.literal ?? this.#literal(bodyStart, bodyEnd));
      return;
    }
    this.#finish(nodes, token, name, args, body, start);
  }

  #finish(
    nodes: Node[],
    token: Token,
    name: string,
    args: readonly Argument[],
    body: readonly Node[],
    start: number,
  ): void {
    const place = this.#placeOf(token);
    switch (directives.has(name) ? name : '') {
      case 'foreach': {
        const [element, , iterable, extra] = args;
        if (element === undefined || args.length < 2)
          throw this.#error(token, '#foreach needs an element and a list: #foreach($element in $list)');
        // With an argument too few Velocity takes the block for the list, with one too many the fourth for the block.
        const repeated = extra?.value.type === 'reference' ? [extra.value] : extra === undefined ? body : [];
        const key = element.value.type === 'reference' ? element.value.root : element.image.slice(1);
        nodes.push({ type: 'foreach', key, iterable: iterable?.value, body: repeated, place });
        return;
      }
      case 'define': {
        const [block] = args;
        if (block === undefined || args.length !== 1)
          throw this.#error(token, '#define needs one name: #define($name)');
        nodes.push({ type: 'define', key: block.image.slice(1), body, place });
        return;
      }
      case 'break':
        if (args.length > 1) throw this.#error(token, '#break takes one scope at most: #break($foreach)');
        nodes.push({ type: 'break', scope: args[0]?.value, place });
        return;
      case 'literal':
        throw this.#error(token, '#literal needs parentheses: #literal()');
      case 'stop':
        if (args.length > 1) throw this.#error(token, '#stop takes one message at most');
        nodes.push({ type: 'stop' });
        return;
      default:
        // Here Velocity leaves out what terminators print.
        addText(
          nodes,
          this.#tokens
            .slice(start, this.#index)
            .map((one) => one.image)
            .join(''),
        );
    }
  }

  #argumentFollows(): boolean {
    const first = this.#peek().kind;
    if (isArgumentStart(first)) return true;
    if (first !== 'whitespace' && first !== ',') return false;
    const second = this.#peek(2).kind;
    return isArgumentStart(second) || second === (first === ',' ? 'whitespace' : ',');
  }

  #argument(directive: Token, name: string, position: number): Argument {
    const token = this.#peek();
    const start = this.#index;
    if (token.kind !== 'word') {
      if (name === 'macro' && position === 0) {
        throw this.#error(token, 'the first argument of #macro is its name, without quotes or "$"');
      }
      const value = this.#value();
      // A reference's image loses its escapes while it is read.
      return { value, literal: this.#literal(start, this.#index), image: token.image, word: undefined };
    }
    const { image } = this.#next();
    if (directives.has(name) && !(name === 'foreach' && position === 1) && !(name === 'macro' && position === 0)) {
      throw this.#error(token, `unexpected ${JSON.stringify(image)} in ${directive.image}, expected ${aValue}`);
    }
    return { value: { type: 'word' }, literal: image, image, word: image };
  }

  // References

  #reference(): Reference {
    const start = this.#index;
    const first = this.#next();
    const place = this.#placeOf(first);
    const bracketed = first.kind === 'reference{';
    const nameToken = bracketed ? this.#expect('identifier', 'a name after "${"') : first;
    const path: Step[] = [];
    this.#nested(first, () => this.#path(path));
    if (bracketed) this.#expect('reference}', '"." or the "}" that closes the reference');
    return { type: 'reference', path, place, ...this.#rootOf(first, nameToken, start) };
  }

  #path(path: Step[]): void {
    for (;;) {
      while (this.#is('index[')) {
        const token = this.#next();
        const place = this.#placeOf(token);
        path.push({ type: 'index', key: this.#indexKey(), place });
        this.#expect('index]', '"]"');
      }
      if (!this.#is('dot') || this.#peek(2).kind !== 'identifier') return;
      this.#next();
      const isMethod = this.#isMethod();
      const token = this.#next();
      const place = this.#placeOf(token);
      if (!isMethod) {
        path.push({ type: 'property', name: token.image, place });
        continue;
      }
      this.#next();
      const args: Expression[] = [];
      if (!this.#is('method)')) {
        do args.push(this.#parameter());
        while (this.#accept(',') !== undefined);
      }
      this.#expect('method)', `"," or the ")" that closes the arguments of ${token.image}`);
      path.push({ type: 'method', name: token.image, args, place });
    }
  }

  #isMethod(): boolean {
    if (this.#peek(2).kind !== '(') return false;
    const third = this.#peek(3).kind;
    return third === 'method)' || third === 'whitespace' || valueKinds.has(third);
  }

  #indexKey(): Expression {
    this.#accept('whitespace');
    const { kind } = this.#peek();
    if (kind === '[' || kind === '{' || kind === 'float' || !valueKinds.has(kind)) {
      throw this.#unexpected(this.#peek(), 'a string, whole number, reference, true or false as index');
    }
    const key = this.#value();
    this.#accept('whitespace');
    return key;
  }

  /** Strips escapes and prefixes off a reference's first token, and finds its name. */
  #rootOf(first: Token, nameToken: Token, start: number): Omit<Reference, 'type' | 'path' | 'place'> {
    const base = { computable: true, runt: false, escaped: false, escapePrefix: '', morePrefix: '' };
    let image = first.image;
    const slashBang = image.indexOf('\\!');
    if (slashBang !== -1) {
      let from = image.indexOf('$');
      while (from < image.length && image[from] !== '\\') from++;
      let to = from;
      while (image[to] === '\\') to++;
      const root = image.slice(0, to - 1) + image.slice(to);
      return { ...base, computable: false, root, literal: root };
    }
    let slashes = 0;
    while (image[slashes] === '\\') slashes++;
    const escaped = slashes % 2 === 1;
    const escapePrefix = '\\'.repeat(slashes >> 1);
    image = image.slice(slashes);
    const dollar = image.lastIndexOf('$');
    const morePrefix = dollar > 0 ? image.slice(0, dollar) : '';
    if (dollar > 0) image = image.slice(dollar);
    first.image = image;
    const literal = this.#literal(start, this.#index);
    const shared = { computable: true, runt: false, escaped, escapePrefix, morePrefix };
    if (image.startsWith('$!')) {
      const root = image.startsWith('$!{') ? nameToken.image : image.slice(2);
      return { ...shared, root, literal: escaped ? literal : '' };
    }
    if (image === '${') return { ...shared, root: nameToken.image, literal };
    if (image.startsWith('$')) return { ...shared, root: image.slice(1), literal };
    return { ...shared, runt: true, root: image, literal };
  }

  // Expressions

  #expression(): Expression {
    return this.#nested(this.#peek(), () => this.#or());
  }

  #binary(next: () => Expression, operators: ReadonlyMap<TokenKind, BinaryOperator>): Expression {
    let left = next();
    for (;;) {
      const operator = operators.get(this.#peek().kind);
      if (operator === undefined) return left;
      this.#next();
      const start = this.#index;
      const right = next();
      left = {
        type: 'binary',
        operator,
        left,
        right,
        leftLiteral: this.#literalOf(left),
        rightLiteral: this.#literalOf(right),
      };
      this.#spans.set(left, [start, this.#index]);
    }
  }

  /** How an operand without a value reads: Velocity takes an operation for its right operand. */
  #literalOf(operand: Expression): string {
    const span = this.#spans.get(operand);
    return span === undefined ? '' : this.#literal(...span);
  }

  readonly #or = (): Expression => this.#binary(this.#and, orOperators);
  readonly #and = (): Expression => this.#binary(this.#equality, andOperators);
  readonly #equality = (): Expression => this.#binary(this.#relation, equalityOperators);
  readonly #relation = (): Expression => this.#binary(this.#sum, relationOperators);
  readonly #sum = (): Expression => this.#binary(this.#product, sumOperators);
  readonly #product = (): Expression => this.#binary(this.#unary, productOperators);

  readonly #unary = (): Expression => {
    const blank = this.#is('whitespace');
    if (this.#peek(blank ? 2 : 1).kind !== 'not') return this.#primary();
    if (blank) this.#next();
    const token = this.#next();
    return { type: 'not', operand: this.#nested(token, this.#unary) };
  };

  #primary(): Expression {
    this.#accept('whitespace');
    let value: Expression;
    if (this.#is('(')) {
      this.#next();
      const start = this.#index;
      value = this.#expression();
      if (this.#spans.has(value)) this.#spans.set(value, [start, this.#index]);
      this.#expect(')', 'an operator or ")"');
    } else value = this.#value();
    this.#accept('whitespace');
    return value;
  }

  #parameter(): Expression {
    this.#accept('whitespace');
    const value = this.#value();
    this.#accept('whitespace');
    return value;
  }

  #value(): Expression {
    const token = this.#peek();
    switch (token.kind) {
      case 'string':
        this.#next();
        return this.#string(token);
      case 'identifier':
      case 'reference{':
        return this.#reference();
      case 'integer':
      case 'float':
        this.#next();
        // A "#" before it has become part of it.
        if (!/^[-.\d]/.test(token.image)) throw this.#error(token, `${JSON.stringify(token.image)} is not a number`);
        return { type: token.kind, image: token.image };
      case 'true':
      case 'false':
        this.#next();
        return { type: 'boolean', value: token.kind === 'true' };
      case '[':
        return this.#nested(token, () => this.#list());
      case '{':
        return this.#nested(token, () => this.#map());
      default:
        throw this.#unexpected(token, aValue);
    }
  }

  /** A list, or a range: `[1, 2]`, `[1..$n]`. */
  #list(): Expression {
    const start = this.#index;
    this.#next();
    if (this.#accept(']') !== undefined) return { type: 'list', items: [] };
    this.#accept('whitespace');
    const { kind } = this.#peek();
    const first = this.#value();
    this.#accept('whitespace');
    if (this.#is('..') && (kind === 'integer' || kind === 'identifier' || kind === 'reference{')) {
      this.#next();
      this.#accept('whitespace');
      const end = this.#peek();
      if (end.kind !== 'integer' && end.kind !== 'identifier' && end.kind !== 'reference{') {
        throw this.#unexpected(end, 'a whole number or reference as the end of the range');
      }
      const to = this.#value();
      this.#accept('whitespace');
      this.#expect(']', '"]" behind the range');
      const range: Expression = { type: 'range', from: first, to };
      this.#spans.set(range, [start, this.#index]);
      return range;
    }
    const items = [first];
    while (this.#accept(',') !== undefined) items.push(this.#parameter());
    this.#expect(']', '"," or "]"');
    return { type: 'list', items };
  }

  #map(): Expression {
    this.#next();
    const entries: [Expression, Expression][] = [];
    const blank = this.#is('whitespace');
    if (valueKinds.has(this.#peek(blank ? 2 : 1).kind)) {
      do {
        const key = this.#parameter();
        this.#expect(':', '":" behind the key');
        entries.push([key, this.#parameter()]);
      } while (this.#accept(',') !== undefined);
    } else this.#accept('whitespace');
    if (this.#accept('}') === undefined)
      this.#expect('reference}', entries.length === 0 ? 'a key or "}"' : '"," or "}"');
    return { type: 'map', entries };
  }

  #string(token: Token): Expression {
    const quote = token.image[0]!;
    let value = token.image.slice(1, -1);
    if (quote === '"') value = this.#unescaped(token, value);
    value = value.replaceAll(quote + quote, quote);
    if (quote === "'" || !/[$#]/.test(token.image)) return { type: 'string', value };
    const dropsLast = !value.includes('##');
    const place = this.#placeOf(token);
    const origin = { line: place.line, column: place.column + 1 };
    const source = dropsLast ? `${value} ` : value;
    const body = this.#nested(token, () => parseTemplate(source, this.#name, origin, this.#depth));
    return constantOf(body, dropsLast);
  }

  /** `\u0041` is the only escape that double-quoted strings know. */
  #unescaped(token: Token, text: string): string {
    if (!text.includes('\\u')) return text;
    return text.replace(/\\u([\s\S]{0,4})/g, (_, digits: string) => {
      if (!/^(?:[0-9a-fA-F]{4}|[+-][0-9a-fA-F]{3})$/.test(digits))
        throw this.#error(token, `"\\u${digits}" in a string, expected four hexadecimal digits`);
      return String.fromCharCode(Number.parseInt(digits, 16) & 0xffff);
    });
  }
}

interface Argument {
  readonly value: Expression;
  /** How it is written. */
  readonly literal: string;
  /** Image of the argument's first token. */
  readonly image: string;
  readonly word: string | undefined;
}

const isArgumentStart = (kind: TokenKind): boolean => kind === 'word' || valueKinds.has(kind);

const orOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([['or', 'or']]);
const andOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([['and', 'and']]);
const equalityOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([
  ['eq', 'eq'],
  ['ne', 'ne'],
]);
const relationOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([
  ['lt', 'lt'],
  ['gt', 'gt'],
  ['le', 'le'],
  ['ge', 'ge'],
]);
const sumOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([
  ['plus', 'add'],
  ['minus', 'subtract'],
]);
const productOperators: ReadonlyMap<TokenKind, BinaryOperator> = new Map([
  ['multiply', 'multiply'],
  ['divide', 'divide'],
  ['modulus', 'modulo'],
]);

function addText(nodes: Node[], text: string): void {
  if (text === '') return;
  const last = nodes.at(-1);
  if (last?.type === 'text') nodes[nodes.length - 1] = { type: 'text', text: last.text + text };
  else nodes.push({ type: 'text', text });
}

/** The blank that was put behind a string goes while compiling, where it is plain text. */
function constantOf(body: readonly Node[], dropsLast: boolean): Expression {
  const last = body.at(-1);
  if (!dropsLast || last?.type !== 'text')
    return body.length === 0 ? { type: 'string', value: '' } : { type: 'interpolation', body, dropsLast };
  const text = last.text.slice(0, -1);
  const rest = body.slice(0, -1);
  if (rest.length === 0) return { type: 'string', value: text };
  return { type: 'interpolation', body: text === '' ? rest : [...rest, { type: 'text', text }], dropsLast: false };
}
