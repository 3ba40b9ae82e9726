/** The command line against a whole gateway: what it prints, what it changes, how it ends. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ApiGatewayV2Client, CreateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { request } from 'undici';
import { ManagementClient } from '../src/cli/management-client.ts';
import { readSettings } from '../src/node/settings.ts';
import { type CommandResult, pointingAt, runCommand } from './command-line.ts';
import { startGateway, type TestGateway } from './gateway.ts';

interface Bench extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly directory: string;
  readonly backendUrl: string;
  run(...args: string[]): Promise<CommandResult>;
  /** Runs with `--json`, expects it to work, gives what it printed. */
  json(...args: string[]): Promise<Record<string, never>>;
}

async function bench(): Promise<Bench> {
  const gateway = await startGateway();
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-cli-'));
  const backend: Server = createServer((incoming, response) => response.end(`${incoming.method} ${incoming.url}`));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const run: Bench['run'] = (...args) => runCommand(pointingAt(gateway), args);
  return {
    gateway,
    directory,
    backendUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
    run,
    json: async (...args) => {
      const { code, stdout, stderr } = await run(...args, '--json');
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    },
    [Symbol.asyncDispose]: async () => {
      backend.close();
      await gateway[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const plain = (paths: readonly string[]): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '1' },
    paths: Object.fromEntries(
      paths.map((path) => [
        path,
        {
          get: {
            parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
              name,
              in: 'path',
              required: true,
              schema: { type: 'string' },
            })),
            responses: { 200: { description: 'ok' } },
          },
        },
      ]),
    ),
  });

const textOf = async (url: string): Promise<string> => (await request(url)).body.text();

test('deploy: a plain document and a backend make an API; deployed again it is the same API, changed', async () => {
  await using on = await bench();
  const file = join(on.directory, 'shop.json');
  await writeFile(file, plain(['/items', '/items/{id}']));
  const deploy = async () =>
    (await on.json('deploy', file, '--type', 'rest', '--backend', on.backendUrl)).apis as unknown as DeployedApi[];
  const [first] = await deploy();
  assert.ok(first !== undefined);
  assert.deepEqual([first.name, first.protocol, first.stage], ['Shop', 'REST', 'prod']);
  assert.equal(await textOf(`${first.localEndpoint}/items/7?a=1`), 'GET /items/7?a=1');
  await writeFile(file, plain(['/items', '/orders']));
  const [second] = await deploy();
  assert.equal(second?.id, first.id);
  assert.equal(await textOf(`${first.localEndpoint}/orders`), 'GET /orders');
  assert.equal((await request(`${first.localEndpoint}/items/7`)).statusCode, 403);

  const listed = await on.json('apis');
  assert.deepEqual(listed.apis, [second]);
});

interface DeployedApi {
  readonly id: string;
  readonly name: string;
  readonly protocol: string;
  readonly stage: string;
  readonly localEndpoint: string;
}

test('deploy: a plain document is an HTTP API unless told otherwise; deployed again it is the same one', async () => {
  await using on = await bench();
  const file = join(on.directory, 'shop.json');
  await writeFile(file, plain(['/items/{id}']));
  const deploy = async () =>
    (await on.json('deploy', file, '--backend', on.backendUrl)).apis as unknown as DeployedApi[];
  const [first] = await deploy();
  assert.ok(first !== undefined);
  assert.deepEqual([first.name, first.protocol, first.stage], ['Shop', 'HTTP', '$default']);
  assert.equal(await textOf(`${first.localEndpoint}/items/7?a=1`), 'GET /items/7?a=1');
  await writeFile(file, plain(['/orders']));
  const [second] = await deploy();
  assert.deepEqual(second, first);
  assert.equal(await textOf(`${first.localEndpoint}/orders`), 'GET /orders');
  assert.equal((await request(`${first.localEndpoint}/items/7`)).statusCode, 404);
  assert.deepEqual((await on.json('apis')).apis, [first]);
  const { code, stderr } = await on.run('deploy', file, '--type', 'rest');
  assert.equal(code, 1);
  assert.match(stderr, /stack shop is HTTP API/);
});

