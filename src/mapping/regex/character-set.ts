/**
 * Sets of characters in regular expressions: as a test of one code point, and as the text of the same set in a
 * JavaScript class (flag `v`). Predefined classes are Java's: ASCII unless the pattern asks for Unicode.
 * Source: java.util.regex.Pattern, "Summary of regular-expression constructs".
 */

export interface CharacterSet {
  has(codePoint: number): boolean;
  /** What stands for it in a class of a `v` expression; undefined where JavaScript has no such set. */
  readonly source: string | undefined;
}

/** How letters are compared: exactly, by ASCII case, or by Unicode case. */
export type CaseRule = 'exact' | 'ascii' | 'unicode';

const escaped = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;

export function range(from: number, to: number): CharacterSet {
  return {
    has: (codePoint) => codePoint >= from && codePoint <= to,
    source: from === to ? escaped(from) : `${escaped(from)}-${escaped(to)}`,
  };
}

export function union(sets: readonly CharacterSet[]): CharacterSet {
  if (sets.length === 1) return sets[0]!;
  return {
    has: (codePoint) => sets.some((set) => set.has(codePoint)),
    source: joined(sets, ''),
  };
}

export function intersection(sets: readonly CharacterSet[]): CharacterSet {
  if (sets.length === 1) return sets[0]!;
  return {
    has: (codePoint) => sets.every((set) => set.has(codePoint)),
    source: bracketed(joined(sets.map(boxed), '&&')),
  };
}

export const complement = (set: CharacterSet): CharacterSet => ({
  has: (codePoint) => !set.has(codePoint),
  source: set.source === undefined ? undefined : `[^${set.source}]`,
});

const joined = (sets: readonly CharacterSet[], separator: string): string | undefined => {
  const sources = sets.map((set) => set.source);
  return sources.includes(undefined) ? undefined : sources.join(separator);
};
const bracketed = (source: string | undefined): string | undefined =>
  source === undefined ? undefined : `[${source}]`;
const boxed = (set: CharacterSet): CharacterSet => ({ has: set.has, source: bracketed(set.source) });

/** The set together with the other case of its letters. */
export function withCase(set: CharacterSet, rule: CaseRule): CharacterSet {
  if (rule === 'exact') return set;
  if (rule === 'unicode') {
    return {
      has: (codePoint) => {
        if (set.has(codePoint)) return true;
        const char = String.fromCodePoint(codePoint);
        return [char.toLowerCase(), char.toUpperCase(), char.toUpperCase().toLowerCase()].some(
          (other) => other.length <= 2 && set.has(other.codePointAt(0)!),
        );
      },
      source: undefined,
    };
  }
  let others = '';
  for (const first of [0x41, 0x61]) {
    for (let letter = first; letter < first + 26; letter++) if (set.has(letter ^ 0x20)) others += escaped(letter);
  }
  return {
    has: (codePoint) => set.has(codePoint) || (isAsciiLetter(codePoint) && set.has(codePoint ^ 0x20)),
    source: set.source === undefined ? undefined : set.source + others,
  };
}

const isAsciiLetter = (codePoint: number): boolean =>
  (codePoint >= 0x41 && codePoint <= 0x5a) || (codePoint >= 0x61 && codePoint <= 0x7a);

/** @param source the inside of a class */
function listed(source: string): CharacterSet {
  const expression = new RegExp(`^[${source}]$`, 'v');
  const ascii = new Uint8Array(128);
  for (let code = 0; code < 128; code++) ascii[code] = expression.test(String.fromCharCode(code)) ? 1 : 0;
  return {
    has: (codePoint) => (codePoint < 128 ? ascii[codePoint] === 1 : expression.test(String.fromCodePoint(codePoint))),
    source,
  };
}

export const everything: CharacterSet = { has: () => true, source: String.raw`\u{0}-\u{10ffff}` };
export const lineTerminators = listed(String.raw`\n\r\u{85}\u{2028}\u{2029}`);
export const newline = listed(String.raw`\n`);
const wordCharacters = listed('A-Za-z0-9_');
/** What `\\b` takes for a word: unlike `\\w` it knows all letters, in Java before 19. */
export const boundaryCharacters = listed(String.raw`\p{L}\p{Nd}_`);

