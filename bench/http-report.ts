/** The table of what a request costs, against nginx in the same run. */
import { benchHttp, type Row } from './http.ts';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const spread = (values: readonly number[], digits = 1): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

export async function httpReport(): Promise<string> {
  const { rows, memoryMiB } = await benchHttp({ rounds: 3, seconds: 5, connections: 64 });
  const [reference] = rows;
  if (reference === undefined) throw new Error('nothing was measured');
  /** Round by round against nginx in the same round, so that a machine that drifts does not lie. */
  const ratios = (row: Row): number[] =>
    row.cpuUs.map((cpuUs, round) => cpuUs / (reference.cpuUs[round] ?? Number.NaN));
  const table = rows.map(
    (row) =>
      `| ${row.name} | ${spread(row.cpuUs)} | ${spread(ratios(row), 2)} | ${spread(row.requestsPerSecond, 0)} | ${spread(row.p99Ms)} | ${row.failed} |`,
  );
  return `The gateway has one worker and is pinned to one core, nginx (proxy_pass, keep-alive upstream, one worker) takes turns on
the same core; load (wrk, 64 connections) and upstream share the other. Median of the rounds, (lowest–highest). CPU time
is user and system time of the whole process; machines differ and CPU time a request does not lie.

| scenario | CPU time a request, µs | against nginx | requests/s | p99, ms | failed |
| --- | --- | --- | --- | --- | --- |
${table.join('\n')}

Memory of the gateway process: ${memoryMiB.afterStart} MiB after the start, ${memoryMiB.afterLoad} MiB after the load of this run
(${memoryMiB.requests.toLocaleString('en')} requests; \`npm run soak\` looks at a million).`;
}
