/** The developer's loop with functions: invoke, look at the log, edit, invoke again, call it through an API. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateDeploymentCommand, ImportRestApiCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { request } from 'undici';
import { runCommandLine } from '../src/cli/index.ts';
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
  const run = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    let stdout = '';
    let stderr = '';
    const code = await runCommandLine(args, {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      environment: { GATEWRIGHT_DATA_DIR: gateway.dataDir, GATEWRIGHT_MANAGEMENT_PORT: new URL(endpoint).port },
    });
    return { code, stdout, stderr };
  };
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
    let stdout = '';
    await runCommandLine(['doctor', '--json'], {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: () => {} },
      environment: { GATEWRIGHT_DATA_DIR: gateway.dataDir, GATEWRIGHT_MANAGEMENT_PORT: new URL(endpoint).port },
    });
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
