/**
 * `gatewright deploy FILE`: makes what runs equal to the file. The same file again changes nothing that is live for
 * the worse: an API is found by its stack, redefined, and only a deployment that worked moves the stage.
 */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { kindOf, plainOpenApi, readDocument } from '../definition/openapi/index.ts';
import { readArguments } from './arguments.ts';
import { type Command, Failure, UsageError } from './command.ts';
import {
  type DeployedApi,
  defaultStage,
  deployedApi,
  type ListedApi,
  listApis,
  stackTag,
  stageNamesOf,
} from './deployed-apis.ts';
import { installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';

export const deploy: Command = {
  usage: 'deploy FILE [--stage NAME] [--stack NAME] [--backend URL] [--type rest|http] [--json]',
  about: `Deploys an OpenAPI 2.0, 3.0 or 3.1 document.
  --stage NAME      the stage to deploy to (default: prod; of HTTP APIs $default, which stands in no path)
  --stack NAME      which deployment this is: deploying again under the same name updates it (default: the file's name)
  --backend URL     for a document without integrations: every operation is proxied there
  --type rest|http  the kind of API (default: http when the document declares nothing that only REST APIs have)`,
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
    const type = options.text('type');
    if (type !== undefined && type !== 'rest' && type !== 'http') throw new UsageError(`--type ${type}: rest or http?`);
    const source = await sourceOf(file, type, options.text('backend'));
    const stack = options.text('stack') ?? basename(file, extname(file));
    const stage = options.text('stage') ?? (source.kind === 'http' ? defaultStage : 'prod');
    const client = new ManagementClient(await installationOf(options, io));
    const naming = (error: unknown): never => {
      throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    };
    const made = await deployDocument(client, source, stack, stage).catch(naming);
    const warnings = [...source.warnings, ...made.warnings];
    if (options.on('json')) {
      io.stdout.write(`${JSON.stringify({ apis: [made.api], outputs: {}, resources: {}, warnings }, null, 2)}\n`);
      return;
    }
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    const { name, id, protocol, stage: live, endpoint, localEndpoint } = made.api;
    io.stdout.write(`${name} (${protocol} API ${id}), stage ${live}\n  ${endpoint}\n  ${localEndpoint}\n`);
  },
};

interface Source {
  readonly kind: 'rest' | 'http';
  readonly document: Uint8Array;
  /** What was left out of the document on the way. */
  readonly warnings: readonly string[];
}

/** @throws Failure naming the file */
async function sourceOf(file: string, type: Source['kind'] | undefined, backend: string | undefined): Promise<Source> {
  try {
    const document = await readFile(file);
    const parsed = readDocument(document);
    const kind = type ?? kindOf(parsed);
    if (backend === undefined) return { kind, document, warnings: [] };
    const plain = plainOpenApi(parsed, backend, kind);
    return { kind, document: Buffer.from(JSON.stringify(plain)), warnings: plain.warnings };
  } catch (error) {
    throw new Failure(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function deployDocument(
  client: ManagementClient,
  source: Source,
  stack: string,
  stage: string,
): Promise<{ api: DeployedApi; warnings: readonly string[] }> {
  const gateway = await client.gateway();
  const earlier = (await listApis(client)).find(({ tags }) => tags[stackTag] === stack);
  const protocol = source.kind === 'http' ? 'HTTP' : 'REST';
  if (earlier !== undefined && earlier.protocol !== protocol)
    throw new Error(
      `stack ${stack} is ${earlier.protocol} API ${earlier.id}; deploy a ${protocol} API under another --stack, or as --type ${earlier.protocol.toLowerCase()}`,
    );
  const { api, warnings } = await (source.kind === 'http' ? deployHttpApi : deployRestApi)(
    client,
    source.document,
    earlier,
    stack,
    stage,
  );
  return { api: deployedApi(gateway, { ...api, protocol }, stage), warnings };
}

type Deployed = Promise<{ api: { readonly id: string; readonly name: string }; warnings: readonly string[] }>;

async function deployRestApi(
  client: ManagementClient,
  document: Uint8Array,
  earlier: ListedApi | undefined,
  stack: string,
  stage: string,
): Deployed {
  const made = await (earlier === undefined
    ? client.call('POST', '/restapis?mode=import', document)
    : client.call('PUT', `/restapis/${earlier.id}?mode=overwrite`, document));
  const id = String(made.id);
  await orGone(client, earlier === undefined ? `/restapis/${id}` : undefined, async () => {
    if (earlier === undefined)
      await client.call('PUT', `/tags/${encodeURIComponent(`arn:aws:apigateway:${client.region}::/restapis/${id}`)}`, {
        tags: { [stackTag]: stack },
      });
    await client.call('POST', `/restapis/${id}/deployments`, { stageName: stage });
  });
  return { api: { id, name: String(made.name) }, warnings: textsOf(made.warnings) };
}

/** The `$default` stage deploys by itself from now on, as that of AWS's quick create; stages with names when they are named here. */
async function deployHttpApi(
  client: ManagementClient,
  document: Uint8Array,
  earlier: ListedApi | undefined,
  stack: string,
  stage: string,
): Deployed {
  const body = { body: Buffer.from(document).toString('utf8') };
  const newStage = { stageName: stage, autoDeploy: stage === defaultStage };
  let made: Record<string, unknown> = {};
  if (earlier === undefined) {
    made = await client.call('PUT', '/v2/apis', body);
    const api = `/v2/apis/${made.apiId}`;
    await orGone(client, api, async () => {
      const arn = `arn:aws:apigateway:${client.region}::/apis/${made.apiId}`;
      await client.call('POST', `/v2/tags/${encodeURIComponent(arn)}`, { tags: { [stackTag]: stack } });
      await client.call('POST', `${api}/stages`, newStage);
      await goLive(client, api, stage);
    });
  } else {
    const api = `/v2/apis/${earlier.id}`;
    const isNew = !(await stageNamesOf(client, earlier)).includes(stage);
    // A name that no stage can have is refused before anything has changed.
    if (isNew) await client.call('POST', `${api}/stages`, newStage);
    await orGone(client, isNew ? `${api}/stages/${encodeURIComponent(stage)}` : undefined, async () => {
      made = await client.call('PUT', api, body);
      await goLive(client, api, stage);
    });
  }
  return {
    api: { id: String(made.apiId), name: String(made.name) },
    warnings: [...textsOf(made.warnings), ...textsOf(made.importInfo)],
  };
}

/** @throws Error when what is defined now could not be deployed: then the stage serves what it served before */
async function goLive(client: ManagementClient, api: string, stage: string): Promise<void> {
  const { autoDeploy, deploymentId, lastDeploymentStatusMessage } = await client.call(
    'GET',
    `${api}/stages/${encodeURIComponent(stage)}`,
  );
  if (autoDeploy !== true) {
    await client.call('POST', `${api}/deployments`, { stageName: stage });
    return;
  }
  const message = String(lastDeploymentStatusMessage ?? '');
  if (deploymentId === undefined || message.startsWith('Deployment attempt failed'))
    throw new Error(message || `stage ${stage} was not deployed`);
}

/** What never went live should not stay behind; what was live before still is. */
async function orGone(client: ManagementClient, path: string | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (path !== undefined) await client.call('DELETE', path);
    throw error;
  }
}

const textsOf = (texts: unknown): string[] => (Array.isArray(texts) ? texts.map(String) : []);