/** `\d`, `\s` and so on by their lower-case letter. */
const shorthands: ReadonlyMap<string, { readonly ascii: CharacterSet; readonly unicode: CharacterSet }> = new Map([
  ['d', { ascii: listed('0-9'), unicode: listed(String.raw`\p{Nd}`) }],
  ['s', { ascii: listed(String.raw` \t\n\u{b}\f\r`), unicode: listed(String.raw`\p{White_Space}`) }],
  ['w', { ascii: wordCharacters, unicode: listed(String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`) }],
  ['h', both(listed(String.raw` \t\u{a0}\u{1680}\u{180e}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}`))],
  ['v', both(listed(String.raw`\n\u{b}\f\r\u{85}\u{2028}\u{2029}`))],
]);

function both(set: CharacterSet): { ascii: CharacterSet; unicode: CharacterSet } {
  return { ascii: set, unicode: set };
}

/** @param letter of `\d`, `\D`, `\s` …; undefined for a letter that names no class */
export function shorthand(letter: string, unicode: boolean): CharacterSet | undefined {
  const found = shorthands.get(letter.toLowerCase());
  if (found === undefined) return undefined;
  const set = unicode ? found.unicode : found.ascii;
  return letter === letter.toLowerCase() ? set : complement(set);
}

const posix: Readonly<Record<string, readonly [ascii: string, unicode: string]>> = {
  Lower: ['a-z', String.raw`\p{Lowercase}`],
  Upper: ['A-Z', String.raw`\p{Uppercase}`],
  ASCII: [String.raw`\u{0}-\u{7f}`, String.raw`\u{0}-\u{7f}`],
  Alpha: ['A-Za-z', String.raw`\p{Alphabetic}`],
  Digit: ['0-9', String.raw`\p{Nd}`],
  Alnum: ['A-Za-z0-9', String.raw`\p{Alphabetic}\p{Nd}`],
  Punct: [String.raw`\u{21}-\u{2f}\u{3a}-\u{40}\u{5b}-\u{60}\u{7b}-\u{7e}`, String.raw`\p{P}`],
  Graph: [String.raw`\u{21}-\u{7e}`, String.raw`[^\p{White_Space}\p{Cc}\p{Cs}\p{Cn}]`],
  Print: [String.raw`\u{20}-\u{7e}`, String.raw`[^\p{Zl}\p{Zp}\p{Cc}\p{Cs}\p{Cn}]`],
  Blank: [String.raw` \t`, String.raw`\p{Zs}\t`],
  Cntrl: [String.raw`\u{0}-\u{1f}\u{7f}`, String.raw`\p{Cc}`],
  XDigit: ['0-9A-Fa-f', String.raw`\p{Nd}\p{Hex_Digit}`],
  Space: [String.raw` \t\n\u{b}\f\r`, String.raw`\p{White_Space}`],
};

const java: Readonly<Record<string, string>> = {
  javaLowerCase: String.raw`\p{Lowercase}`,
  javaUpperCase: String.raw`\p{Uppercase}`,
  javaAlphabetic: String.raw`\p{Alphabetic}`,
  javaLetter: String.raw`\p{L}`,
  javaDigit: String.raw`\p{Nd}`,
  javaLetterOrDigit: String.raw`\p{L}\p{Nd}`,
  javaWhitespace: String.raw`\p{Zs}\p{Zl}\p{Zp}\t\n\u{b}\f\r\u{1c}-\u{1f}`,
  javaSpaceChar: String.raw`\p{Z}`,
  L1: String.raw`\u{0}-\u{ff}`,
  all: String.raw`\u{0}-\u{10ffff}`,
};

/** @param name inside `\p{…}`; undefined for a name that is not known */
export function property(name: string, unicode: boolean): CharacterSet | undefined {
  const posixSet = Object.hasOwn(posix, name) ? posix[name] : undefined;
  if (posixSet !== undefined) return listed(posixSet[unicode ? 1 : 0]);
  if (Object.hasOwn(java, name)) return listed(java[name]!);
  const plain = name.replace(/^(?:general_category|gc)=/i, '');
  const spelled = /^(?:script|sc)=(.+)$/i.exec(plain);
  const candidates =
    spelled !== null
      ? [`Script=${capitalised(spelled[1]!)}`]
      : [plain, plain.replace(/^Is/, ''), `Script=${capitalised(plain.replace(/^Is/, ''))}`];
  for (const candidate of candidates) {
    if (!/^[A-Za-z_=]+$/.test(candidate)) return undefined;
    try {
      return listed(`\\p{${candidate}}`);
    } catch {
      // Not a property of JavaScript by this spelling.
    }
  }
  return undefined;
}

const capitalised = (name: string): string =>
  name.toLowerCase().replace(/(^|_)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
