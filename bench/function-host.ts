/**
 * What the function host costs by itself: cold starts, and the time and CPU of a warm invocation through its thread,
 * as a gate pays them. No HTTP on either side.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { FunctionConfiguration } from '../src/functions/configuration.ts';
import { Workbench } from '../src/functions/fixture.ts';
import { FunctionThread } from '../src/functions/function-thread.ts';
import { quantile } from './spread.ts';

const event = Buffer.from(
  JSON.stringify({
    resource: '/{proxy+}',
    path: '/pets/7',
    httpMethod: 'GET',
    headers: { Host: 'api.execute-api.us-east-1.localhost', 'User-Agent': 'x'.repeat(200) },
    requestContext: { requestId: randomUUID(), stage: 'dev', identity: { sourceIp: '127.0.0.1' } },
    body: null,
    isBase64Encoded: false,
  }),
);

const empty = { 'index.mjs': `export const handler = async () => ({ statusCode: 200, body: 'ok' });` };
/** Says how long it took itself, so that what is left is ours. */
const waiting = {
  'index.mjs': `export const handler = async () => { const t = performance.now(); await new Promise((r) => setTimeout(r, 50)); return performance.now() - t; };`,
};
const python = { 'index.py': 'def handler(event, context):\n    return {"statusCode": 200, "body": "ok"}\n' };

/** User and system time of everything in this process and below it, in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  let childTicks = 0;
  for (const name of readdirSync('/proc')) {
    try {
      if (!/^\d+$/.test(name) || !readFileSync(`/proc/${name}/environ`, 'latin1').includes('GATEWRIGHT_ENVIRONMENT=')) {
        continue;
      }
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
      childTicks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended.
    }
  }
  return (user + system) / 1000 + childTicks * 10;
}

interface Host extends AsyncDisposable {
  readonly bench: Workbench;
  /** @returns milliseconds beyond what the handler says it took itself */
  invoke(fn: FunctionConfiguration): Promise<number>;
  retire(fn: FunctionConfiguration): void;
}

function startHost(): Host {
  const bench = new Workbench();
  const thread = new FunctionThread({
    log: () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  thread.wake();
  return {
    bench,
    invoke: async (fn) => {
      const began = performance.now();
      const result = await thread.invoker.invoke(fn, event, { requestId: randomUUID() });
      const tookMs = performance.now() - began;
      const text = Buffer.from(result.payload).toString();
      if (result.functionError !== undefined) throw new Error(text);
      const own: unknown = JSON.parse(text);
      return tookMs - (typeof own === 'number' ? own : 0);
    },
    retire: (fn) => thread.invoker.retire(fn.functionArn),
    [Symbol.asyncDispose]: async () => {
      await thread.close();
      bench[Symbol.dispose]();
    },
  };
}

async function coldStarts(
  { bench, invoke, retire }: Host,
  what: string,
  files: Readonly<Record<string, string>>,
  settings: { readonly runtime?: string },
): Promise<string> {
  const times: number[] = [];
  for (let n = 0; n < 12; n++) {
    const fn = bench.fn(files, settings);
    const tookMs = await invoke(fn);
    // The first of a language also looks for its interpreter.
    if (n > 0) times.push(tookMs);
    retire(fn);
  }
  return `| ${what} | ${quantile(times, 0.5).toFixed(0)} | ${quantile(times, 1).toFixed(0)} |`;
}

/** @returns a line of the table */
async function warm(
  { invoke }: Host,
  what: string,
  fn: FunctionConfiguration,
  inFlight: number,
  invocations: number,
): Promise<string> {
  const times: number[] = [];
  let left = invocations;
  const cpuBefore = cpuMs();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) times.push(await invoke(fn));
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const cpuUs = ((cpuMs() - cpuBefore) * 1000) / invocations;
  return `| ${what} | ${Math.round(invocations / seconds)} | ${quantile(times, 0.5).toFixed(2)} | ${quantile(times, 0.99).toFixed(2)} | ${cpuUs.toFixed(0)} |`;
}

export async function functionHostReport(): Promise<string> {
  const descriptorsBefore = readdirSync('/proc/self/fd').length;
  const tables = await measured();
  const left = readdirSync('/proc/self/fd').length - descriptorsBefore;
  return `The host alone, without HTTP on either side:

${tables}

Descriptors that are left over when the host has ended: ${Math.max(0, left)}.`;
}

async function measured(): Promise<string> {
  await using host = startHost();
  const { bench } = host;
  await host.invoke(bench.fn(empty));
  const cold = [
    await coldStarts(host, 'Node.js', empty, {}),
    await coldStarts(host, 'Python', python, { runtime: 'python3.12' }),
  ];
  const fast = bench.fn(empty);
  const slow = bench.fn(waiting);
  const snake = bench.fn(python, { runtime: 'python3.12' });
  await warm(host, '', fast, 16, 3_000);
  const lines = [
    await warm(host, 'empty Node.js handler, one at a time', fast, 1, 4_000),
    await warm(host, 'empty Node.js handler, 64 in flight (time includes the queue)', fast, 64, 30_000),
  ];
  await warm(host, '', slow, 64, 640);
  lines.push(
    await warm(host, 'handler that waits 50 ms, 64 in flight: time beyond the handler’s own', slow, 64, 3_200),
  );
  await warm(host, '', snake, 1, 200);
  lines.push(
    await warm(host, 'empty Python handler, one at a time', snake, 1, 2_000),
    await warm(host, 'empty Python handler, 64 in flight', snake, 64, 8_000),
  );
  return `| cold start of an empty function | median, ms | worst, ms |
| --- | --- | --- |
${cold.join('\n')}

| warm invocations | /s | p50, ms | p99, ms | CPU µs, all processes |
| --- | --- | --- | --- | --- |
${lines.join('\n')}`;
}
