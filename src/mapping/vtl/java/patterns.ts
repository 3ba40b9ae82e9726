/**
 * `matches`, `split`, `replaceAll` and `replaceFirst`: Java's regular expressions on texts, within the work that a
 * rendering may do. Compiled patterns are kept, because templates use the same few again and again.
 */
import {
  compilePattern,
  type JavaPattern,
  PatternLimitError,
  type PatternMatch,
  PatternSyntaxError,
} from '../../regex/index.ts';
import { JavaException, LimitExceeded } from '../errors.ts';
import type { Rendering } from './rendering.ts';

const kept = new Map<string, JavaPattern>();
const keptMax = 500;
const sourceMax = 10_000;

function patternOf(source: string): JavaPattern {
  const known = kept.get(source);
  if (known !== undefined) return known;
  if (source.length > sourceMax)
    throw new LimitExceeded(`uses a regular expression of more than ${sourceMax} characters`);
  const pattern = guarded(() => compilePattern(source));
  const [oldest] = kept.keys();
  if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
  kept.set(source, pattern);
  return pattern;
}

function guarded<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof PatternSyntaxError) {
      throw new JavaException('java.util.regex.PatternSyntaxException', error.message);
    }
    if (error instanceof PatternLimitError) throw new LimitExceeded(error.message);
    throw error;
  }
}

const special = /[.$|()[\]{}^?*+\\]/;

/** The matches of a pattern, one after another, as `Matcher.find` gives them. */
function* matchesOf(rendering: Rendering, pattern: JavaPattern, text: string): Generator<PatternMatch> {
  const search = pattern.search(text);
  let from = 0;
  while (from <= text.length) {
    const match = guarded(() => search.find(from));
    rendering.spend(1 + (((match?.end ?? text.length) - from) >> 6));
    if (match === undefined) return;
    yield match;
    from = match.end > match.start ? match.end : match.end + 1;
  }
}

export function matches(rendering: Rendering, text: string, source: string): boolean {
  rendering.spend(1 + (text.length >> 6));
  const pattern = patternOf(source);
  return guarded(() => pattern.matches(text));
}

/** @param limit as in Java: the most parts, 0 for all but empty ones at the end, negative for all */
export function split(rendering: Rendering, text: string, source: string, limit: number): string[] {
  const parts: string[] = [];
  let from = 0;
  if (source.length === 1 && !special.test(source)) {
    for (
      let at = text.indexOf(source);
      at !== -1 && (limit <= 0 || parts.length < limit - 1);
      at = text.indexOf(source, from)
    ) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    rendering.spend(1 + (text.length >> 6) + parts.length);
  } else {
    for (const { start, end } of matchesOf(rendering, patternOf(source), text)) {
      if (limit > 0 && parts.length >= limit - 1) break;
      // Nothing is cut off the front by a match of nothing.
      if (from === 0 && start === 0 && end === 0) continue;
      parts.push(text.slice(from, start));
      from = end;
    }
  }
  if (parts.length === 0) return [text];
  parts.push(text.slice(from));
  if (limit === 0) while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}

export function replaceAll(rendering: Rendering, text: string, source: string, replacement: string): string {
  return replaceMatches(rendering, text, source, replacement, Number.POSITIVE_INFINITY);
}

export function replaceFirst(rendering: Rendering, text: string, source: string, replacement: string): string {
  return replaceMatches(rendering, text, source, replacement, 1);
}

function replaceMatches(rendering: Rendering, text: string, source: string, replacement: string, max: number): string {
  const pattern = patternOf(source);
  const plain = !/[$\\]/.test(replacement);
  let out = '';
  let from = 0;
  let count = 0;
  for (const match of matchesOf(rendering, pattern, text)) {
    out += text.slice(from, match.start);
    out += plain ? replacement : expanded(replacement, match, pattern);
    if (out.length > rendering.outputMax) rendering.sized(out);
    from = match.end;
    if (++count >= max) break;
  }
  return count === 0 ? text : rendering.sized(out + text.slice(from));
}

/** `$1`, `${name}` and `\$` in a replacement, as `Matcher.appendReplacement` reads them. */
function expanded(replacement: string, match: PatternMatch, pattern: JavaPattern): string {
  let out = '';
  for (let i = 0; i < replacement.length; i++) {
    const char = replacement[i]!;
    if (char === '\\') {
      i++;
      if (i === replacement.length)
        throw new JavaException('java.lang.IllegalArgumentException', 'character to be escaped is missing');
      out += replacement[i];
    } else if (char === '$') {
      const rest = replacement.slice(i + 1);
      if (rest === '')
        throw new JavaException(
          'java.lang.IllegalArgumentException',
          'Illegal group reference: group index is missing',
        );
      const name = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(rest);
      if (name !== null) {
        const group = pattern.groupNames.get(name[1]!);
        if (group === undefined)
          throw new JavaException('java.lang.IllegalArgumentException', `No group with name {${name[1]}}`);
        out += match.groups[group] ?? '';
        i += name[0].length;
        continue;
      }
      let length = 0;
      let group = -1;
      // As many digits as still name a group.
      while (/^[0-9]$/.test(rest[length] ?? '')) {
        const next = Math.max(group, 0) * 10 + Number(rest[length]);
        if (length > 0 && next > pattern.groupCount) break;
        group = next;
        length++;
      }
      if (length === 0) throw new JavaException('java.lang.IllegalArgumentException', 'Illegal group reference');
      if (group > pattern.groupCount)
        throw new JavaException('java.lang.IndexOutOfBoundsException', `No group ${group}`);
      out += match.groups[group] ?? '';
      i += length;
    } else out += char;
  }
  return out;
}
