/** `gatewright export API`: the deployed API as an OpenAPI document, extensions and all. */
import { writeFile } from 'node:fs/promises';
import { readArguments } from './arguments.ts';
import { type Command, Failure, UsageError } from './command.ts';
import { listApis, stageNamesOf } from './deployed-apis.ts';
import { installationOf } from './installation.ts';
import { ManagementClient } from './management-client.ts';

const formats = ['oas30', 'swagger'];

export const exportApi: Command = {
  usage: 'export API [--stage NAME] [--format oas30|swagger] [--yaml] [--out FILE] [--json]',
  about: `Prints a deployed API as an OpenAPI document with Amazon's extensions.
  API            its id or name
  --stage NAME   which stage (default: the only one)
  --format F     oas30 (default) or swagger
  --yaml         YAML instead of JSON
  --out FILE     writes there instead of to stdout`,
  async run(args, io) {
    const options = readArguments(
      args,
      {
        stage: { type: 'string' },
        format: { type: 'string' },
        yaml: { type: 'boolean' },
        out: { type: 'string' },
      },
      1,
    );
    const [wanted] = options.positionals;
    if (wanted === undefined) throw new UsageError('which API?');
    const format = options.text('format') ?? 'oas30';
    if (!formats.includes(format)) throw new UsageError(`--format ${format}: expected ${formats.join(' or ')}`);
    if (options.on('yaml') && options.on('json')) throw new UsageError('--yaml and --json exclude each other');

    const client = new ManagementClient(await installationOf(options, io));
    const found = (await listApis(client)).filter(({ id, name }) => id === wanted || name === wanted);
    const [api] = found;
    if (api === undefined) throw new Failure(`no API ${wanted}; gatewright apis lists them`);
    if (found.length > 1)
      throw new Failure(
        `several APIs are called ${wanted}: ${found.map(({ id }) => id).join(', ')}; name one by its id`,
      );
    const stages = await stageNamesOf(client, api);
    const stage = options.text('stage') ?? (stages.length === 1 ? stages[0] : undefined);
    if (stage === undefined)
      throw new Failure(
        stages.length === 0 ? `${wanted} is not deployed` : `which stage? --stage ${stages.join(' or --stage ')}`,
      );
    const yaml = options.on('yaml');
    if (api.protocol === 'WEBSOCKET') throw new Failure(`${wanted} is a WebSocket API: OpenAPI cannot describe it`);
    if (api.protocol === 'HTTP' && format !== 'oas30') throw new Failure('an HTTP API is exported as oas30 only');
    const document =
      api.protocol === 'HTTP'
        ? await client.bytes(
            'GET',
            `/v2/apis/${api.id}/exports/OAS30?outputType=${yaml ? 'YAML' : 'JSON'}&stageName=${encodeURIComponent(stage)}`,
          )
        : await client.bytes(
            'GET',
            `/restapis/${api.id}/stages/${encodeURIComponent(stage)}/exports/${format}?extensions=apigateway`,
            undefined,
            yaml ? 'application/yaml' : 'application/json',
          );
    const out = options.text('out');
    if (out === undefined) io.stdout.write(`${document.toString().trimEnd()}\n`);
    else {
      await writeFile(out, document);
      if (options.on('json')) io.stdout.write(`${JSON.stringify({ file: out, id: api.id, stage, format })}\n`);
    }
  },
};