test('deploy: what fails changes nothing that is live, and leaves nothing behind', async () => {
  await using on = await bench();
  const file = join(on.directory, 'shop.json');
  await writeFile(file, plain(['/items']));
  const { apis } = await on.json('deploy', file, '--type', 'rest', '--backend', on.backendUrl);
  const [live] = apis as unknown as DeployedApi[];
  const broken = (template: string) =>
    JSON.stringify({
      openapi: '3.0.1',
      info: { title: 'Broken', version: '1' },
      paths: {
        '/items': {
          get: {
            responses: {},
            'x-amazon-apigateway-integration': { type: 'mock', requestTemplates: { 'application/json': template } },
          },
        },
      },
    });
  await writeFile(file, broken('#if($x'));
  for (const stack of ['shop', 'another']) {
    const { code, stderr } = await on.run('deploy', file, '--stack', stack);
    assert.equal(code, 1);
    assert.match(stderr, /shop\.json: .*GET \/items.*requestTemplates.*application\/json/s);
  }
  assert.equal(await textOf(`${live?.localEndpoint}/items`), 'GET /items');
  assert.deepEqual(
    ((await on.json('apis')).apis as unknown as DeployedApi[]).map(({ id }) => id),
    [live?.id],
  );
});

/** An OpenAPI document of an HTTP API with one route. */
const written = (uri: string): string =>
  JSON.stringify({
    openapi: '3.0.1',
    info: { title: 'Written', version: '1' },
    paths: {
      '/a': {
        get: {
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri,
            payloadFormatVersion: '1.0',
          },
        },
      },
    },
  });

test('deploy: an HTTP API that can not be deployed fails, and what was live stays, on every stage', async () => {
  await using on = await bench();
  const file = join(on.directory, 'written.json');
  const deploy = async (version: string, ...args: string[]) => {
    await writeFile(file, written(version.includes(':') ? version : `${on.backendUrl}/${version}`));
    return on.run('deploy', file, ...args, '--json');
  };
  const unusable = 'http://127.0.0.1:99999/bad';
  const never = await deploy(unusable);
  assert.deepEqual([never.code, never.stdout], [1, '']);
  assert.match(never.stderr, /written\.json: .*99999/);
  assert.deepEqual((await on.json('apis')).apis, [], 'nothing is left behind');

  const addresses: Record<string, string> = {};
  for (const stage of ['$default', 'prod', 'staging']) {
    const { apis } = JSON.parse((await deploy('v1', '--stage', stage)).stdout);
    addresses[stage] = apis[0].localEndpoint;
  }
  const live = async () =>
    Promise.all(Object.values(addresses).map(async (address) => (await textOf(`${address}/a`)).slice('GET /'.length)));
  assert.deepEqual(await live(), ['v1', 'v1', 'v1']);
  for (const args of [[], ['--stage', 'prod'], ['--stage', 'b d'], ['--stage', 'fresh']]) {
    const { code, stderr } = await deploy(args.includes('b d') ? 'v2' : unusable, ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, args.includes('b d') ? /Stage name/ : /99999/);
    assert.deepEqual(await live(), ['v1', 'v1', 'v1'], args.join(' '));
  }
  const stages = ((await on.json('apis')).apis as unknown as DeployedApi[]).map(({ stage }) => stage);
  assert.deepEqual(stages.toSorted(), ['$default', 'prod', 'staging']);
  assert.equal((await deploy('v3', '--stage', 'staging')).code, 0);
  assert.deepEqual((await live()).slice(1), ['v1', 'v3'], 'a stage with a name moves when it is named');
});

