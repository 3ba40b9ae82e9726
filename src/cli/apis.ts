/** `gatewright apis`: what is deployed, and where it answers. */
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type DeployedApi, deployedApi, listApis, stageNamesOf } from './deployed-apis.ts';
import { installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';

export const apis: Command = {
  usage: 'apis [--json]',
  about: 'Lists the APIs with their stages and addresses.',
  async run(args, io) {
    const options = readArguments(args, {}, 0);
    const client = new ManagementClient(await installationOf(options, io));
    const gateway = await client.gateway();
    const listed: DeployedApi[] = [];
    const undeployed: { id: string; name: string; protocol: string }[] = [];
    for (const api of await listApis(client)) {
      const stages = await stageNamesOf(client, api);
      for (const stage of stages) listed.push(deployedApi(gateway, api, stage));
      if (stages.length === 0) undeployed.push({ id: api.id, name: api.name, protocol: api.protocol });
    }
    if (options.on('json')) {
      io.stdout.write(`${JSON.stringify({ apis: listed, undeployed }, null, 2)}\n`);
      return;
    }
    for (const { id, name, protocol, stage, endpoint } of listed)
      io.stdout.write(`${id}  ${protocol}  ${name}  ${stage}  ${endpoint}\n`);
    for (const { id, name, protocol } of undeployed) io.stdout.write(`${id}  ${protocol}  ${name}  (not deployed)\n`);
    if (listed.length + undeployed.length === 0) io.stdout.write('no APIs; deploy one with: gatewright deploy FILE\n');
  },
};
