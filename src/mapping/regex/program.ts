/**
 * A backtracking matcher of our own, for patterns that would let the JavaScript engine run away. It remembers where it
 * has failed (instruction and place in the text), so that nothing is tried twice: the work grows with the length of
 * pattern times text. Back references make that impossible; then, and for very long texts, only the limit of steps
 * holds.
 */

import { boundaryCharacters, type CaseRule, type CharacterSet, lineTerminators } from './character-set.ts';
import type { Node, Place } from './syntax.ts';

export class PatternLimitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PatternLimitError';
  }
}

type Instruction =
  | { readonly kind: 'set'; readonly set: CharacterSet; next: number }
  /** Tries `next` first, then `other`. */
  | { readonly kind: 'split'; next: number; other: number }
  | { readonly kind: 'save'; readonly slot: number; next: number }
  /** Goes on only when something was consumed since the slot was saved: ends empty repetitions. */
  | { readonly kind: 'progress'; readonly slot: number; next: number }
  | { readonly kind: 'place'; readonly place: Place; next: number }
  | { readonly kind: 'reference'; readonly group: number; readonly rule: CaseRule; next: number }
  | { readonly kind: 'atomic'; readonly program: Program; next: number }
  | {
      readonly kind: 'look';
      readonly program: Program;
      readonly negated: boolean;
      /** Fewest and most characters to look back at; undefined when looking ahead. */
      readonly behind: { readonly min: number; readonly max: number } | undefined;
      next: number;
    }
  | { readonly kind: 'match' };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}

export interface CompiledProgram {
  readonly program: Program;
  readonly groupCount: number;
  readonly slots: number;
  readonly hasReferences: boolean;
}

const instructionsMax = 50_000;
const stepsMax = 5_000_000;
/** Bits of memory of failures: 16 MB. */
const memoryBitsMax = 128_000_000;

/** @throws PatternLimitError when counted repetitions make it too long */
export function compileProgram(node: Node, groupCount: number): CompiledProgram {
  const emitter = new Emitter((groupCount + 1) * 2);
  const program = emitter.program(node);
  return { program, groupCount, slots: emitter.slots, hasReferences: emitter.hasReferences };
}

/** Emits from the end to the start, so that every instruction knows its successor. */
class Emitter {
  slots: number;
  hasReferences = false;
  #size = 0;

  constructor(slots: number) {
    this.slots = slots;
  }

  program(node: Node): Program {
    const instructions: Instruction[] = [{ kind: 'match' }];
    const start = this.#emit(node, 0, instructions);
    return { instructions, start };
  }

  #add(instruction: Instruction, into: Instruction[]): number {
    if (++this.#size > instructionsMax) throw new PatternLimitError('The pattern is too large');
    into.push(instruction);
    return into.length - 1;
  }

