/**
 * What a command of the command line is. Exit codes: 0 done, 1 failed (the reason on stderr), 2 wrong usage. With
 * `--json` a command prints one JSON document on stdout and nothing else.
 */
export interface CommandIo {
  /** That of the process unless given. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Command {
  /** After the program's name, e.g. `deploy FILE [--stage NAME]`. */
  readonly usage: string;
  readonly about: string;
  /** @throws UsageError, Failure */
  run(args: readonly string[], io: CommandIo): Promise<void>;
}

/** The command was called in a way it does not understand: exit code 2. */
export class UsageError extends Error {}

/** The command understood and could not: exit code 1. */
export class Failure extends Error {}
