/**
 * `gatewright template`: renders mapping templates on the desk. `render` runs one, `test` runs a directory of golden
 * files: beside `NAME.vtl` lie `NAME.output` (the expected text; with `.output.json` compared as JSON) or `NAME.error`
 * (a part of the expected message), and what goes in: `NAME.input` (the body) and `NAME.context.json`. Further cases of
 * the same template are called `NAME.CASE.output` and so on; a case without a context of its own uses the template's.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import {
  compileTemplate,
  excerpt,
  type MappingInput,
  type MappingResult,
  renderMapping,
  TemplateRenderError,
  TemplateSyntaxError,
} from '../mapping/index.ts';
import { type Command, type CommandIo, Failure, UsageError } from './command.ts';

export const template: Command = {
  usage: 'template render FILE --input FILE [--context FILE] | template test DIR [--update]',
  about: `Renders a mapping template, or tests a directory of them.

render prints what FILE makes of the body in the --input file. --context is a JSON file with any of "params" (with
"path", "querystring" and "header"), "context" and "stageVariables"; without any of them it is $context itself. What the
template writes to the overrides is told on stderr. With --json: {"output", "requestOverride", "responseOverride"}.

test renders every NAME.vtl below DIR for each NAME.output, NAME.output.json or NAME.error beside it (or NAME.CASE.output
and so on), with the body NAME.input and the context NAME.context.json. --update writes the output files anew.`,
  async run(args, io) {
    const [action, ...rest] = args;
    if (action === 'render') render(rest, io);
    else if (action === 'test') testDirectory(rest, io);
    else throw new UsageError(action === undefined ? 'render or test?' : `no such action: ${action}`);
  },
};

/**
 * The command without the command line around it.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runTemplate(args: readonly string[], io: Pick<CommandIo, 'stdout' | 'stderr'>): Promise<number> {
  try {
    await template.run(args, { ...io, environment: {} });
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof Failure)) throw error;
    io.stderr.write(`gatewright template: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function parsed<Options extends Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function only(positionals: readonly string[], what: string): string {
  const [first, second] = positionals;
  if (first === undefined) throw new UsageError(`which ${what}?`);
  if (second !== undefined) throw new UsageError(`unexpected argument ${second}`);
  return first;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A context file as what a template is rendered with. */
function contextIn(path: string): MappingInput {
  let value: unknown;
  try {
    value = JSON.parse(read(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Failure(`${path}: ${error.message}`);
    throw error;
  }
  if (!isObject(value)) throw new Failure(`${path}: a JSON object is wanted`);
  const parts = ['params', 'context', 'stageVariables'] as const;
  if (!parts.some((part) => Object.hasOwn(value, part))) return { context: value };
  for (const [name, member] of Object.entries(value)) {
    if (!parts.some((part) => part === name)) throw new Failure(`${path}: ${name} is none of ${parts.join(', ')}`);
    if (!isObject(member)) throw new Failure(`${path}: ${name} is no object`);
  }
  const { params, context, stageVariables } = value as Record<string, Record<string, unknown> | undefined>;
  return { params: placesOf(params, path), context, stageVariables };
}

function placesOf(params: Record<string, unknown> | undefined, path: string): MappingInput['params'] {
  const places: Record<string, Record<string, unknown>> = {};
  for (const [place, values] of Object.entries(params ?? {})) {
    if (place !== 'path' && place !== 'querystring' && place !== 'header') {
      throw new Failure(`${path}: params.${place} is none of path, querystring, header`);
    }
    if (!isObject(values)) throw new Failure(`${path}: params.${place} is no object`);
    places[place] = values;
  }
  return places;
}

/** Renders a template file. @throws Failure with the line and a caret under the place */
function renderFile(path: string, input: MappingInput): MappingResult {
  const source = read(path);
  try {
    return renderMapping(compileTemplate(source, path), input);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError || error instanceof TemplateRenderError)) throw error;
    const shown = excerpt(source, error.line, error.column);
    const about = error instanceof TemplateRenderError && error.fault === 'body' ? ', in the body' : '';
    throw new Failure(`${error.message}${about}${shown === '' ? '' : `\n${shown}`}`);
  }
}