test('export gives a document that deploys to the same API', async () => {
  await using on = await bench();
  const file = join(on.directory, 'shop.json');
  await writeFile(file, plain(['/items/{id}']));
  await on.json('deploy', file, '--backend', on.backendUrl);
  const exported = join(on.directory, 'exported.yaml');
  assert.equal((await on.run('export', 'Shop', '--yaml', '--out', exported)).code, 0);
  assert.match(await readFile(exported, 'utf8'), /^openapi: "?3\.0\.1"?/m);
  const { apis } = await on.json('deploy', exported);
  const [copy] = apis as unknown as DeployedApi[];
  assert.equal(await textOf(`${copy?.localEndpoint}/items/9`), 'GET /items/9');
});

test('an API with more stages than a page holds is listed, exported and deployed with all of them', async () => {
  await using on = await bench();
  const file = join(on.directory, 'shop.json');
  await writeFile(file, plain(['/items']));
  const { apis } = await on.json('deploy', file, '--backend', on.backendUrl);
  const [{ id = '' } = {}] = apis as unknown as DeployedApi[];
  const { managementUrl: endpoint, rootKey: credentials } = on.gateway.node;
  const http = new ApiGatewayV2Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const names = Array.from({ length: 120 }, (_, index) => `stage${String(index).padStart(3, '0')}`);
  try {
    for (const StageName of names) await http.send(new CreateStageCommand({ ApiId: id, StageName }));
  } finally {
    http.destroy();
  }
  const listed = (await on.json('apis')).apis as unknown as DeployedApi[];
  assert.deepEqual(listed.map(({ stage }) => stage).toSorted(), ['$default', ...names]);
  assert.match((await on.run('export', id)).stderr, /--stage stage119/);
  const [deployed] = (await on.json('deploy', file, '--backend', on.backendUrl, '--stage', 'stage119'))
    .apis as unknown as DeployedApi[];
  assert.equal(await textOf(`${deployed?.localEndpoint}/items`), 'GET /items');
});

test('a gateway that is too slow is not one that is missing', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer().on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const client = new ManagementClient(
    { settings: readSettings(undefined, {}, new Map()), endpoint, key: { accessKeyId: 'a', secretAccessKey: 'b' } },
    50,
  );
  try {
    await assert.rejects(client.call('GET', '/account'), {
      message: `the gateway at ${endpoint} has not answered GET /account within 0.05 s`,
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});

test('doctor finds nothing wrong with a gateway that runs, and says what to do about one that does not', async () => {
  await using on = await bench();
  const { findings } = await on.json('doctor');
  assert.deepEqual(
    (findings as unknown as { check: string; ok: boolean }[]).filter(({ ok }) => !ok),
    [],
  );
  const { code, stdout, stderr } = await on.run('doctor', '--management-port', '1');
  assert.equal(code, 1);
  assert.match(stdout, /WRONG {2}management endpoint: no gateway answers .*gatewright start/);
  assert.match(stderr, /checks found something wrong/);
});

test('credentials prints what points AWS tools here', async () => {
  await using on = await bench();
  const { stdout } = await on.run('credentials');
  assert.match(stdout, new RegExp(`^export AWS_ENDPOINT_URL=${on.gateway.node.managementUrl}$`, 'm'));
  assert.match(stdout, new RegExp(`^export AWS_ACCESS_KEY_ID=${on.gateway.node.rootKey.accessKeyId}$`, 'm'));
});

test('wrong usage ends with 2 and says what was meant', async () => {
  await using on = await bench();
  for (const [args, says] of [
    [['deplyo'], /no command deplyo; did you mean deploy\?/],
    [['deploy'], /which file\?.*usage: gatewright deploy FILE/s],
    [['deploy', 'a', 'b'], /unexpected argument b/],
    [['apis', '--jsno'], /unknown option --jsno; did you mean --json\?/],
    [['export', 'x', '--format', 'raml'], /--format raml: expected oas30 or swagger/],
    [['start', '--workers', 'many'], /--workers: "many" is not a whole number/],
  ] as const) {
    const { code, stderr } = await on.run(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  }
  const missing = await on.run('deploy', 'nothere.yaml');
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /nothere\.yaml: ENOENT/);
});
