/**
 * The host's side of `bootstraps/warden.sh`: a small process that outlives the host by a moment and ends what the host
 * left behind, whatever killed it. It knows the host by the pipe on its stdin, which the system closes with the host.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapFile } from './launch.ts';

export class Warden {
  readonly #marker: string;
  readonly #parent: string;
  #directory: string | null = null;
  /** Process groups that live, so that a new warden can be told. */
  readonly #groups = new Set<number>();
  #process: ChildProcess | null = null;
  #closed = false;

  /**
   * @param marker is in the environment of every process: `GATEWRIGHT_ENVIRONMENT={marker}:{number}:`
   * @param parent folder for the folder of this host's temporary files
   */
  constructor(marker: string, parent: string) {
    this.#marker = marker;
    this.#parent = parent;
  }

  /** For the temporary files of this host's environments; made when it is first asked for, removed in the end. */
  get directory(): string {
    this.#directory ??= mkdtempSync(join(this.#parent, 'gatewright-functions-'));
    return this.#directory;
  }

  /** An environment has been started as a process group of its own. */
  watch(group: number): void {
    this.#groups.add(group);
    this.#tell(`+ ${group}\n`);
  }

  /** It has ended; processes that left its group are ended too, by their environment's marker. */
  ended(group: number, marker: string): void {
    this.#groups.delete(group);
    this.#tell(`- ${group} ${marker}\n`);
  }

  /** Lets the warden end what is left, and waits for that. */
  async close(): Promise<void> {
    this.#closed = true;
    const process = this.#process;
    if (process === null || process.exitCode !== null || process.signalCode !== null) {
      if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
      return;
    }
    const gone = new Promise<void>((resolve) => process.once('exit', () => resolve()));
    process.ref();
    process.stdin?.end();
    await gone;
  }

  #tell(line: string): void {
    const before = this.#process;
    const process = this.#running();
    // A new one has been told everything already.
    if (process === before) process.stdin?.write(line);
  }

  #running(): ChildProcess {
    if (this.#process !== null) return this.#process;
    const warden = spawn('/bin/sh', [bootstrapFile('warden.sh'), this.#marker, this.directory], {
      // A process group of its own: what interrupts the host at a terminal must not interrupt the warden.
      detached: true,
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#process = warden;
    warden.stdin?.on('error', () => {});
    warden.on('error', () => {});
    warden.on('exit', () => {
      if (this.#process === warden) this.#process = null;
      if (!this.#closed && this.#groups.size > 0) this.#running();
    });
    for (const group of this.#groups) warden.stdin?.write(`+ ${group}\n`);
    warden.unref();
    if (warden.stdin !== null && 'unref' in warden.stdin && typeof warden.stdin.unref === 'function') {
      warden.stdin.unref();
    }
    return warden;
  }
}
