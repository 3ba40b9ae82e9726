/**
 * `npm run build`: makes `dist/`, the publishable form, because Node.js strips no types inside node_modules. Types are
 * stripped, `.ts` becomes `.js` in the names of modules, everything that is not TypeScript is copied.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';

const from = 'src';
const to = 'dist';

rmSync(to, { recursive: true, force: true });
let files = 0;
for (const file of globSync(`${from}/**/*`)) {
  if (!statSync(file).isFile() || /(?:\.test|-contract)\.ts$/.test(file)) continue;
  const target = join(to, relative(from, file)).replace(/\.ts$/, '.js');
  mkdirSync(dirname(target), { recursive: true });
  files++;
  if (!/\.m?[jt]s$/.test(file) || file.includes('/bootstraps/')) {
    copyFileSync(file, target);
    continue;
  }
  const text = readFileSync(file, 'utf8');
  const code = file.endsWith('.ts') ? stripTypeScriptTypes(text, { mode: 'strip' }) : text;
  // Module names are the only strings that begin with a dot and end in .ts; src and dist lie equally deep.
  writeFileSync(target, code.replaceAll(/(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g, '$1$2.js$1'));
}
console.log(`${files} files in ${to}/`);
