/**
 * Which program of this machine runs a runtime: configured, or found on PATH, and then asked what it is, because what
 * is on PATH may be a shim (pyenv, asdf) that costs more to start than the interpreter, or answers for none.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const answerWithinMs = 10_000;

export type RuntimeFamily = 'nodejs' | 'python' | 'java' | 'ruby' | 'dotnet' | 'provided';

export interface Interpreter {
  readonly path: string;
  /** `v26.10.0`, `3.11.7`; whatever it says of itself. */
  readonly version: string;
}

/** `nodejs22.x` is `nodejs`; undefined for what is no runtime of ours. */
export function familyOf(runtime: string): RuntimeFamily | undefined {
  const name = /^[a-z]+/.exec(runtime)?.[0];
  switch (name) {
    case 'nodejs':
    case 'python':
    case 'java':
    case 'ruby':
    case 'dotnet':
    case 'provided':
      return name;
    case 'dotnetcore':
      return 'dotnet';
    default:
      return undefined;
  }
}

/** How each is asked: it prints its path (or nothing) and its version, a line each. */
const questions: Readonly<Record<Exclude<RuntimeFamily, 'provided'>, readonly string[]>> = {
  nodejs: ['-p', 'process.execPath + "\\n" + process.version'],
  python: ['-c', 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])'],
  java: ['-XshowSettings:properties', '-version'],
  ruby: ['-e', 'puts RbConfig.ruby, RUBY_VERSION'],
  dotnet: ['--version'],
};

export class Interpreters {
  readonly #configured: Readonly<Record<string, string>>;
  readonly #found = new Map<string, Promise<Interpreter | undefined>>();

  /** @param configured path by runtime (`python3.12`) or family (`python`) */
  constructor(configured: Readonly<Record<string, string>>) {
    this.#configured = configured;
  }

  find(runtime: string, family: Exclude<RuntimeFamily, 'provided'>): Promise<Interpreter | undefined> {
    const known = this.#found.get(runtime);
    if (known !== undefined) return known;
    const found = this.#look(runtime, family);
    this.#found.set(runtime, found);
    // What is missing today may be installed by the next invocation.
    found.then((interpreter) => {
      if (interpreter === undefined) this.#found.delete(runtime);
    });
    return found;
  }

  /** The programs that are asked, in this order. */
  candidates(runtime: string, family: Exclude<RuntimeFamily, 'provided'>): readonly string[] {
    const configured = own(this.#configured, runtime) ?? own(this.#configured, family);
    if (configured !== undefined) return [configured];
    // The Node.js that runs the gateway is there, and is as good as any later one than was asked for.
    if (family === 'nodejs') return [process.execPath];
    if (family === 'python') return [runtime, 'python3'];
    return [family];
  }

  async #look(runtime: string, family: Exclude<RuntimeFamily, 'provided'>): Promise<Interpreter | undefined> {
    for (const program of this.candidates(runtime, family)) {
      if (program === process.execPath) return { path: program, version: process.version };
      try {
        const { stdout, stderr } = await run(program, [...questions[family]], { timeout: answerWithinMs });
        if (family === 'java') {
          const version = /java\.version = (\S+)/.exec(stderr)?.[1] ?? 'unknown';
          const home = /java\.home = (\S+)/.exec(stderr)?.[1];
          return { path: home === undefined ? program : `${home}/bin/java`, version };
        }
        const [first = '', second] = stdout.trim().split('\n');
        return second === undefined ? { path: program, version: first } : { path: first, version: second };
      } catch {
        // Not installed, or a shim for something that is not: the next one.
      }
    }
    return undefined;
  }
}

const own = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
