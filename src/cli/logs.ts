/** `gatewright logs`: what functions printed, from the data directory of a gateway on this machine. */
import { open, readFile, stat } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { functionLogOf, olderFunctionLogOf } from '../node/function-logs.ts';
import { readArguments } from './arguments.ts';
import { type Command, type CommandIo, Failure, UsageError } from './command.ts';
import { settingsOf } from './installation.ts';

const followEveryMs = 200;
const readBytesMax = 1024 * 1024;

export const logs: Command = {
  usage: 'logs [FUNCTION] [--lines N] [--follow] [--json]',
  about: `Prints what functions logged: console output, errors with their stacks, START, END and REPORT lines.
  FUNCTION    only this one, by name
  --lines N   the last N entries (default: 100)
  --follow    goes on with what comes; with --json a line each`,
  async run(args, io) {
    const options = readArguments(args, { lines: { type: 'string' }, follow: { type: 'boolean' } }, 1);
    const lines = Number(options.text('lines') ?? '100');
    if (!Number.isSafeInteger(lines) || lines < 0) throw new UsageError('--lines wants a whole number');
    const { dataDir } = await settingsOf(options, io);
    const wanted = options.positionals[0];
    const print = printer(io, wanted, options.on('json'));
    const older = await textOf(olderFunctionLogOf(dataDir));
    const text = await textOf(functionLogOf(dataDir));
    if (older === undefined && text === undefined && !options.on('follow'))
      throw new Failure(`no function has logged anything yet in ${dataDir}`);
    const entries = `${older ?? ''}${text ?? ''}`.split('\n').filter((line) => line !== '' && ofFunction(line, wanted));
    const last = entries.slice(entries.length - Math.min(lines, entries.length));
    if (options.on('json') && !options.on('follow'))
      io.stdout.write(`${JSON.stringify({ entries: last.map(entryOf) }, null, 2)}\n`);
    else for (const line of last) print(line);
    if (options.on('follow')) await follow(functionLogOf(dataDir), Buffer.byteLength(text ?? ''), print);
  },
};

interface Entry {
  readonly functionArn: string;
  readonly timestampMs: number;
  readonly message: string;
}

const ofFunction = (line: string, wanted: string | undefined): boolean =>
  wanted === undefined || nameOf(entryOf(line).functionArn) === wanted;

const entryOf = (line: string): Entry => JSON.parse(line);
const nameOf = (functionArn: string): string => functionArn.split(':')[6] ?? functionArn;

function printer(io: CommandIo, wanted: string | undefined, json: boolean): (line: string) => void {
  return (line) => {
    if (!ofFunction(line, wanted)) return;
    const { functionArn, timestampMs, message } = entryOf(line);
    const clock = new Date(timestampMs).toISOString();
    const name = wanted === undefined ? `${nameOf(functionArn)} ` : '';
    io.stdout.write(json ? `${line}\n` : `${clock} ${name}${message.trimEnd()}\n`);
  };
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Until the process is told to end. A file that has become shorter is a new one. */
async function follow(path: string, from: number, print: (line: string) => void): Promise<never> {
  let position = from;
  let rest = '';
  const decoder = new StringDecoder('utf8');
  for (;;) {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size < position) position = 0;
    if (size > position) {
      await using file = await open(path);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(readBytesMax, size - position)), {
        position,
      });
      position += bytesRead;
      const complete = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = complete.pop() ?? '';
      for (const line of complete) if (line !== '') print(line);
    }
    await new Promise((resolve) => setTimeout(resolve, followEveryMs));
  }
}
