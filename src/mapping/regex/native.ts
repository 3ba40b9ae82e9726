/**
 * Runs a pattern on the JavaScript engine where that is safe. Its engine is fast but backtracks, so a pattern goes to
 * it only when the work on a text of that length is bounded by a small number: no repetition of what can itself match
 * in several ways, and few repetitions in a row. Everything else goes to `program.ts`.
 */
import { boundaryCharacters } from './character-set.ts';
import type { Node, Place } from './syntax.ts';

export interface Cost {
  /** Ways that do not depend on the text. */
  readonly ways: number;
  /** Repetitions whose length depends on the text. */
  readonly loops: number;
}

/** Steps that one match may take at worst. */
const stepsMax = 5_000_000;

/** The most work that matching at one place can be; undefined where nothing bounds it. */
export function costOf(node: Node): Cost | undefined {
  switch (node.kind) {
    case 'set':
    case 'place':
      return one;
    case 'sequence':
      return product(node.nodes);
    case 'choice': {
      let ways = 0;
      let loops = 0;
      for (const branch of node.nodes) {
        const cost = costOf(branch);
        if (cost === undefined) return undefined;
        ways += cost.ways;
        loops = Math.max(loops, cost.loops);
      }
      return { ways, loops };
    }
    case 'group':
      return costOf(node.node);
    case 'repeat': {
      const length = fixedLength(node.node);
      if (node.mode === 'possessive') return undefined;
      if (node.max === 1) {
        const cost = costOf(node.node);
        return cost === undefined ? undefined : { ways: cost.ways + 1, loops: cost.loops };
      }
      if (length === undefined || length === 0) return undefined;
      return node.max - node.min > 32 ? { ways: 1, loops: 1 } : { ways: node.max - node.min + 1, loops: 0 };
    }
    case 'look':
      // What is looked behind at may be written in a way that JavaScript reads from the other end.
      return node.behind ? undefined : costOf(node.node);
    case 'atomic':
    case 'reference':
      return undefined;
    default: {
      const never: never = node;
      return never;
    }
  }
}

const one: Cost = { ways: 1, loops: 0 };

function product(nodes: readonly Node[]): Cost | undefined {
  let ways = 1;
  let loops = 0;
  for (const node of nodes) {
    const cost = costOf(node);
    if (cost === undefined) return undefined;
    ways *= cost.ways;
    loops += cost.loops;
  }
  return { ways, loops };
}

/** Length in code points of what can match in one way only; undefined for all else. */
function fixedLength(node: Node): number | undefined {
  if (node.kind === 'set') return 1;
  if (node.kind === 'group') return fixedLength(node.node);
  if (node.kind !== 'sequence') return undefined;
  let length = 0;
  for (const part of node.nodes) {
    const partLength = fixedLength(part);
    if (partLength === undefined) return undefined;
    length += partLength;
  }
  return length;
}

/** @param searching whether every place of the text is tried */
export function isCheap(cost: Cost, length: number, searching: boolean): boolean {
  return (
    cost.ways * (length + 1) ** (cost.loops + (searching ? 1 : 0)) <= stepsMax ||
    (cost.ways <= 4 && isLinear(cost, searching))
  );
}

/** Steps that one search may have taken: without repetitions those to where it came, otherwise the worst. */
export const searchBound = (cost: Cost, length: number, reached: number): number =>
  cost.loops === 0 ? cost.ways * (reached + 1) : cost.ways * (length + 1) ** cost.loops * (reached + 1);

/** One repetition, or one search for something without any, grows with the text and no faster. */
const isLinear = (cost: Cost, searching: boolean): boolean => cost.loops + (searching ? 1 : 0) <= 1;

/** The pattern as JavaScript writes it, for flag `v`; undefined where it can not. */
export function nativeSource(node: Node): string | undefined {
  switch (node.kind) {
    case 'set':
      return node.set.source === undefined ? undefined : node.set.source === '' ? '[]' : `[${node.set.source}]`;
    case 'place':
      return placeSources[node.place];
    case 'sequence':
      return joined(node.nodes, '');
    case 'choice':
      return wrapped('(?:', joined(node.nodes, '|'));
    case 'group':
      return wrapped(node.index === undefined ? '(?:' : '(', nativeSource(node.node));
    case 'repeat': {
      const inner = wrapped('(?:', nativeSource(node.node));
      if (inner === undefined) return undefined;
      const max = node.max === Number.POSITIVE_INFINITY ? '' : node.max;
      return `${inner}{${node.min},${max}}${node.mode === 'lazy' ? '?' : ''}`;
    }
    case 'look':
      return wrapped(node.negated ? '(?!' : '(?=', nativeSource(node.node));
    case 'atomic':
    case 'reference':
      return undefined;
    default: {
      const never: never = node;
      return never;
    }
  }
}

const wrapped = (open: string, inner: string | undefined): string | undefined =>
  inner === undefined ? undefined : `${open}${inner})`;

function joined(nodes: readonly Node[], separator: string): string | undefined {
  const sources = nodes.map(nativeSource);
  return sources.includes(undefined) ? undefined : sources.join(separator);
}

const terminator = String.raw`(?:\r\n|[\n\r\u{85}\u{2028}\u{2029}])`;
const word = `[${boundaryCharacters.source}]`;
const placeSources: Readonly<Record<Place, string | undefined>> = {
  start: '(?<![^])',
  end: '(?![^])',
  // Between the two characters of a line break is no end of a line.
  lastLineEnd: String.raw`(?=${terminator}?(?![^]))(?!(?<=\r)\n)`,
  lineStart: undefined,
  lineEnd: undefined,
  wordBoundary: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`,
  noWordBoundary: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`,
  searchStart: undefined,
};
