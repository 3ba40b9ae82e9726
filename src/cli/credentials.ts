/** Prints the root key in the ways other tools take it. */
import { credentialsFileOf } from '../node/root-key.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { installationOf } from './installation.ts';

export const credentials: Command = {
  usage: 'credentials [--json]',
  about: 'Prints what points the AWS CLI and SDKs at this gateway: eval "$(gatewright credentials)".',
  async run(args, io) {
    const options = readArguments(args, {}, 0);
    const { settings, endpoint, key } = await installationOf(options, io);
    if (options.on('json')) {
      io.stdout.write(
        `${JSON.stringify({ ...key, region: settings.region, endpoint, file: credentialsFileOf(settings.dataDir) }, null, 2)}\n`,
      );
      return;
    }
    const variables = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_REGION: settings.region,
      AWS_DEFAULT_REGION: settings.region,
    };
    for (const [name, value] of Object.entries(variables)) io.stdout.write(`export ${name}=${value}\n`);
  },
};
