/** `gatewright start`: runs the gateway until it is told to stop, and says where everything is. */
import { once } from 'node:events';
import { DataDirectoryInUse } from '../node/data-directory-lock.ts';
import { credentialsFileOf } from '../node/root-key.ts';
import { SettingsError } from '../node/settings.ts';
import { startNode } from '../node/start.ts';
import { readArguments } from './arguments.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { settingsOf } from './installation.ts';

export const start: Command = {
  usage:
    'start [--data-dir DIR] [--traffic-port PORT] [--management-port PORT] [--workers N] [--inspect FUNCTION] [--json]',
  about: `Runs the gateway. SIGTERM and SIGINT drain it: what was accepted is answered.
  --inspect FUNCTION[=PORT]  opens a debugger port (9229) for a Node.js function; may be repeated`,
  async run(args, io) {
    const options = readArguments(args, { inspect: { type: 'string', multiple: true } }, 0);
    const settings = await settingsOf(options, io);
    const inspect = new Map(options.texts('inspect').map(inspection));
    const node = await startNode(settings, { inspect }).catch((error) => {
      throw new Failure(startFailure(error));
    });
    const readyMs = Math.round(performance.now());
    const host = `127.0.0.1:${node.trafficPort}`;
    const sample = node.sample && {
      url: `http://${node.sample.restApiId}.execute-api.localhost:${node.trafficPort}/${node.sample.stageName}/pets`,
      localUrl: `http://${host}/_api/${node.sample.restApiId}/${node.sample.stageName}/pets`,
    };
    if (options.on('json')) {
      const { managementUrl, trafficPort, trafficTlsPort, rootKey } = node;
      io.stdout.write(
        `${JSON.stringify({ managementUrl, trafficPort, trafficTlsPort, accessKeyId: rootKey.accessKeyId, credentials: credentialsFileOf(settings.dataDir), sample, readyMs })}\n`,
      );
    } else {
      const lines = [
        `Gatewright is ready (${readyMs} ms).`,
        '',
        `  console     ${node.managementUrl}/console`,
        `  traffic     http://${host}`,
        ...(node.trafficTlsPort === null ? [] : [`              https://127.0.0.1:${node.trafficTlsPort}`]),
        ...(sample === undefined ? [] : [`  sample API  ${sample.url}`, `              ${sample.localUrl}`]),
        '',
        'To point the AWS CLI and SDKs here:',
        '',
        `  export AWS_ENDPOINT_URL=${node.managementUrl}`,
        // The CLI's version 1 and Python's SDK read only the second of these, others only the first.
        `  export AWS_REGION=${settings.region} AWS_DEFAULT_REGION=${settings.region}`,
        `  export AWS_SHARED_CREDENTIALS_FILE=${credentialsFileOf(settings.dataDir)}`,
        '  aws apigateway get-rest-apis',
        '',
      ];
      io.stdout.write(`${lines.join('\n')}\n`);
    }
    const signal = await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name).then(() => name)));
    if (!options.on('json')) io.stdout.write(`${signal}: draining …\n`);
    await node.close();
  },
};

/** `NAME` or `NAME=PORT`. */
function inspection(given: string): [string, number] {
  const [name = '', port = '9229'] = given.split('=');
  if (name === '' || !/^\d{1,5}$/.test(port))
    throw new UsageError(`--inspect ${given}: expected FUNCTION or FUNCTION=PORT`);
  return [name, Number(port)];
}

function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DataDirectoryInUse || error instanceof SettingsError) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE')
    return `${error.message}. Another program listens there; choose another port with --traffic-port or --management-port`;
  return error.stack ?? error.message;
}
