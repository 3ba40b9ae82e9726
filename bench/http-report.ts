/** The tables of what a request costs, against nginx in the same run. */
import { benchHttp, type Row } from './http.ts';
import { matchingReport } from './matching.ts';
import { spread } from './spread.ts';

/** Round by round against another in the same round, so that a machine that drifts does not lie. */
const ratios = (row: Row, reference: Row): number[] =>
  row.cpuUs.map((cpuUs, round) => cpuUs / (reference.cpuUs[round] ?? Number.NaN));

const line = (row: Row, reference: Row): string =>
  `| ${row.name} | ${spread(row.cpuUs)} | ${spread(ratios(row, reference), 2)} | ${spread(row.requestsPerSecond, 0)} | ${spread(row.p99Ms)} | ${row.failed} |`;

export async function httpReport(): Promise<string> {
  const { rows, matching, memoryMiB } = await benchHttp(
    { rounds: 5, seconds: 2, connections: 64 },
    { rounds: 4, seconds: 2, connections: 64 },
  );
  const [reference] = rows;
  const [few] = matching;
  if (reference === undefined || few === undefined) throw new Error('nothing was measured');
  return `The gateway has one worker and is pinned to one core, nginx (proxy_pass, keep-alive upstream, one worker) takes turns on
the same core; load (wrk, 64 connections) and upstream share the other. After 6 s of warming up each: median of the
rounds, (lowest–highest). CPU time is user and system time of the whole process; machines differ and CPU time a request
does not lie.

| scenario | CPU time a request, µs | against nginx | requests/s | p99, ms | failed |
| --- | --- | --- | --- | --- | --- |
${rows.map((row) => line(row, reference)).join('\n')}

HTTP APIs of few and of many routes, asked for all of them in turn:

| HTTP API, HTTP_PROXY | CPU time a request, µs | against few routes | requests/s | p99, ms | failed |
| --- | --- | --- | --- | --- | --- |
${matching.map((row) => line(row, few)).join('\n')}

${matchingReport()}

Memory of the gateway process: ${memoryMiB.afterStart} MiB after the start, ${memoryMiB.afterLoad} MiB after the load of this run
(${memoryMiB.requests.toLocaleString('en')} requests; \`npm run soak\` looks at a million).`;
}
