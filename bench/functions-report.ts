/** The tables of what a call of a function costs. */
import { functionHostReport } from './function-host.ts';
import { benchFunctions, comparedConnections, rates } from './functions.ts';
import type { Load } from './processes.ts';
import { serverlessOfflineName } from './serverless-offline.ts';
import { quantile, spread } from './spread.ts';

const quantiles = (times: readonly number[]): string =>
  `${quantile(times, 0.5).toFixed(2)} | ${quantile(times, 0.99).toFixed(2)}`;

const loads = (name: string, results: readonly Load[]): string =>
  `| ${name} | ${spread(
    results.map(({ requestsPerSecond }) => requestsPerSecond),
    0,
  )} | ${spread(results.map(({ p50 }) => p50))} | ${spread(results.map(({ p99 }) => p99))} | ${results.reduce((sum, { failed }) => sum + failed, 0)} |`;

export async function functionsReport(): Promise<string> {
  const { coldMs, overheadMs, atRatesMs, throughput, compared, serverlessOffline } = await benchFunctions(3);
  const comparison =
    typeof serverlessOffline === 'string'
      ? [`| ${serverlessOfflineName} | not measured: ${serverlessOffline} | | | |`]
      : [loads(`empty handler, ${comparedConnections} connections, ${serverlessOfflineName}`, serverlessOffline)];
  const ratios =
    typeof serverlessOffline === 'string'
      ? []
      : compared.map(
          ({ requestsPerSecond }, round) =>
            requestsPerSecond / (serverlessOffline[round]?.requestsPerSecond ?? Number.NaN),
        );
  return `Through the whole gateway: a REST API with Lambda proxy integrations (AWS_PROXY) of Node.js functions, deployed over the
management endpoint, one gate worker. Gateway, functions and load share the machine's cores. Median of the rounds,
(lowest–highest).

| the gateway's and the host's own time of a warm call, 64 connections | p50, ms | p99, ms |
| --- | --- | --- |
| handler that waits 50 ms, as many calls as 64 connections make: beyond what the handler took | ${quantiles(overheadMs)} |
${rates.map((rate, n) => `| empty handler, ${rate.toLocaleString('en')} calls/s: the whole time | ${quantiles(atRatesMs[n] ?? [])} |`).join('\n')}

| throughput | calls/s | p50, ms | p99, ms | failed |
| --- | --- | --- | --- | --- |
${[loads('empty handler, 64 connections', throughput), ...(compared.length === 0 ? [] : [loads(`empty handler, ${comparedConnections} connections`, compared)]), ...comparison].join('\n')}

${ratios.length === 0 ? '' : `Against serverless-offline: ${spread(ratios)} times its throughput.\n\n`}Cold start of an empty Node.js function, from the request to its answer: ${spread(coldMs, 0)} ms.

${await functionHostReport()}`;
}
