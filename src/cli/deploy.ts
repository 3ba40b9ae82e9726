/**
 * `gatewright deploy FILE`: makes what runs equal to the file. The same file again changes nothing that is live for
 * the worse: an API is found by its stack, redefined, and only a deployment that worked moves the stage.
 */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { plainOpenApi, readDocument } from '../definition/openapi/index.ts';
import { readArguments } from './arguments.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';
import { type DeployedApi, deployedApi, listRestApis, stackTag } from './rest-apis.ts';

export const deploy: Command = {
  usage: 'deploy FILE [--stage NAME] [--stack NAME] [--backend URL] [--type rest] [--json]',
  about: `Deploys an OpenAPI 2.0, 3.0 or 3.1 document.
  --stage NAME   the stage to deploy to (default: prod)
  --stack NAME   which deployment this is: deploying again under the same name updates it (default: the file's name)
  --backend URL  for a document without integrations: every operation is proxied there
  --type rest    the kind of API`,
  async run(args, io) {
    const options = readArguments(
      args,
      {
        stage: { type: 'string' },
        stack: { type: 'string' },
        backend: { type: 'string' },
        type: { type: 'string' },
      },
      1,
    );
    const [file] = options.positionals;
    if (file === undefined) throw new UsageError('which file?');
    const type = options.text('type') ?? 'rest';
    if (type !== 'rest') throw new UsageError(`--type ${type}: only rest can be deployed by this version`);
    const stage = options.text('stage') ?? 'prod';
    const stack = options.text('stack') ?? basename(file, extname(file));
    const client = new ManagementClient(await installationOf(options, io));
    const source = await documentOf(file, options.text('backend'));
    const deployed = await deployRestApi(client, { file, document: source.document, stage, stack });
    const { api } = deployed;
    const warnings = [...source.warnings, ...deployed.warnings];
    if (options.on('json')) {
      io.stdout.write(`${JSON.stringify({ apis: [api], outputs: {}, resources: {}, warnings }, null, 2)}\n`);
      return;
    }
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    io.stdout.write(`${api.name} (${api.id}), stage ${api.stage}\n  ${api.endpoint}\n  ${api.localEndpoint}\n`);
  },
};

/** The document as it is imported, with what was left out of it on the way. @throws Failure naming the file */
async function documentOf(
  file: string,
  backend: string | undefined,
): Promise<{ document: Uint8Array; warnings: readonly string[] }> {
  try {
    const document = await readFile(file);
    const parsed = readDocument(document);
    if (backend === undefined) return { document, warnings: [] };
    const plain = plainOpenApi(parsed, backend);
    return { document: Buffer.from(JSON.stringify(plain)), warnings: plain.warnings };
  } catch (error) {
    throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function deployRestApi(
  client: ManagementClient,
  { file, document, stage, stack }: { file: string; document: Uint8Array; stage: string; stack: string },
): Promise<{ api: DeployedApi; warnings: readonly string[] }> {
  const gateway = await client.gateway();
  const earlier = (await listRestApis(client)).find(({ tags }) => tags[stackTag] === stack);
  const made = await (earlier === undefined
    ? client.call('POST', '/restapis?mode=import', document)
    : client.call('PUT', `/restapis/${earlier.id}?mode=overwrite`, document)
  ).catch((error: Error) => {
    throw new Failure(`${file}: ${error.message}`);
  });
  const id = String(made.id);
  try {
    if (earlier === undefined)
      await client.call('PUT', `/tags/${encodeURIComponent(`arn:aws:apigateway:${client.region}::/restapis/${id}`)}`, {
        tags: { [stackTag]: stack },
      });
    await client.call('POST', `/restapis/${id}/deployments`, { stageName: stage });
  } catch (error) {
    // What never went live should not stay behind; what was live before still is.
    if (earlier === undefined) await client.call('DELETE', `/restapis/${id}`);
    throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const warnings = Array.isArray(made.warnings) ? made.warnings.map(String) : [];
  return { api: deployedApi(gateway, id, String(made.name), stage), warnings };
}
