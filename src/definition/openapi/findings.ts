/**
 * What an import complains about, and when a complaint ends it. Three weights: an error ends the import; a warning
 * ends it when the caller asked to fail on warnings; a note is listed like a warning but never ends anything. Notes are
 * ours: AWS passes over the same thing in silence, and a document that AWS takes with `failonwarnings=true` is taken
 * here too. The texts of answers are AWS's, as published by its users.
 */
import { badRequest } from '../errors.ts';

/** More than anybody reads; the rest is counted. */
const listedMax = 1_000;

export class Findings {
  readonly #errors: string[] = [];
  readonly #listed: string[] = [];
  readonly #noted = new Set<string>();
  #left = 0;
  #warned: string[] = [];

  error(message: string): void {
    if (this.#errors.length < listedMax) this.#errors.push(message);
  }

  warn(message: string): void {
    if (this.#warned.length < listedMax) this.#warned.push(message);
    this.#list(message);
  }

  /** The same note is made once. */
  note(message: string): void {
    if (this.#noted.has(message)) return;
    if (this.#noted.size < listedMax) this.#noted.add(message);
    this.#list(message);
  }

  /** Runs an edit whose refusal is an error of the import: `Unable to put method …: <refusal>`. */
  attempt<Result>(what: string, edit: () => Result): Result | undefined {
    try {
      return edit();
    } catch (refusal) {
      if (!(refusal instanceof Error && 'code' in refusal)) throw refusal;
      this.error(`${what}: ${refusal.message}`);
      return undefined;
    }
  }

  /** Warnings and notes in the order in which they were made. */
  listed(): string[] {
    return this.#left === 0 ? [...this.#listed] : [...this.#listed, `… and ${this.#left} more`];
  }

  /** @throws BadRequestException with everything that was found */
  check(failOnWarnings: boolean): void {
    if (this.#errors.length > 0) {
      const also = this.#listed.length === 0 ? '' : `\nAdditionally, these warnings were found:${lines(this.listed())}`;
      throw badRequest(`Errors found during import:${lines(this.#errors)}${also}`);
    }
    if (failOnWarnings && this.#warned.length > 0)
      throw badRequest(`Warnings found during import:${lines(this.#warned)}`);
  }

  #list(message: string): void {
    if (this.#listed.length < listedMax) this.#listed.push(message);
    else this.#left += 1;
  }
}

const lines = (messages: readonly string[]): string => messages.map((message) => `\n\t${message}`).join('');
