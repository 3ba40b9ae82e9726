/** `gatewright invoke FUNCTION`: runs a function once and shows its answer, with the end of its log on stderr. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { readArguments } from './arguments.ts';
import { type Command, type CommandIo, Failure, UsageError } from './command.ts';
import { installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';

export const invoke: Command = {
  usage: 'invoke FUNCTION [--event FILE] [--qualifier NAME] [--async] [--json]',
  about: `Invokes a function and prints what it returns; its log goes to stderr.
  --event FILE      the event, a JSON document; - reads it from stdin (default: {})
  --qualifier NAME  version or alias
  --async           only hands the event to the queue`,
  async run(args, io) {
    const options = readArguments(
      args,
      { event: { type: 'string' }, qualifier: { type: 'string' }, async: { type: 'boolean' } },
      1,
    );
    const [name] = options.positionals;
    if (name === undefined) throw new UsageError('which function?');
    const file = options.text('event');
    const event = file === undefined ? Buffer.from('{}') : await readEvent(file, io);
    const qualifier = options.text('qualifier');
    const client = new ManagementClient(await installationOf(options, io));
    const { headers, body } = await client.exchange(
      'POST',
      `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`}`,
      {
        service: 'lambda',
        payload: event,
        // Functions may run for 15 minutes, and wait for their turn before.
        answerMs: 0,
        headers: options.on('async') ? { 'x-amz-invocation-type': 'Event' } : { 'x-amz-log-type': 'Tail' },
      },
    );
    const failed = headers['x-amz-function-error'];
    const log = Buffer.from(headers['x-amz-log-result'] ?? '', 'base64').toString();
    if (options.on('json')) {
      const payload: unknown = body.length === 0 ? null : parsed(body.toString());
      io.stdout.write(`${JSON.stringify({ payload, functionError: failed ?? null, log }, null, 2)}\n`);
    } else {
      if (log !== '') io.stderr.write(log.endsWith('\n') ? log : `${log}\n`);
      if (body.length > 0) io.stdout.write(`${body.toString()}\n`);
    }
    if (failed !== undefined) throw new Failure(`${name} failed (${failed})`);
  },
};

/** @returns the document without the byte order mark that some editors put before it */
async function readEvent(file: string, { stdin = process.stdin }: CommandIo): Promise<Buffer> {
  try {
    const bytes = file === '-' ? await buffer(stdin) : await readFile(file);
    const text = bytes.toString().replace(/^\uFEFF/, '');
    JSON.parse(text);
    return Buffer.from(text);
  } catch (error) {
    throw new Failure(`${file === '-' ? 'stdin' : file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