  #emit(node: Node, next: number, into: Instruction[]): number {
    switch (node.kind) {
      case 'set':
        return this.#add({ kind: 'set', set: node.set, next }, into);
      case 'place':
        return this.#add({ kind: 'place', place: node.place, next }, into);
      case 'sequence':
        return node.nodes.reduceRight((after, part) => this.#emit(part, after, into), next);
      case 'choice': {
        const starts = node.nodes.map((branch) => this.#emit(branch, next, into));
        const last = starts.pop()!;
        return starts.reduceRight((other, start) => this.#add({ kind: 'split', next: start, other }, into), last);
      }
      case 'group': {
        if (node.index === undefined) return this.#emit(node.node, next, into);
        const end = this.#add({ kind: 'save', slot: node.index * 2 + 1, next }, into);
        return this.#add({ kind: 'save', slot: node.index * 2, next: this.#emit(node.node, end, into) }, into);
      }
      case 'repeat':
        if (node.mode === 'possessive') {
          const greedy: Node = { ...node, mode: 'greedy' };
          return this.#add({ kind: 'atomic', program: this.program(greedy), next }, into);
        }
        return this.#repeat(node.node, node.min, node.max, node.mode === 'lazy', next, into);
      case 'look': {
        const lengths = node.behind ? lengthsOf(node.node) : undefined;
        const { negated } = node;
        return this.#add({ kind: 'look', program: this.program(node.node), negated, behind: lengths, next }, into);
      }
      case 'atomic':
        return this.#add({ kind: 'atomic', program: this.program(node.node), next }, into);
      case 'reference':
        this.hasReferences = true;
        return this.#add({ kind: 'reference', group: node.group, rule: node.rule, next }, into);
      default: {
        const never: never = node;
        return never;
      }
    }
  }

  #repeat(node: Node, min: number, max: number, lazy: boolean, next: number, into: Instruction[]): number {
    let after = next;
    const choose = (body: number, out: number): Instruction =>
      lazy ? { kind: 'split', next: out, other: body } : { kind: 'split', next: body, other: out };
    if (max === Number.POSITIVE_INFINITY) {
      const slot = this.slots++;
      const loop: Instruction = { kind: 'split', next: -1, other: -1 };
      after = this.#add(loop, into);
      const progress = this.#add({ kind: 'progress', slot, next: after }, into);
      const body = this.#add({ kind: 'save', slot, next: this.#emit(node, progress, into) }, into);
      Object.assign(loop, choose(body, next));
    } else {
      for (let count = min; count < max; count++) {
        after = this.#add(choose(this.#emit(node, after, into), next), into);
      }
    }
    for (let count = 0; count < min; count++) after = this.#emit(node, after, into);
    return after;
  }
}

/** A set of small numbers, one bit each. */
class Memory {
  readonly #words: Uint32Array;

  constructor(bits: number) {
    this.#words = new Uint32Array((bits >>> 5) + 1);
  }

  has(bit: number): boolean {
    return (this.#words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  add(bit: number): void {
    this.#words[bit >>> 5]! |= 1 << (bit & 31);
  }

  delete(bit: number): void {
    this.#words[bit >>> 5]! &= ~(1 << (bit & 31));
  }
}

/** Fewest and most UTF-16 units that a node can match. */
function lengthsOf(node: Node): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      return { min: 1, max: 2 };
    case 'place':
    case 'look':
      return { min: 0, max: 0 };
    case 'sequence': {
      const parts = node.nodes.map(lengthsOf);
      return { min: sumOf(parts, 'min'), max: sumOf(parts, 'max') };
    }
    case 'choice': {
      const parts = node.nodes.map(lengthsOf);
      return { min: Math.min(...parts.map((part) => part.min)), max: Math.max(...parts.map((part) => part.max)) };
    }
    case 'group':
    case 'atomic':
      return lengthsOf(node.node);
    case 'repeat': {
      const inner = lengthsOf(node.node);
      return { min: inner.min * node.min, max: inner.max === 0 ? 0 : inner.max * node.max };
    }
    case 'reference':
      return { min: 0, max: Number.POSITIVE_INFINITY };
    default: {
      const never: never = node;
      return never;
    }
  }
}

const sumOf = (parts: readonly { readonly min: number; readonly max: number }[], key: 'min' | 'max'): number =>
  parts.reduce((total, part) => total + part[key], 0);

/**
 * Matches at one place.
 * @param whole whether the match must end where the text ends
 * @returns start and end of the match and of each group, -1 where a group took no part; undefined for no match
 */
export class Matcher {
  readonly #compiled: CompiledProgram;
  readonly #text: string;
  #searchStart: number;
  #steps = stepsMax;
  #failures: Memory | undefined;

  constructor(compiled: CompiledProgram, text: string, searchStart: number) {
    this.#compiled = compiled;
    this.#text = text;
    this.#searchStart = searchStart;
  }

