/** What finding a route costs by itself, in the tables of HTTP APIs and of REST APIs, as they grow. */
import { RouteTable } from '../src/plan/http/route-table.ts';
import { pathsOfWideHttpApi } from './http-apis.ts';
import { median } from './spread.ts';

const sizes = [10, 100, 1_000, 10_000];
const rounds = 9;
const matches = 200_000;

/** Nanoseconds to find a route. @param asked how many different paths are asked for in turn */
function measured(routes: number, asked: number): () => number {
  const entries = Array.from({ length: routes }, (_, n) => ({
    routeKey: `GET /v1/service-${n}/pets/{petId}`,
    route: n,
  }));
  const table = new RouteTable(entries);
  const paths = pathsOfWideHttpApi(routes, asked);
  return () => {
    const values: string[] = [];
    let found = 0;
    const startedMs = performance.now();
    for (let n = 0; n < matches; n++) {
      // Paths come from the wire: new strings, whose hash nobody has computed.
      const path = `${paths[n % asked]!.slice(0, -1)}${n % 10}`;
      if (table.match('GET', path, values) !== undefined) found++;
      values.length = 0;
    }
    if (found !== matches) throw new Error(`${matches - found} paths have no route`);
    return ((performance.now() - startedMs) * 1e6) / matches;
  };
}

export function matchingReport(): string {
  const runs = sizes.map((routes) => ({
    routes,
    one: measured(routes, 1),
    all: measured(routes, routes),
    ones: [] as number[],
    alls: [] as number[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const run of runs) {
      run.ones.push(run.one());
      run.alls.push(run.all());
    }
  }
  const lines = runs.map(
    ({ routes, ones, alls }) =>
      `| ${routes.toLocaleString('en')} | ${median(ones).toFixed(0)} | ${median(alls).toFixed(0)} |`,
  );
  return `Finding a route, by itself:

| routes | ns, always the same | ns, all of them in turn |
| --- | --- | --- |
${lines.join('\n')}`;
}
