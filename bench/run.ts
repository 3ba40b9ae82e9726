/**
 * `npm run bench [-- http|mapping|functions|scale]`: runs one benchmark, prints its tables, and writes them to its section of
 * bench/results.md. Each is bounded in time.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

const benchmarks: Readonly<Record<string, { readonly title: string; readonly run: () => Promise<string> }>> = {
  http: { title: 'What a request costs', run: async () => (await import('./http-report.ts')).httpReport() },
  mapping: {
    title: 'Mapping templates',
    run: async () => {
      const { mappingBench, mappingReport } = await import('./mapping.ts');
      return mappingReport(await mappingBench());
    },
  },
  functions: {
    title: 'Functions',
    run: async () => (await import('./functions-report.ts')).functionsReport(),
  },
  scale: { title: 'Many APIs', run: async () => (await import('./scale-report.ts')).scaleReport() },
};

const resultsFile = 'bench/results.md';
const [name = 'http'] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  console.error(`no benchmark ${name}; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
const startedAtMs = Date.now();
const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.version}`;
const section = `## ${benchmark.title}

\`npm run bench -- ${name}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}.

${await benchmark.run()}
`;
console.log(section);
console.log(`${((Date.now() - startedAtMs) / 1000).toFixed(0)} s`);

const sections = new Map<string, string>();
const written = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '';
for (const each of written.split(/^(?=## )/m).slice(1)) sections.set(each.split('\n')[0] ?? '', each.trimEnd());
sections.set(`## ${benchmark.title}`, section.trimEnd());
writeFileSync(resultsFile, `# Benchmarks\n\n${[...sections.values()].join('\n\n')}\n`);
