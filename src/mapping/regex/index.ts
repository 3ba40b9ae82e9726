/**
 * Regular expressions as Java reads them, with a bound on the work: `selectionPattern`, `pattern` in models, filters in
 * paths and `replaceAll` in templates were written for java.util.regex, and neither their authors nor the clients whose
 * text they meet may stop the gateway. A pattern is compiled once; each match then runs on the JavaScript engine when
 * that is safe for a text of its length, and on a matcher of our own otherwise.
 */
import { type Cost, costOf, isCheap, nativeSource, searchBound } from './native.ts';
import { type CompiledProgram, compileProgram, Matcher } from './program.ts';
import { type ParsedPattern, parsePattern } from './syntax.ts';

export { PatternLimitError } from './program.ts';
export { PatternSyntaxError } from './syntax.ts';

export interface JavaPattern {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  /** True when the whole text matches. @throws PatternLimitError */
  matches(text: string): boolean;
  /** The first match that begins at `from` or later. @throws PatternLimitError */
  find(text: string, from?: number): PatternMatch | undefined;
  /** For many matches in one text: the work of all of them together is bounded. */
  search(text: string): PatternSearch;
}

export interface PatternSearch {
  /** The first match that begins at `from` or later; ask from left to right. @throws PatternLimitError */
  find(from: number): PatternMatch | undefined;
}

export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** By number, from 0, the whole match; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/**
 * @param flags letters of `dixmsuU`, as in `(?im)`
 * @throws PatternSyntaxError
 */
export function compilePattern(source: string, flags = ''): JavaPattern {
  return new Pattern(source, parsePattern(source, flags));
}

/** Steps that all searches of one text may take at worst on the JavaScript engine. */
const searchesStepsMax = 20_000_000;

class Pattern implements JavaPattern {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly #parsed: ParsedPattern;
  readonly #cost: Cost | undefined;
  readonly #whole: RegExp | undefined;
  readonly #search: RegExp | undefined;
  #program: CompiledProgram | undefined;

  constructor(source: string, parsed: ParsedPattern) {
    this.source = source;
    this.#parsed = parsed;
    this.groupCount = parsed.groupCount;
    this.groupNames = parsed.groupNames;
    const native = nativeSource(parsed.node);
    this.#cost = native === undefined ? undefined : costOf(parsed.node);
    if (this.#cost === undefined) {
      // What is too large for the other matcher should be known now, not at the first match.
      this.#program = compileProgram(parsed.node, parsed.groupCount);
    } else {
      this.#whole = new RegExp(`^(?:${native})$`, 'v');
      this.#search = new RegExp(native!, 'gv');
    }
  }

  matches(text: string): boolean {
    if (this.#whole !== undefined && isCheap(this.#cost!, text.length, false)) return this.#whole.test(text);
    return new Matcher(this.#compiled(), text, 0).matchAt(0, true) !== undefined;
  }

  find(text: string, from = 0): PatternMatch | undefined {
    if (this.#search !== undefined && isCheap(this.#cost!, text.length - from, true)) {
      const found = this.#findNatively(text, from);
      if (found !== 'elsewhere') return found;
    }
    return this.#matchOf(text, new Matcher(this.#compiled(), text, from).search(from));
  }

  search(text: string): PatternSearch {
    let nativeLeft = searchesStepsMax;
    let matcher: Matcher | undefined;
    return {
      find: (from) => {
        if (this.#search !== undefined && nativeLeft >= 0 && isCheap(this.#cost!, text.length - from, true)) {
          const found = this.#findNatively(text, from);
          const reached = found === undefined ? text.length : found === 'elsewhere' ? from : found.end;
          nativeLeft -= searchBound(this.#cost!, text.length - from, reached - from);
          if (found !== 'elsewhere') return found;
        }
        matcher ??= new Matcher(this.#compiled(), text, from);
        return this.#matchOf(text, matcher.search(from));
      },
    };
  }

  /** `elsewhere` when the JavaScript engine can not say. */
  #findNatively(text: string, from: number): PatternMatch | undefined | 'elsewhere' {
    const search = this.#search!;
    search.lastIndex = insideCharacter(text, from) ? from + 1 : from;
    const found = search.exec(text);
    if (found === null) return undefined;
    // V8 may stop between the two halves of a character where nothing but places is asked for.
    if (insideCharacter(text, found.index)) return 'elsewhere';
    return { start: found.index, end: found.index + found[0].length, groups: found };
  }

  #matchOf(text: string, slots: readonly number[] | undefined): PatternMatch | undefined {
    if (slots === undefined) return undefined;
    const groups: (string | undefined)[] = [];
    for (let group = 0; group <= this.groupCount; group++) {
      const [start, end] = [slots[group * 2]!, slots[group * 2 + 1]!];
      groups.push(start === -1 || end === -1 ? undefined : text.slice(start, end));
    }
    return { start: slots[0]!, end: slots[1]!, groups };
  }

  #compiled(): CompiledProgram {
    this.#program ??= compileProgram(this.#parsed.node, this.#parsed.groupCount);
    return this.#program;
  }
}

const insideCharacter = (text: string, at: number): boolean => at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
