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
    const following = options.on('follow');
    const [olderFile, file] = [olderFunctionLogOf(dataDir), functionLogOf(dataDir)];
    const older = await bytesOf(olderFile);
    const newer = await bytesOf(file);
    if (older === undefined && newer === undefined && !following)
      throw new Failure(`no function has logged anything yet in ${dataDir}`);
    const read = reader(io, wanted);
    // What is still being written is read when it is whole.
    const whole = (following ? newer?.subarray(0, newer.lastIndexOf('\n') + 1) : newer) ?? Buffer.alloc(0);
    const late = lastEntries(whole.toString(), lines, (line) => read(line, file));
    const early = lastEntries(older?.toString() ?? '', lines - late.length, (line) => read(line, olderFile));
    const last = [...early, ...late];
    const print = (entry: Entry): unknown =>
      io.stdout.write(options.on('json') ? `${JSON.stringify(entry)}\n` : readable(entry, wanted));
    if (options.on('json') && !following) io.stdout.write(`${JSON.stringify({ entries: last }, null, 2)}\n`);
    else for (const entry of last) print(entry);
    if (following)
      await follow(file, whole.length, (line) => {
        const entry = read(line, file);
        if (entry !== undefined) print(entry);
      });
  },
};

interface Entry {
  readonly functionArn: string;
  readonly timestampMs: number;
  readonly message: string;
}

/** Farthest from 1970 that a date can be. */
const timestampMsMax = 8.64e15;

/** @returns undefined when the line is no entry */
function entryOf(line: string): Entry | undefined {
  try {
    const entry: Entry = JSON.parse(line);
    const { functionArn, timestampMs, message }: Readonly<Record<keyof Entry, unknown>> = entry;
    const valid =
      typeof functionArn === 'string' &&
      typeof timestampMs === 'number' &&
      Math.abs(timestampMs) <= timestampMsMax &&
      typeof message === 'string';
    return valid ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Reads lines of files, and complains once of a file with lines that are no entries. Those of other functions are skipped too. */
function reader(io: CommandIo, wanted: string | undefined): (line: string, file: string) => Entry | undefined {
  const complained = new Set<string>();
  return (line, file) => {
    const entry = entryOf(line);
    if (entry === undefined && !complained.has(file)) {
      complained.add(file);
      io.stderr.write(`gatewright logs: ${file} has lines that are no entries of a log; they are left out\n`);
    }
    return entry === undefined || (wanted !== undefined && nameOf(entry.functionArn) !== wanted) ? undefined : entry;
  };
}

/** The last entries of a text, oldest first. What stands before them is not read. */
function lastEntries(text: string, most: number, read: (line: string) => Entry | undefined): Entry[] {
  const found: Entry[] = [];
  let end = text.length;
  while (end > 0 && found.length < most) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const entry = start === end ? undefined : read(text.slice(start, end));
    if (entry !== undefined) found.push(entry);
    end = start - 1;
  }
  return found.reverse();
}

const nameOf = (functionArn: string): string => functionArn.split(':')[6] ?? functionArn;

const readable = ({ functionArn, timestampMs, message }: Entry, wanted: string | undefined): string =>
  `${new Date(timestampMs).toISOString()} ${wanted === undefined ? `${nameOf(functionArn)} ` : ''}${message.trimEnd()}\n`;

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Until the process is told to end. A file that has become shorter is a new one. */
async function follow(path: string, from: number, print: (line: string) => void): Promise<never> {
  let position = from;
  let rest = '';
  let decoder = new StringDecoder('utf8');
  for (;;) {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size < position) {
      position = 0;
      rest = '';
      decoder = new StringDecoder('utf8');
    }
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
