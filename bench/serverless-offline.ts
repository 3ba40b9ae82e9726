/**
 * serverless-offline with the same handler, to compare with. It is no dependency of this project: it is installed from
 * npm into a directory for temporary files when it is first asked for, 280 MB, and found there the next time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, freePort, type Running, startProcess } from './processes.ts';

/** The last Serverless Framework that needs no account, and the serverless-offline that goes with it. */
const packages = { serverless: '3.40.0', 'serverless-offline': '13.10.1' } as const;
export const serverlessOfflineName = `serverless-offline ${packages['serverless-offline']} (serverless ${packages.serverless})`;

/** @throws when it can not be installed, e.g. without a network */
function install(): string {
  const directory = join(tmpdir(), `gatewright-bench-serverless-offline-${packages['serverless-offline']}`);
  const main = join(directory, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const done = join(directory, 'installed');
  if (existsSync(done)) return main;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  const { status, stderr, error } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0)
    throw new Error(error?.message ?? (stderr.trim().split('\n').at(-1) || `npm install ended with ${status}`));
  writeFileSync(done, '');
  return main;
}

/** @param handlers directory with `index.mjs`; its `handler` answers `GET /empty` */
export async function startServerlessOffline(handlers: string): Promise<Running & { readonly url: string }> {
  const main = install();
  const [httpPort, lambdaPort] = [await freePort(), await freePort()];
  // It looks for plugins beside the configuration.
  const directory = join(main, '..', '..', '..', '..');
  writeFileSync(
    join(handlers, 'serverless.json'),
    JSON.stringify({
      service: 'bench',
      frameworkVersion: '3',
      provider: { name: 'aws', runtime: 'nodejs20.x', region: 'us-east-1' },
      plugins: { modules: ['serverless-offline'], localPath: join(directory, 'node_modules') },
      functions: { empty: { handler: 'index.handler', events: [{ http: { path: '/empty', method: 'get' } }] } },
    }),
  );
  const running = startProcess(
    [
      process.execPath,
      main,
      'offline',
      'start',
      `--httpPort=${httpPort}`,
      `--lambdaPort=${lambdaPort}`,
      '--noPrependStageInUrl',
    ],
    { SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', NODE_PATH: join(directory, 'node_modules') },
    undefined,
    handlers,
    'ignore',
  );
  const url = `http://127.0.0.1:${httpPort}/empty`;
  try {
    await answering(url, 30_000);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...running, url };
}
