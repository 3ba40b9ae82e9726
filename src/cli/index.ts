/** The command line: finds the command, runs it, turns its end into an exit code. */

import { nearest } from '../node/settings.ts';
import { type Command, type CommandIo, Failure, UsageError } from './command.ts';

/** Loaded on use: the start of the gateway should not wait for what other commands need. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  deploy: async () => (await import('./deploy.ts')).deploy,
  export: async () => (await import('./export.ts')).exportApi,
  apis: async () => (await import('./apis.ts')).apis,
  invoke: async () => (await import('./invoke.ts')).invoke,
  logs: async () => (await import('./logs.ts')).logs,
  template: async () => (await import('./template.ts')).template,
  credentials: async () => (await import('./credentials.ts')).credentials,
  doctor: async () => (await import('./doctor.ts')).doctor,
};

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function runCommandLine(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.stdout.write(await overview());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    io.stderr.write(`gatewright: no command ${name}; did you mean ${nearest(name, Object.keys(commands))}?\n`);
    return 2;
  }
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(`gatewright ${command.usage}\n\n${command.about}\n`);
    return 0;
  }
  try {
    await command.run(rest, io);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`gatewright ${name}: ${error.message}\nusage: gatewright ${command.usage}\n`);
      return 2;
    }
    if (error instanceof Failure) {
      io.stderr.write(`gatewright ${name}: ${error.message}\n`);
      return 1;
    }
    io.stderr.write(`gatewright ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

async function overview(): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(...loaded.map(({ usage }) => usage.length));
  const lines = loaded.map(({ usage, about }) => `  gatewright ${usage.padEnd(width)}  ${about.split('\n')[0]}`);
  return `Gatewright, an API gateway that speaks Amazon API Gateway's language.\n\n${lines.join('\n')}\n\nEvery command takes --json, --help and the settings of docs/configuration.md as flags.\n`;
}
