/** The developer's loop with functions: invoke, look at the log, edit, invoke again, call it through an API. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { CreateDeploymentCommand, ImportRestApiCommand, UpdateStageCommand } from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDeploymentCommand as CreateHttpDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  UpdateStageCommand as UpdateHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { type Dispatcher, getGlobalDispatcher, request, setGlobalDispatcher } from 'undici';
import { pointingAt, runCommand } from './command-line.ts';
import { startGateway } from './gateway.ts';

test('a function in a local directory is invoked, logged, edited, called through REST and answers at once anew', async () => {
  await using gateway = await startGateway({ workers: '2' });
  const directory = await mkdtemp(join(tmpdir(), 'gatewright-function-'));
  const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
  const lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const write = (answer: string): Promise<void> =>
    writeFile(
      join(directory, 'index.mjs'),
      `export const handler = async (event) => {
         console.log('seen', event.path ?? event.name);
         if (event.name === 'bad') throw new Error('no such name');
         return { statusCode: 200, body: '${answer}' };
       };`,
    );
  let stdin: Buffer[] = [];
  const run = (...args: string[]) => runCommand(pointingAt(gateway), args, Readable.from(stdin));
  try {
    await write('one');
    const { FunctionArn: arn = '' } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'hello',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/hello',
        Code: { S3Bucket: 'hot-reload', S3Key: directory },
      }),
    );
    const event = join(directory, 'event.json');
    await writeFile(event, '{"name": "Rex"}');
    const good = await run('invoke', 'hello', '--event', event);
    assert.deepEqual([good.code, JSON.parse(good.stdout)], [0, { statusCode: 200, body: 'one' }]);
    assert.match(good.stderr, /INFO\tseen Rex/);
    assert.match(good.stderr, /REPORT RequestId: .*Duration: [\d.]+ ms/);

    await write('two');
    assert.equal(JSON.parse((await run('invoke', 'hello')).stdout).body, 'two');
    await writeFile(event, '{"name": "bad"}');
    const bad = await run('invoke', 'hello', '--event', event);
    assert.deepEqual([bad.code, JSON.parse(bad.stdout).errorMessage], [1, 'no such name']);

    // From another program, in pieces; as some editors save it, with a byte order mark.
    await writeFile(event, '\uFEFF{"name": "Mia"}');
    assert.match((await run('invoke', 'hello', '--event', event)).stderr, /INFO\tseen Mia/);
    stdin = [Buffer.from('\uFEFF{"name": '), Buffer.from('"Leo"}')];
    assert.match((await run('invoke', 'hello', '--event', '-')).stderr, /INFO\tseen Leo/);
    stdin = [Buffer.from('{"name": ')];
    const broken = await run('invoke', 'hello', '--event', '-');
    assert.deepEqual([broken.code, broken.stdout], [1, '']);
    assert.match(broken.stderr, /gatewright invoke: stdin: .*JSON/);

    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'hello',
        StatementId: 'api',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      }),
    );
    const integration = {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
    };
    const document = {
      openapi: '3.0.1',
      info: { title: 'hello', version: '1' },
      paths: { '/hi': { get: { responses: {}, 'x-amazon-apigateway-integration': integration } } },
    };
    const { id: restApiId } = await gateway.client.send(
      new ImportRestApiCommand({ body: new TextEncoder().encode(JSON.stringify(document)) }),
    );
    await gateway.client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod' }));
    const call = async (): Promise<string> =>
      (await request(`${gateway.traffic}/_api/${restApiId}/prod/hi`)).body.text();
    assert.equal(await call(), 'two');
    await write('three');
    assert.equal(await call(), 'three');

    const { stdout } = await run('logs', 'hello', '--lines', '1000');
    for (const line of [/INFO\tseen Rex/, /ERROR\tInvoke Error/, /Error: no such name/, /INFO\tseen \/hi/])
      assert.match(stdout, line);
    assert.equal((await run('logs', 'nobody')).stdout, '');
  } finally {
    lambda.destroy();
    await rm(directory, { recursive: true, force: true });
  }
});

/** What a command of the AWS CLI would send. */
function permissionIn(command: string): AddPermissionCommandInput {
  const option = (name: string): string | undefined =>
    new RegExp(` --${name} (?:'([^']*)'|(\\S+))`).exec(command)?.slice(1).find(Boolean);
  const optional = {
    Qualifier: option('qualifier'),
    SourceArn: option('source-arn'),
    FunctionUrlAuthType: option('function-url-auth-type'),
  };
  assert.match(command, /^aws lambda add-permission /);
  return {
    FunctionName: option('function-name'),
    StatementId: option('statement-id'),
    Action: option('action'),
    Principal: option('principal'),
    ...(command.includes(' --invoked-via-function-url') && { InvokedViaFunctionUrl: true }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  } as AddPermissionCommandInput;
}

test('doctor names each permission that is missing, and the commands that add them', async () => {
  await using gateway = await startGateway();
  const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const lambda = new LambdaClient(settings);
  const http = new ApiGatewayV2Client(settings);
  const doctor = async (): Promise<{ ok: boolean; detail: string; remedy?: string }> => {
    const { stdout } = await runCommand(pointingAt(gateway), ['doctor', '--json']);
    const { findings } = JSON.parse(stdout);
    return findings.find(({ check }: { check: string }) => check === 'permissions of functions');
  };
  try {
    const { FunctionArn: arn = '' } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'hello',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/hello',
        Code: { S3Bucket: 'hot-reload', S3Key: gateway.dataDir },
      }),
    );
    const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
    const document = {
      openapi: '3.0.1',
      info: { title: 'pets', version: '1' },
      paths: {
        '/pets/{id}': {
          get: {
            security: [{ guard: [] }],
            'x-amazon-apigateway-integration': {
              type: 'aws_proxy',
              httpMethod: 'POST',
              // As SAM and CDK write it, with the function's name in a stage variable.
              uri: uri.replace(':hello/', `:$\{stageVariables.fn}/`),
            },
          },
          'x-amazon-apigateway-any-method': {
            'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri },
          },
          put: {
            'x-amazon-apigateway-integration': {
              type: 'aws_proxy',
              httpMethod: 'POST',
              uri,
              credentials: 'arn:aws:iam::000000000000:role/caller',
            },
          },
        },
      },
      components: {
        securitySchemes: {
          guard: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'custom',
            'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: uri },
          },
        },
      },
    };
    const body = new TextEncoder().encode(JSON.stringify(document));
    const { id: restApiId } = await gateway.client.send(new ImportRestApiCommand({ body }));
    assert.equal((await doctor()).ok, true, 'what is not deployed calls nobody');
    for (const stageName of ['one', 'two'])
      await gateway.client.send(new CreateDeploymentCommand({ restApiId, stageName, variables: { fn: 'hello' } }));
    const { ApiId } = await http.send(new CreateApiCommand({ Name: 'all', ProtocolType: 'HTTP', Target: arn }));
    await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'hello', AuthType: 'NONE' }));

    const found = await doctor();
    assert.equal(found.ok, false);
    const [id] = /(?<=authorizer )\w+/.exec(found.detail) ?? [];
    assert.deepEqual(found.detail.split('; ').sort(), [
      `$default of API ${ApiId} may not call ${arn}`,
      `ANY /pets/{id} of API ${restApiId} may not call ${arn}`,
      `GET /pets/{id} of API ${restApiId} may not call ${arn}`,
      `authorizer ${id} of API ${restApiId} may not call ${arn}`,
      `the URL of hello may not call ${arn}`,
    ]);
    const commands = found.remedy?.split('\n') ?? [];
    assert.equal(commands.length, 6);
    for (const command of commands) await lambda.send(new AddPermissionCommand(permissionIn(command)));
    assert.deepEqual([(await doctor()).ok, (await doctor()).detail], [true, '8 calls of functions looked at']);
    assert.equal((await request(`${gateway.traffic}/_api/${ApiId}/`)).statusCode, 500, 'called: it has no code');
  } finally {
    lambda.destroy();
    http.destroy();
  }
});

