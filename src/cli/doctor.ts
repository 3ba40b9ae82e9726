/** `gatewright doctor`: looks at everything that keeps a gateway from working, and says for each what to do. */
import { lookup } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { request } from 'undici';
import { credentialsFileOf, readRootKey } from '../node/root-key.ts';
import { version } from '../node/version.ts';
import { readArguments } from './arguments.ts';
import { type Command, Failure } from './command.ts';
import { functionPermissions } from './function-permissions.ts';
import { type Installation, installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do, a line each; only where something is wrong. */
  readonly remedy?: string;
}

type Check = (installation: Installation) => Promise<Omit<Finding, 'check'>>;

/** Oldest Node.js that this program runs on, as package.json's `engines` says. */
const nodeMin = [24, 15] as const;
/** Signatures are refused from 5 minutes on. */
const skewMsMax = 300_000;

const checks: Readonly<Record<string, Check>> = {
  'Node.js version': async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const ok = major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1]);
    return { ok, detail: process.version, ...(!ok && { remedy: `install Node.js ${nodeMin.join('.')} or later` }) };
  },
  'credentials file': async ({ settings }) => {
    const file = credentialsFileOf(settings.dataDir);
    if ((await readRootKey(settings.dataDir)) === undefined)
      return { ok: false, detail: `${file} does not exist`, remedy: 'start the gateway once, or name its --data-dir' };
    const mode = (await stat(file)).mode & 0o777;
    const ok = (mode & 0o077) === 0;
    return { ok, detail: `${file}, mode ${mode.toString(8)}`, ...(!ok && { remedy: `chmod 600 ${file}` }) };
  },
  'management endpoint': async (installation) => {
    const running = await new ManagementClient(installation).gateway();
    const ok = running.version === version;
    return {
      ok,
      detail: `${installation.endpoint}, version ${running.version}`,
      ...(!ok && { remedy: `this command line is version ${version}: use the same version on both ends` }),
    };
  },
  readiness: async ({ endpoint }) => {
    const answer = await request(`${endpoint}/ready`);
    await answer.body.dump();
    const ok = answer.statusCode === 200;
    return {
      ok,
      detail: `/ready answers ${answer.statusCode}`,
      ...(!ok && { remedy: 'it is starting or draining; see its log' }),
    };
  },
  clock: async ({ endpoint }) => {
    const answer = await request(`${endpoint}/health`);
    await answer.body.dump();
    const skewMs = Math.abs(Date.parse(String(answer.headers.date)) - Date.now());
    const ok = skewMs < skewMsMax;
    return {
      ok,
      detail: `${Math.round(skewMs / 1000)} s apart`,
      ...(!ok && { remedy: 'set the clocks of both machines: signatures older than 5 minutes are refused' }),
    };
  },
  'signed call': async (installation) => {
    await new ManagementClient(installation).call('GET', '/account');
    return { ok: true, detail: `key ${installation.key.accessKeyId} is accepted` };
  },
  'traffic endpoint': async (installation) => {
    const { trafficPort } = await new ManagementClient(installation).gateway();
    const answer = await request(`http://${new URL(installation.endpoint).hostname}:${trafficPort}/`);
    await answer.body.dump();
    return { ok: true, detail: `port ${trafficPort} answers` };
  },
  'permissions of functions': async (installation) => {
    const { accountId, services } = installation.settings;
    const client = new ManagementClient(installation);
    const { calls, findings } = await functionPermissions(client, accountId, services.lambda !== undefined);
    if (findings.length === 0) return { ok: true, detail: `${calls} calls of functions looked at` };
    const remedies = new Set(findings.flatMap((finding) => finding.remedies));
    return {
      ok: false,
      detail: findings.map(({ what }) => what).join('; '),
      ...(remedies.size > 0 && { remedy: [...remedies].join('\n') }),
    };
  },
  'names under .localhost': async () => {
    const { address } = await lookup('api.execute-api.localhost').catch(() => ({ address: '' }));
    const ok = address === '127.0.0.1' || address === '::1';
    return {
      ok: true,
      detail: ok
        ? `resolve to ${address}`
        : 'do not resolve here: use the /_api/{api-id}/{stage}/ addresses, or send the Host header yourself',
    };
  },
};

export const doctor: Command = {
  usage: 'doctor [--json]',
  about: 'Checks the installation and says what to do about what is wrong.',
  async run(args, io) {
    const options = readArguments(args, {}, 0);
    const installation = await installationOf(options, io);
    const findings: Finding[] = [];
    for (const [check, look] of Object.entries(checks)) {
      const found = await look(installation).catch((error) => ({
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      }));
      findings.push({ check, ...found });
    }
    if (options.on('json')) io.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
    else
      for (const { check, ok, detail, remedy } of findings)
        io.stdout.write(
          `${ok ? 'ok    ' : 'WRONG '} ${check}: ${detail}${remedy === undefined ? '' : `\n       -> ${remedy.replaceAll('\n', '\n          ')}`}\n`,
        );
    const wrong = findings.filter(({ ok }) => !ok).length;
    if (wrong > 0) throw new Failure(`${wrong} of ${findings.length} checks found something wrong`);
  },
};