  matchAt(start: number, whole: boolean): number[] | undefined {
    const slots = new Array<number>(this.#compiled.slots).fill(-1);
    const end = this.#run(
      this.#compiled.program,
      start,
      slots,
      whole ? this.#text.length : -1,
      this.#memory(this.#compiled.program),
    );
    if (end === -1) return undefined;
    slots[0] = start;
    slots[1] = end;
    return slots;
  }

  /**
   * Failures are the same wherever the match began, so one memory serves all searches from left to right, unless the
   * pattern asks where the search began.
   */
  search(from: number): number[] | undefined {
    const { program } = this.#compiled;
    if (this.#failures === undefined || from !== this.#searchStart) {
      const asksForStart = program.instructions.some((one) => one.kind === 'place' && one.place === 'searchStart');
      if (this.#failures === undefined || asksForStart) this.#failures = this.#memory(program);
      this.#searchStart = from;
    }
    const memory = this.#failures;
    for (let start = from; start <= this.#text.length; start++) {
      const slots = new Array<number>(this.#compiled.slots).fill(-1);
      const end = this.#run(program, start, slots, -1, memory);
      if (end !== -1) {
        slots[0] = start;
        slots[1] = end;
        // What was tried beyond the end has failed; at the end itself it may have led to the match.
        for (let at = 0; at < program.instructions.length; at++) memory?.delete(at * (this.#text.length + 1) + end);
        return slots;
      }
      // Never between the two halves of one character.
      if ((this.#text.codePointAt(start) ?? 0) > 0xffff) start++;
    }
    return undefined;
  }

  #memory(program: Program): Memory | undefined {
    const bits = program.instructions.length * (this.#text.length + 1);
    if (this.#compiled.hasReferences || bits > memoryBitsMax) return undefined;
    return new Memory(bits);
  }

  /** Inner programs run at many places, most of them briefly: their memory grows as it is needed. */
  #innerMemory(): Set<number> | undefined {
    return this.#compiled.hasReferences ? undefined : new Set();
  }

  /** @param end where the match must end; -1 for anywhere. @returns where it ends, -1 for no match */
  #run(
    program: Program,
    start: number,
    slots: number[],
    end: number,
    memory: Memory | Set<number> | undefined,
  ): number {
    const { instructions } = program;
    const text = this.#text;
    const width = text.length + 1;
    // What to go back to: [instruction, place], or [-1 - slot, value] to restore a slot on the way.
    const trail: number[] = [];
    let at = program.start;
    let place = start;
    for (;;) {
      if (--this.#steps < 0) throw new PatternLimitError(`A pattern takes more than ${stepsMax} steps`);
      const instruction = instructions[at]!;
      let next = -1;
      switch (instruction.kind) {
        case 'set': {
          const codePoint = text.codePointAt(place);
          if (codePoint !== undefined && instruction.set.has(codePoint)) {
            place += codePoint > 0xffff ? 2 : 1;
            next = instruction.next;
          }
          break;
        }
        case 'split': {
          if (memory !== undefined) {
            const state = at * width + place;
            if (memory.has(state)) break;
            memory.add(state);
          }
          trail.push(instruction.other, place);
          next = instruction.next;
          break;
        }
        case 'save':
          trail.push(-1 - instruction.slot, slots[instruction.slot]!);
          slots[instruction.slot] = place;
          next = instruction.next;
          break;
        case 'progress':
          if (slots[instruction.slot] !== place) next = instruction.next;
          else {
            // An empty round ends the repetition: what comes after the loop is next.
            const loop = instructions[instruction.next]!;
            if (loop.kind === 'split') next = loopExit(loop, instructions, at);
          }
          break;
        case 'place':
          if (this.#isAt(instruction.place, place)) next = instruction.next;
          break;
        case 'reference': {
          const length = this.#referenceLength(instruction.group, instruction.rule, place, slots);
          if (length !== -1) {
            place += length;
            next = instruction.next;
          }
          break;
        }
        case 'atomic': {
          const reached = this.#run(instruction.program, place, slots, -1, this.#innerMemory());
          if (reached !== -1) {
            place = reached;
            next = instruction.next;
          }
          break;
        }
        case 'look':
          if (this.#looks(instruction, place, slots) !== instruction.negated) next = instruction.next;
          break;
        case 'match':
          if (end === -1 || place === end) return place;
          break;
        default: {
          const never: never = instruction;
          return never;
        }
      }
      if (next !== -1) {
        at = next;
        continue;
      }
      for (;;) {
        if (trail.length === 0) return -1;
        const value = trail.pop()!;
        const target = trail.pop()!;
        if (target < 0) {
          slots[-1 - target] = value;
          continue;
        }
        at = target;
        place = value;
        break;
      }
    }
  }

  #looks(instruction: Extract<Instruction, { kind: 'look' }>, place: number, slots: number[]): boolean {
    const { program, behind, negated } = instruction;
    const inner = negated ? [...slots] : slots;
    if (behind === undefined) return this.#run(program, place, inner, -1, this.#innerMemory()) !== -1;
    for (let back = behind.min; back <= Math.min(behind.max, place); back++) {
      if (this.#run(program, place - back, inner, place, this.#innerMemory()) !== -1) return true;
    }
    return false;
  }

  /** -1 when the text of the group does not come again. A group that took no part never does. */
  #referenceLength(group: number, rule: CaseRule, place: number, slots: number[]): number {
    if (group > this.#compiled.groupCount) return -1;
    const start = slots[group * 2]!;
    const end = slots[group * 2 + 1]!;
    if (start === -1 || end === -1) return -1;
    const said = this.#text.slice(start, end);
    const here = this.#text.slice(place, place + said.length);
    if (said === here) return said.length;
    return rule !== 'exact' && said.toLowerCase() === here.toLowerCase() ? said.length : -1;
  }

  #isAt(place: Place, at: number): boolean {
    const text = this.#text;
    switch (place) {
      case 'start':
        return at === 0;
      case 'end':
        return at === text.length;
      case 'searchStart':
        return at === this.#searchStart;
      case 'lastLineEnd':
        return at === text.length || (isLineBreak(text, at) && at + breakLength(text, at) === text.length);
      case 'lineStart':
        return at === 0 || (at < text.length && isTerminator(text, at - 1) && !insideBreak(text, at));
      case 'lineEnd':
        return at === text.length || isLineBreak(text, at);
      case 'wordBoundary':
        return isWord(text, at, true) !== isWord(text, at, false);
      case 'noWordBoundary':
        return isWord(text, at, true) === isWord(text, at, false);
      default: {
        const never: never = place;
        return never;
      }
    }
  }
}

/** The way out of the loop that a round belongs to: the branch that does not lead into the round. */
function loopExit(
  loop: { next: number; other: number },
  instructions: readonly Instruction[],
  progress: number,
): number {
  const entered = instructions[loop.next];
  const slot = instructions[progress];
  const leadsIn = entered?.kind === 'save' && slot?.kind === 'progress' && entered.slot === slot.slot;
  return leadsIn ? loop.other : loop.next;
}

const isTerminator = (text: string, at: number): boolean =>
  at >= 0 && at < text.length && lineTerminators.has(text.charCodeAt(at));
const insideBreak = (text: string, at: number): boolean => text[at - 1] === '\r' && text[at] === '\n';
const isLineBreak = (text: string, at: number): boolean => isTerminator(text, at) && !insideBreak(text, at);
const breakLength = (text: string, at: number): number => (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1);

/** Whether the character before (`back`) or behind a place belongs to a word. */
function isWord(text: string, at: number, back: boolean): boolean {
  let index = back ? at - 1 : at;
  if (back && index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff) index--;
  const codePoint = text.codePointAt(index);
  return index >= 0 && codePoint !== undefined && boundaryCharacters.has(codePoint);
}
