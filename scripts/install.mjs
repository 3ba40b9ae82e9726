/**
 * Makes a fresh clone runnable: installs the npm packages of the lockfile when they are missing or older than it,
 * and with `--test` the servers and clients that tests need, where the machine is a Debian that lets us. Plain
 * JavaScript for any Node.js from 18 on: it runs before the right Node.js is there.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.installed-lock');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('installing packages (once) …');
  // Not `npm ci`: it wants every platform's optional packages in the lockfile, and some registries carry only their own.
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  await warmCompileCache();
  writeFileSync(stamp, lock);
}

if (process.argv.includes('--test')) installServers();

/**
 * Starts and stops a gateway once, exactly as `npm start` does, so that the first real start is as quick and as small as
 * all later ones: what is compiled is kept by V8's flags.
 */
async function warmCompileCache() {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-warm-'));
  const node = join(root, 'node_modules', '.bin', 'node');
  const ports = ['--management-port', '0', '--traffic-port', '0', '--traffic-host', '127.0.0.1'];
  for (let run = 0; run < 2; run++) {
    const gateway = spawn(
      node,
      ['--max-semi-space-size=1', 'bin/gatewright.mjs', 'start', '--data-dir', directory, ...ports],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
    );
    const exited = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.stdout.once('data', () => gateway.kill('SIGTERM'));
    await exited;
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Debian packages by a program that each brings. What cannot be installed makes its tests skip, with that reason. */
function installServers() {
  const packageOf = {
    'redis-server': 'redis-server',
    nginx: 'nginx',
    wrk: 'wrk',
    '/usr/bin/aws': 'awscli',
    python3: 'python3',
    chromium: 'chromium',
    busybox: 'busybox',
  };
  const present = (program) =>
    program.startsWith('/') ? existsSync(program) : spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  const missing = Object.entries(packageOf).filter(([program]) => !present(program));
  if (missing.length > 0) {
    if (process.getuid?.() !== 0 || !present('apt-get')) {
      console.error(
        `not installed here: ${missing.map(([, name]) => name).join(', ')}; tests that need them will skip`,
      );
    } else {
      const names = missing.map(([, name]) => name);
      console.error(`installing ${names.join(', ')} (once) …`);
      const quiet = { stdio: ['ignore', 'ignore', 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
      spawnSync('apt-get', ['update', '-qq'], quiet);
      spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], quiet);
    }
  }
  const python = join(root, 'node_modules', '.python');
  if (present('python3') && !existsSync(join(python, 'installed'))) {
    console.error('installing boto3 and requests for the tests (once) …');
    const made = spawnSync('python3', ['-m', 'venv', python], { stdio: 'ignore' }).status === 0;
    const pip = [join(python, 'bin', 'pip'), 'install', '-q', '--disable-pip-version-check', 'boto3', 'requests'];
    if (made && spawnSync(pip[0], pip.slice(1), { stdio: 'ignore' }).status === 0)
      writeFileSync(join(python, 'installed'), '');
    else console.error('boto3 could not be installed; tests that need it will skip');
  }
}
