/** The table of an installation with many APIs. */
import { apis, benchScale, routes } from './scale.ts';
import { quantile, spread } from './spread.ts';

export async function scaleReport(): Promise<string> {
  const { storeMiB, workers, startMs, residentMiB, highestMiB, changeMs, liveMs, firstCallMs } = await benchScale();
  const rows = [
    ['size of the store', `${storeMiB.toFixed(0)} MiB`],
    [`start, until all ${workers} gate workers serve all APIs`, `${(startMs / 1000).toFixed(1)} s`],
    ['memory of the process after it', `${residentMiB} MiB`],
    ['the most it ever had', `${highestMiB} MiB`],
    [`a new route: the call, of ${changeMs.length}`, `${spread(changeMs, 0)} ms`],
    ['… until it answers', `${spread(liveMs, 0)} ms`],
    [
      `first call of an API, of ${firstCallMs.length}: p50, p99`,
      `${quantile(firstCallMs, 0.5).toFixed(1)} ms, ${quantile(firstCallMs, 0.99).toFixed(1)} ms`,
    ],
  ];
  return `${apis.toLocaleString('en')} HTTP APIs of ${routes} routes and ${routes} integrations each.

| | |
| --- | --- |
${rows.map(([what, value]) => `| ${what} | ${value} |`).join('\n')}`;
}