function render(args: readonly string[], io: CommandIo): void {
  const { values, positionals } = parsed(args, {
    input: { type: 'string' },
    context: { type: 'string' },
    json: { type: 'boolean' },
  });
  const path = only(positionals, 'template file');
  const body = values.input === undefined ? undefined : read(values.input);
  const result = renderFile(path, { ...(values.context === undefined ? {} : contextIn(values.context)), body });
  if (values.json === true) {
    io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  io.stdout.write(result.output);
  const { requestOverride, responseOverride } = result;
  for (const [place, written] of Object.entries(requestOverride)) {
    if (Object.keys(written).length > 0) io.stderr.write(`requestOverride.${place}: ${JSON.stringify(written)}\n`);
  }
  if (Object.keys(responseOverride.header).length > 0)
    io.stderr.write(`responseOverride.header: ${JSON.stringify(responseOverride.header)}\n`);
  if (responseOverride.status !== undefined)
    io.stderr.write(`responseOverride.status: ${JSON.stringify(responseOverride.status)}\n`);
}

interface GoldenCase {
  /** Without the ending: `orders` or `orders.empty`. */
  readonly name: string;
  readonly template: string;
  readonly expected: string;
  readonly kind: 'output' | 'output.json' | 'error';
  readonly input: string | undefined;
  readonly context: string | undefined;
}

/** The cases below a directory, by the files that are there. */
function casesIn(directory: string): GoldenCase[] {
  let names: string[];
  try {
    names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  } catch (error) {
    throw new Failure(`${directory}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const paths = new Set(names.map((name) => join(directory, name)));
  const existing = (...candidates: string[]): string | undefined => candidates.find((path) => paths.has(path));
  const cases: GoldenCase[] = [];
  for (const path of paths) {
    const found = /^(.*)\.(output\.json|output|error)$/.exec(path);
    if (found === null) continue;
    const [, stem = '', kind] = found;
    const base = templateOf(stem, paths);
    if (base === undefined) throw new Failure(`${path}: there is no template ${basename(stem)}.vtl beside it`);
    cases.push({
      name: relative(directory, stem),
      template: `${base}.vtl`,
      expected: path,
      kind: kind === 'output.json' || kind === 'error' ? kind : 'output',
      input: existing(`${stem}.input`, `${stem}.input.json`, `${base}.input`, `${base}.input.json`),
      context: existing(`${stem}.context.json`, `${base}.context.json`),
    });
  }
  return cases;
}

/** `orders` for `orders.empty`, when there is an `orders.vtl`. */
function templateOf(stem: string, paths: ReadonlySet<string>): string | undefined {
  if (paths.has(`${stem}.vtl`)) return stem;
  const name = basename(stem);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? undefined : templateOf(join(dirname(stem), name.slice(0, dot)), paths);
}

function testDirectory(args: readonly string[], io: CommandIo): void {
  const { values, positionals } = parsed(args, { update: { type: 'boolean' }, json: { type: 'boolean' } });
  const directory = only(positionals, 'directory');
  const cases = casesIn(directory);
  if (cases.length === 0) throw new Failure(`${directory}: no NAME.output, NAME.output.json or NAME.error files`);
  const results = cases.map((one) => ({ name: one.name, fault: faultOf(one, values.update === true) }));
  const failed = results.filter(({ fault }) => fault !== undefined);
  if (values.json === true) io.stdout.write(`${JSON.stringify({ cases: results }, null, 2)}\n`);
  else {
    for (const { name, fault } of results)
      io.stdout.write(fault === undefined ? `ok      ${name}\n` : `FAILED  ${name}\n${indented(fault)}\n`);
    io.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
  }
  if (failed.length > 0) throw new Failure(`${failed.length} of ${results.length} cases failed`);
}

const indented = (text: string): string => text.replace(/^/gm, '        ');

/** What is wrong with a case; undefined when it passes. */
function faultOf({ template: path, expected, kind, input, context }: GoldenCase, update: boolean): string | undefined {
  let output: string;
  try {
    const body = input === undefined ? undefined : read(input);
    output = renderFile(path, { ...(context === undefined ? {} : contextIn(context)), body }).output;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (kind !== 'error') return error.message;
    const wanted = read(expected).trim();
    return error.message.includes(wanted) ? undefined : `expected an error with: ${wanted}\ngot: ${error.message}`;
  }
  if (kind === 'error') return `expected an error with: ${read(expected).trim()}\ngot: ${output}`;
  if (update) {
    writeFileSync(expected, output);
    return undefined;
  }
  return kind === 'output.json' ? jsonDifference(read(expected), output) : textDifference(read(expected), output);
}

function jsonDifference(expected: string, output: string): string | undefined {
  try {
    if (isDeepStrictEqual(JSON.parse(expected), JSON.parse(output))) return undefined;
  } catch (error) {
    return `no JSON: ${error instanceof Error ? error.message : String(error)}\n${output}`;
  }
  return `expected: ${JSON.stringify(JSON.parse(expected))}\ngot:      ${JSON.stringify(JSON.parse(output))}`;
}

/** The first line that differs; a line break at the very end does not count, because editors add one. */
function textDifference(expected: string, output: string): string | undefined {
  const [wanted, got] = [expected, output].map((text) => text.replace(/\r?\n$/, '').split('\n'));
  const at = wanted!.findIndex((line, i) => line !== got![i]);
  if (at === -1 && wanted!.length === got!.length) return undefined;
  const line = at === -1 ? wanted!.length : at;
  return `line ${line + 1}\nexpected: ${JSON.stringify(wanted![line] ?? null)}\ngot:      ${JSON.stringify(got![line] ?? null)}`;
}