test('invoke waits as long as a function may run; other commands do not wait for ever', async () => {
  await using gateway = await startGateway();
  const usual = getGlobalDispatcher();
  const limits = new Map<string, readonly unknown[]>();
  const noting: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
    limits.set(`${options.method} ${options.path}`, [options.headersTimeout, options.bodyTimeout]);
    return dispatch(options, handler);
  };
  setGlobalDispatcher(usual.compose(noting));
  try {
    for (const args of [['invoke', 'nobody'], ['apis']]) await runCommand(pointingAt(gateway), args);
  } finally {
    setGlobalDispatcher(usual);
  }
  assert.deepEqual(limits.get('POST /2015-03-31/functions/nobody/invocations'), [0, 0]);
  assert.deepEqual(limits.get('GET /health'), [300_000, 300_000]);
});

test('doctor: a stage without a variable, and a function that cannot be asked, are findings among others', async () => {
  await using gateway = await startGateway();
  const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const lambda = new LambdaClient(settings);
  const http = new ApiGatewayV2Client(settings);
  const doctor = async (): Promise<{ ok: boolean; details: string[]; remedies: string[] }> => {
    const { stdout } = await runCommand(pointingAt(gateway), ['doctor', '--json']);
    const { findings } = JSON.parse(stdout);
    const { ok, detail, remedy } = findings.find(
      ({ check }: { check: string }) => check === 'permissions of functions',
    );
    return { ok, details: detail.split('; ').sort(), remedies: (remedy ?? '').split('\n').filter(Boolean).sort() };
  };
  const variable = (name: string): string => `$\{stageVariables.${name}}`;
  try {
    const { FunctionArn: arn = '' } = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'hello',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/hello',
        Code: { S3Bucket: 'hot-reload', S3Key: gateway.dataDir },
      }),
    );
    const anyFunction = arn.replace(/hello$/, '');
    const calling = (functionArn: string) => ({
      get: {
        'x-amazon-apigateway-integration': {
          type: 'aws_proxy',
          httpMethod: 'POST',
          uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
        },
      },
    });
    const document = {
      openapi: '3.0.1',
      info: { title: 'pets', version: '1' },
      paths: {
        '/latest': calling(`${arn}:$LATEST`),
        '/none': calling(`${anyFunction}nobody`),
        '/optional': calling(`${arn}${variable('suffix')}`),
        '/two': calling(`${anyFunction}${variable('fn')}:${variable('al')}`),
        '/two/again': calling(`${anyFunction}${variable('fn')}`),
        '/whole': calling(variable('whole')),
        '/queue': {
          get: {
            'x-amazon-apigateway-integration': {
              type: 'aws',
              httpMethod: 'POST',
              uri: `arn:aws:apigateway:us-east-1:sqs:path/000000000000/${variable('queue')}`,
              credentials: 'arn:aws:iam::000000000000:role/caller',
            },
          },
        },
      },
    };
    const body = new TextEncoder().encode(JSON.stringify(document));
    const { id: restApiId } = await gateway.client.send(new ImportRestApiCommand({ body }));
    const variables = { fn: 'hello', al: 'b~d', whole: arn };
    await gateway.client.send(new CreateDeploymentCommand({ restApiId, stageName: 'prod', variables }));
    await gateway.client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

    const { ApiId } = await http.send(new CreateApiCommand({ Name: 'all', ProtocolType: 'HTTP' }));
    const { IntegrationId } = await http.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: `${anyFunction}${variable('fn')}`,
        PayloadFormatVersion: '2.0',
      }),
    );
    await http.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /a', Target: `integrations/${IntegrationId}` }));
    await http.send(new CreateStageCommand({ ApiId, StageName: '$default' }));
    await http.send(new CreateHttpDeploymentCommand({ ApiId, StageName: '$default' }));

    const { ok, details, remedies } = await doctor();
    assert.equal(ok, false);
    const refused = details.filter((detail) => detail.includes('ValidationException'));
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', new RegExp(`^GET /two of API ${restApiId} calls ${arn}:b~d: ValidationException: `));
    assert.deepEqual(
      details.filter((detail) => !refused.includes(detail)),
      [
        `GET /latest of API ${restApiId} may not call ${arn}:$LATEST`,
        `GET /none of API ${restApiId} calls ${anyFunction}nobody, which does not exist`,
        `GET /optional of API ${restApiId} may not call ${arn}`,
        `GET /two/again of API ${restApiId} may not call ${arn}`,
        `GET /whole of API ${restApiId} may not call ${arn}`,
        `stage $default of API ${ApiId} lacks the stage variable fn, which names a function for GET /a`,
        `stage dev of API ${restApiId} lacks the stage variables fn, al, whole, which name functions for GET /two and 2 more`,
      ].sort(),
    );
    const ofStages = [
      `aws apigateway update-stage --rest-api-id ${restApiId} --stage-name 'dev' --patch-operations op=replace,path=/variables/fn,value=… op=replace,path=/variables/al,value=… op=replace,path=/variables/whole,value=…`,
      `aws apigatewayv2 update-stage --api-id ${ApiId} --stage-name '$default' --stage-variables fn=…`,
    ];
    assert.deepEqual(
      remedies.filter((remedy) => !remedy.startsWith('aws lambda ')),
      [...ofStages, 'create the function, or change what calls it'],
    );

    // All that the commands do, with a function for each variable.
    await gateway.client.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'dev',
        patchOperations: Object.entries({ ...variables, al: 'live' }).map(([name, value]) => ({
          op: 'replace',
          path: `/variables/${name}`,
          value,
        })),
      }),
    );
    await gateway.client.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'prod',
        patchOperations: [{ op: 'replace', path: '/variables/al', value: 'live' }],
      }),
    );
    await http.send(new UpdateHttpStageCommand({ ApiId, StageName: '$default', StageVariables: { fn: 'hello' } }));
    await lambda.send(new PublishVersionCommand({ FunctionName: 'hello' }));
    await lambda.send(new CreateAliasCommand({ FunctionName: 'hello', Name: 'live', FunctionVersion: '1' }));
    const missing = await doctor();
    for (const command of missing.remedies.filter((remedy) => remedy.startsWith('aws lambda ')))
      await lambda.send(new AddPermissionCommand(permissionIn(command)));
    assert.deepEqual((await doctor()).details, [
      `GET /none of API ${restApiId} calls ${anyFunction}nobody, which does not exist`,
    ]);
  } finally {
    lambda.destroy();
    http.destroy();
  }
});

test('doctor looks at every URL of a function, however many there are', async () => {
  await using gateway = await startGateway();
  const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
  const lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  try {
    const named = { FunctionName: 'hello' };
    await lambda.send(
      new CreateFunctionCommand({
        ...named,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/hello',
        Code: { S3Bucket: 'hot-reload', S3Key: gateway.dataDir },
      }),
    );
    const names = Array.from({ length: 60 }, (_, index) => `alias${index}`);
    for (const name of names) {
      await lambda.send(new CreateAliasCommand({ ...named, Name: name, FunctionVersion: '$LATEST' }));
      await lambda.send(new CreateFunctionUrlConfigCommand({ ...named, Qualifier: name, AuthType: 'NONE' }));
    }
    const { stdout } = await runCommand(pointingAt(gateway), ['doctor', '--json']);
    for (const name of names) assert.match(stdout, new RegExp(`--qualifier '${name}'`));
  } finally {
    lambda.destroy();
  }
});
