/**
 * Builds and starts the Java oracle beside this file: Apache Velocity 1.7 from Debian's packages `velocity` and a JDK.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const jars = ['velocity', 'commons-lang', 'commons-collections3'].map((name) => `/usr/share/java/${name}.jar`);

/** Velocity's own directives, without those that API Gateway does not have. */
const directives = ['Foreach', 'Macro', 'Literal', 'Break', 'Define', 'Stop']
  .map((name, i) => `directive.${i + 1}=org.apache.velocity.runtime.directive.${name}`)
  .join('\n');

/** What is missing for the oracle; undefined when it can run. */
export function missing(): string | undefined {
  const jar = jars.find((path) => !existsSync(path));
  if (jar !== undefined) return `${jar} is missing (Debian: apt-get install velocity)`;
  try {
    execFileSync('javac', ['-version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'javac is missing (Debian: apt-get install default-jdk-headless)';
  }
}

export class VelocityOracle implements Disposable {
  readonly #directory: string;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(mode: 'render' | 'bench') {
    this.#directory = mkdtempSync(join(tmpdir(), 'velocity-oracle-'));
    const defaults = join(this.#directory, 'org/apache/velocity/runtime/defaults');
    mkdirSync(defaults, { recursive: true });
    writeFileSync(join(defaults, 'directive.properties'), directives);
    const source = fileURLToPath(new URL('VelocityOracle.java', import.meta.url));
    execFileSync('javac', ['-nowarn', '-d', this.#directory, '-cp', jars.join(':'), source]);
    this.#process = spawn('java', ['-Xss512k', '-cp', [this.#directory, ...jars].join(':'), 'VelocityOracle', mode]);
    this.#process.stderr.on('data', (data: Buffer) => process.stderr.write(data));
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.(line));
  }

  /** Sends one job; answers come in the order of jobs. */
  ask(job: object): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      this.#waiting.push((line) => resolve(JSON.parse(line) as Record<string, unknown>));
      this.#process.stdin.write(`${JSON.stringify(job)}\n`);
    });
  }

  [Symbol.dispose](): void {
    this.#process.stdin.end();
    this.#process.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
