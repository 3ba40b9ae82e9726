/** Unmodified clients that are not of JavaScript, and callers of two accounts. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  GetLayerVersionByArnCommand,
  LambdaClient,
  ListFunctionsCommand,
  PublishLayerVersionCommand,
} from '@aws-sdk/client-lambda';
import { rootKey } from '../src/management/protocol/testing/loopback.ts';
import { lambdaGateway, newFunctionInput, zip } from './lambda-gateway.ts';

const python = new URL('../node_modules/.python/bin/python', import.meta.url).pathname;

const walk = `
import boto3, io, json, zipfile
c = boto3.client('lambda')
def package(body):
  z = io.BytesIO()
  with zipfile.ZipFile(z, 'w') as w: w.writestr('index.mjs', 'export const handler = async (event) => { ' + body + ' }\\n')
  return z.getvalue()
made = c.create_function(FunctionName='f', Runtime='nodejs22.x', Handler='index.handler', Role='arn:aws:iam::000000000000:role/r', Code={'ZipFile': package('return event.a + 1')})
c.get_waiter('function_active_v2').wait(FunctionName='f')
out = {'arn': made['FunctionArn'], 'status': made['ResponseMetadata']['HTTPStatusCode']}
out['answer'] = json.load(c.invoke(FunctionName='f', Payload=json.dumps({'a': 1}))['Payload'])
c.update_function_code(FunctionName='f', ZipFile=package('return event.a + 2'), Publish=True)
c.get_waiter('function_updated_v2').wait(FunctionName='f')
out['published'] = json.load(c.invoke(FunctionName='f', Qualifier='1', Payload=json.dumps({'a': 1}))['Payload'])
c.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
out['alias'] = c.invoke(FunctionName='f:live', Payload=b'{"a":2}')['ExecutedVersion']
c.add_permission(FunctionName='f', StatementId='s', Action='lambda:InvokeFunction', Principal='apigateway.amazonaws.com', SourceAccount='000000000000')
out['policy'] = json.loads(c.get_policy(FunctionName='f')['Policy'])['Statement'][0]['Condition']
out['listed'] = [f['FunctionName'] for page in c.get_paginator('list_functions').paginate(PaginationConfig={'PageSize': 1}) for f in page['Functions']]
stream = c.invoke_with_response_stream(FunctionName='f', Payload=b'{"a":40}')['EventStream']
out['stream'] = b''.join(e['PayloadChunk']['Payload'] for e in stream if 'PayloadChunk' in e).decode()
c.delete_function(FunctionName='f')
try: c.get_function(FunctionName='f')
except c.exceptions.ResourceNotFoundException as e: out['gone'] = [e.response['Error'], e.response['Type'], e.response['ResponseMetadata']['HTTPStatusCode']]
print(json.dumps(out))
`;

test('boto3 makes, invokes, publishes, shares, streams and deletes a function', {
  skip: existsSync(python) ? false : 'boto3 is not installed (npm test installs it)',
}, async () => {
  await using gateway = await lambdaGateway();
  const { stdout } = await promisify(execFile)(python, ['-c', walk], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: rootKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootKey.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: gateway.endpoint,
    },
  });
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  assert.deepEqual(JSON.parse(stdout), {
    arn,
    status: 201,
    answer: 2,
    published: 3,
    alias: '1',
    policy: { StringEquals: { 'AWS:SourceAccount': '000000000000' } },
    listed: ['f'],
    stream: '42',
    gone: [{ Code: 'ResourceNotFoundException', Message: `Function not found: ${arn}` }, 'User', 404],
  });
});

test('accounts and regions see their own functions, and layers that are shared with them', async () => {
  const other = { accessKeyId: 'AKIAOTHEROTHEROTHER0', secretAccessKey: 'other' };
  const accounts = new Map([
    [rootKey.accessKeyId, { ...rootKey, accountId: '000000000000', callerArn: 'arn:aws:iam::000000000000:root' }],
    [other.accessKeyId, { ...other, accountId: '111111111111', callerArn: 'arn:aws:iam::111111111111:root' }],
  ]);
  await using gateway = await lambdaGateway({
    protocol: { credentialsOf: (accessKeyId) => accounts.get(accessKeyId) },
  });
  const clientOf = (credentials: typeof rootKey, region: string) =>
    new LambdaClient({ endpoint: gateway.endpoint, region, credentials, maxAttempts: 1 });
  const stranger = clientOf(other, 'us-east-1');
  const elsewhere = clientOf(rootKey, 'eu-west-1');
  try {
    const made = await gateway.client.send(new CreateFunctionCommand(newFunctionInput('f')));
    for (const client of [stranger, elsewhere]) {
      assert.deepEqual((await client.send(new ListFunctionsCommand())).Functions, []);
      await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'f' })), {
        name: 'ResourceNotFoundException',
      });
    }
    await assert.rejects(stranger.send(new GetFunctionCommand({ FunctionName: made.FunctionArn })), {
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:GetFunction on resource: ${made.FunctionArn} because no resource-based policy allows the lambda:GetFunction action`,
    });

    const { LayerVersionArn: Arn = '' } = await gateway.client.send(
      new PublishLayerVersionCommand({ LayerName: 'l', Content: { ZipFile: zip({ a: '1' }) } }),
    );
    const using = () => stranger.send(new CreateFunctionCommand({ ...newFunctionInput('g'), Layers: [Arn] }));
    const shown = () => stranger.send(new GetLayerVersionByArnCommand({ Arn }));
    for (const attempt of [using, shown]) await assert.rejects(attempt(), { name: 'AccessDeniedException' });
    await gateway.client.send(
      new AddLayerVersionPermissionCommand({
        LayerName: 'l',
        VersionNumber: 1,
        StatementId: 's',
        Action: 'lambda:GetLayerVersion',
        Principal: '111111111111',
      }),
    );
    assert.equal((await shown()).LayerVersionArn, Arn);
    assert.deepEqual(
      (await using()).Layers?.map((layer) => layer.Arn),
      [Arn],
    );
  } finally {
    stranger.destroy();
    elsewhere.destroy();
  }
});
