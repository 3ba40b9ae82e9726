/** Functions over the management API: made, invoked, changed, published, shared and deleted, by the AWS SDK. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { mayInvoke } from '../src/access/function-permission.ts';
import {
  handlerZip,
  type LambdaGateway,
  lambdaGateway,
  newFunctionInput,
  role,
  textOf,
  zip,
} from './lambda-gateway.ts';

let gateway: LambdaGateway;
before(async () => {
  gateway = await lambdaGateway();
});
after(() => gateway[Symbol.asyncDispose]());

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const invoke = async (FunctionName: string, event: unknown = {}, Qualifier?: string): Promise<string> => {
  const { Payload, FunctionError } = await gateway.client.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), Qualifier }),
  );
  assert.equal(FunctionError, undefined, textOf(Payload));
  return textOf(Payload);
};

test('a function is made of a zip with AWS’s defaults, shown, and runs', async () => {
  const { client } = gateway;
  const input = newFunctionInput('made');
  const { $metadata, ...made } = await client.send(new CreateFunctionCommand({ ...input, Tags: { team: 'a' } }));
  assert.equal($metadata.httpStatusCode, 201);
  const { LastModified, RevisionId, RuntimeVersionConfig, ...rest } = made;
  assert.match(LastModified ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  assert.match(RevisionId ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.match(RuntimeVersionConfig?.RuntimeVersionArn ?? '', /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    FunctionName: 'made',
    FunctionArn: arnOf('made'),
    Runtime: 'nodejs22.x',
    Role: role,
    Handler: 'index.handler',
    CodeSize: input.Code.ZipFile.length,
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    CodeSha256: createHash('sha256').update(input.Code.ZipFile).digest('base64'),
    Version: '$LATEST',
    TracingConfig: { Mode: 'PassThrough' },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/made' },
  });
  const shown = await client.send(new GetFunctionCommand({ FunctionName: '000000000000:function:made' }));
  assert.deepEqual(shown.Configuration, made);
  assert.deepEqual(shown.Tags, { team: 'a' });
  assert.equal(shown.Concurrency, undefined);
  assert.equal(await invoke('made', { hello: 'world' }), '{"hello":"world"}');
  assert.equal(await invoke(arnOf('made'), [1]), '[1]');
});

test('the location of a function’s code gives its archive, to nobody who alters it', async () => {
  const { client } = gateway;
  const input = newFunctionInput('located');
  await client.send(new CreateFunctionCommand(input));
  const { Code } = await client.send(new GetFunctionCommand({ FunctionName: 'located' }));
  assert.equal(Code?.RepositoryType, 'S3');
  const location = new URL(Code?.Location ?? '');
  const served = await gateway.running.serve({
    method: 'GET',
    path: location.pathname,
    query: location.search.slice(1),
  });
  assert.equal(served?.status, 200);
  const chunks: Buffer[] = [];
  for await (const chunk of served?.stream ?? []) chunks.push(chunk);
  assert.deepEqual(new Uint8Array(Buffer.concat(chunks)), new Uint8Array(input.Code.ZipFile));
  const altered = await gateway.running.serve({
    method: 'GET',
    path: location.pathname,
    query: location.search.slice(1).replace(/expires=\d+/, 'expires=99999999999'),
  });
  assert.equal(altered?.status, 403);
  assert.equal(await gateway.running.serve({ method: 'GET', path: '/health', query: '' }), undefined);
});

test('new code and new settings take effect at the next invocation', async () => {
  const { client } = gateway;
  await client.send(new CreateFunctionCommand(newFunctionInput('changed', 'return 1')));
  assert.equal(await invoke('changed'), '1');
  const first = await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'changed' }));
  const ZipFile = handlerZip('return [2, process.env.COLOUR ?? null, context.memoryLimitInMB]');
  const dry = await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'changed', ZipFile, DryRun: true }));
  assert.notEqual(dry.CodeSha256, first.CodeSha256);
  assert.equal(await invoke('changed'), '1');
  const updated = await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'changed', ZipFile }));
  assert.notEqual(updated.RevisionId, first.RevisionId);
  assert.equal(await invoke('changed'), '[2,null,"128"]');
  const configured = await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'changed',
      RevisionId: updated.RevisionId,
      Environment: { Variables: { COLOUR: 'red' } },
      MemorySize: 256,
      Timeout: 7,
      Description: 'd',
    }),
  );
  assert.deepEqual(configured.Environment, { Variables: { COLOUR: 'red' } });
  assert.equal(configured.Timeout, 7);
  assert.equal(configured.Handler, 'index.handler');
  assert.equal(await invoke('changed'), '[2,"red","256"]');
  await assert.rejects(
    client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'changed', RevisionId: first.RevisionId, Timeout: 1 }),
    ),
    {
      name: 'PreconditionFailedException',
      message:
        'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
    },
  );
});

test('published versions keep what they were, and an alias shares invocations between two', async () => {
  const { client } = gateway;
  const FunctionName = 'published';
  const made = await client.send(
    new CreateFunctionCommand({
      ...newFunctionInput(FunctionName, 'return context.functionVersion + "a"'),
      Publish: true,
    }),
  );
  assert.equal(made.Version, '1');
  assert.equal(made.FunctionArn, `${arnOf(FunctionName)}:1`);
  const again = await client.send(new PublishVersionCommand({ FunctionName }));
  assert.equal(again.Version, '1', 'nothing has changed since');
  const ZipFile = handlerZip('return [context.functionVersion + "b", context.invokedFunctionArn]');
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const second = await client.send(new PublishVersionCommand({ FunctionName, Description: 'second' }));
  assert.equal(second.Version, '2');
  assert.equal(second.Description, 'second');
  assert.equal(await invoke(FunctionName, {}, '1'), '"1a"');
  assert.equal(await invoke(`${FunctionName}:2`), `["2b","${arnOf(FunctionName)}:2"]`);
  assert.equal(await invoke(FunctionName), `["$LATESTb","${arnOf(FunctionName)}"]`);

  const alias = await client.send(
    new CreateAliasCommand({
      FunctionName,
      Name: 'live',
      FunctionVersion: '1',
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
    }),
  );
  assert.equal(alias.AliasArn, `${arnOf(FunctionName)}:live`);
  assert.deepEqual(alias.RoutingConfig, { AdditionalVersionWeights: { 2: 0.5 } });
  const executed = new Set<string>();
  for (let call = 0; call < 60 && executed.size < 2; call++) {
    const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }));
    executed.add(answer.ExecutedVersion ?? '');
  }
  assert.deepEqual([...executed].sort(), ['1', '2']);
  const moved = await client.send(
    new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2', RoutingConfig: {} }),
  );
  assert.equal(moved.RoutingConfig, undefined);
  assert.equal(await invoke(FunctionName, {}, 'live'), `["2b","${arnOf(FunctionName)}:live"]`);
  const shown = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: 'live' }));
  assert.equal(shown.Configuration?.FunctionArn, `${arnOf(FunctionName)}:live`);
  assert.equal(shown.Configuration?.Version, '2');

  await assert.rejects(client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' })), {
    name: 'ResourceConflictException',
    message: 'Unable to delete version because the following aliases reference it: [live]',
  });
  const { $metadata } = await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '1' }));
  assert.equal($metadata.httpStatusCode, 204);
  const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
  assert.deepEqual(
    Versions?.map(({ FunctionArn }) => FunctionArn),
    [`${arnOf(FunctionName)}:$LATEST`, `${arnOf(FunctionName)}:2`],
  );
  const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName, FunctionVersion: '2' }));
  assert.deepEqual(
    Aliases?.map(({ Name }) => Name),
    ['live'],
  );
  await client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
  await client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
  await assert.rejects(client.send(new GetAliasCommand({ FunctionName, Name: 'live' })), {
    name: 'ResourceNotFoundException',
    message: `Cannot find alias arn: ${arnOf(FunctionName)}:live`,
  });
});

test('an edit of a local directory takes effect at the next invocation', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  try {
    writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => "first";');
    const made = await gateway.client.send(
      new CreateFunctionCommand({
        ...newFunctionInput('reloaded'),
        Code: { S3Bucket: 'hot-reload', S3Key: directory },
      }),
    );
    assert.equal(made.CodeSize, 0);
    assert.equal(await invoke('reloaded'), '"first"');
    writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => "the second one";');
    assert.equal(await invoke('reloaded'), '"the second one"');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a published version keeps what a local directory held; publishing again after an edit makes another', async () => {
  const { client } = gateway;
  const FunctionName = 'frozen';
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  const write = (text: string): void =>
    writeFileSync(join(directory, 'index.mjs'), `export const handler = async () => ${JSON.stringify(text)};`);
  const published = async () => (await client.send(new PublishVersionCommand({ FunctionName }))).Version;
  write('one');
  const Code = { S3Bucket: 'hot-reload', S3Key: directory };
  const made = await client.send(new CreateFunctionCommand({ ...newFunctionInput(FunctionName), Code, Publish: true }));
  assert.deepEqual([made.Version, (made.CodeSize ?? 0) > 0], ['1', true]);
  assert.equal(await published(), '1', 'nothing has been edited');
  write('the second one');
  assert.equal(await published(), '2');
  assert.equal(await published(), '2', 'nothing has been edited');
  write('the third and longest');
  assert.equal(await invoke(`${FunctionName}:1`), '"one"');
  assert.equal(await invoke(`${FunctionName}:2`), '"the second one"');
  assert.equal(await invoke(FunctionName), '"the third and longest"');
  const updated = await client.send(
    new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: 'hot-reload', S3Key: directory, Publish: true }),
  );
  assert.equal(updated.Version, '3');
  rmSync(directory, { recursive: true });
  assert.equal(await invoke(`${FunctionName}:3`), '"the third and longest"');
  await assert.rejects(published(), {
    name: 'InvalidParameterValueException',
    message: new RegExp(`^The directory ${directory} cannot be published: ENOENT`),
  });
  const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }));
  assert.deepEqual(
    Versions?.map(({ Version, CodeSize = 0 }) => [Version, CodeSize > 0]),
    [
      ['$LATEST', false],
      ['1', true],
      ['2', true],
      ['3', true],
    ],
  );
});

test('permissions are added, shown, asked and removed', async () => {
  const { client } = gateway;
  const FunctionName = 'permitted';
  await client.send(new CreateFunctionCommand(newFunctionInput(FunctionName)));
  const permission = {
    FunctionName,
    StatementId: 's1',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: 'arn:aws:execute-api:us-east-1:000000000000:abc123/*/GET/pets',
  };
  const { Statement } = await client.send(new AddPermissionCommand(permission));
  assert.deepEqual(JSON.parse(Statement ?? ''), {
    Sid: 's1',
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: arnOf(FunctionName),
    Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
  });
  await assert.rejects(client.send(new AddPermissionCommand(permission)), {
    name: 'ResourceConflictException',
    message:
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
  });
  const { Policy, RevisionId } = await client.send(new GetPolicyCommand({ FunctionName }));
  assert.deepEqual(JSON.parse(Policy ?? ''), {
    Version: '2012-10-17',
    Id: 'default',
    Statement: [JSON.parse(Statement ?? '')],
  });
  const configuration = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  assert.equal(configuration.RevisionId, RevisionId);
  const resolved = await gateway.running.directory.resolve(arnOf(FunctionName));
  const access = {
    principal: 'apigateway.amazonaws.com',
    functionArn: arnOf(FunctionName),
    sourceArn: 'arn:aws:execute-api:us-east-1:000000000000:abc123/prod/GET/pets',
  };
  assert.equal(mayInvoke(resolved?.statements ?? [], access), true);
  await client.send(new RemovePermissionCommand({ FunctionName, StatementId: 's1', RevisionId }));
  const after = await gateway.running.directory.resolve(arnOf(FunctionName));
  assert.equal(mayInvoke(after?.statements ?? [], access), false);
  await assert.rejects(client.send(new GetPolicyCommand({ FunctionName })), {
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
  await assert.rejects(client.send(new RemovePermissionCommand({ FunctionName, StatementId: 's1' })), {
    name: 'ResourceNotFoundException',
    message: 'No policy is associated with the given resource.',
  });
});

test('lists come in pages, versions with them when they are asked for', async () => {
  await using own = await lambdaGateway();
  for (const name of ['a', 'b', 'c'])
    await own.client.send(new CreateFunctionCommand({ ...newFunctionInput(name), Publish: name === 'b' }));
  const first = await own.client.send(new ListFunctionsCommand({ MaxItems: 2 }));
  const names = ({ Functions = [] }: typeof first) => Functions.map(({ FunctionArn }) => FunctionArn);
  assert.deepEqual(names(first), [arnOf('a'), arnOf('b')]);
  await own.client.send(new DeleteFunctionCommand({ FunctionName: 'b' }));
  const second = await own.client.send(new ListFunctionsCommand({ MaxItems: 2, Marker: first.NextMarker }));
  assert.deepEqual(names(second), [arnOf('c')], 'what was deleted in between does not hide the next');
  assert.equal(second.NextMarker, undefined);
  await own.client.send(new PublishVersionCommand({ FunctionName: 'c' }));
  assert.deepEqual(names(await own.client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL' }))), [
    `${arnOf('a')}:$LATEST`,
    `${arnOf('c')}:$LATEST`,
    `${arnOf('c')}:1`,
  ]);
});

test('code on disk is shared by what has the same, and goes when nobody refers to it any more', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  try {
    const digest = (ZipFile: Uint8Array) => createHash('sha256').update(ZipFile).digest('hex');
    const [kept, gone] = [handlerZip('return "kept"'), handlerZip('return "gone"')];
    const folders = (ZipFile: Uint8Array) =>
      [`functions/code/${digest(ZipFile)}`, `functions/packages/${digest(ZipFile)}.zip`].map((path) =>
        existsSync(join(dataDir, path)),
      );
    {
      await using own = await lambdaGateway({ dataDir });
      for (const FunctionName of ['a', 'b'])
        await own.client.send(
          new CreateFunctionCommand({ ...newFunctionInput(FunctionName), Code: { ZipFile: kept } }),
        );
      await own.client.send(new CreateFunctionCommand({ ...newFunctionInput('c'), Code: { ZipFile: gone } }));
      await own.client.send(new DeleteFunctionCommand({ FunctionName: 'a' }));
      await own.client.send(new DeleteFunctionCommand({ FunctionName: 'c' }));
      assert.deepEqual(folders(gone), [true, true], 'environments may still run from it');
    }
    rmSync(join(dataDir, `functions/code/${digest(kept)}`), { recursive: true });
    mkdirSync(join(dataDir, 'functions/incoming/left-behind'));
    await using again = await lambdaGateway({ dataDir });
    assert.deepEqual(folders(kept), [true, true], 'unpacked again from the archive');
    assert.deepEqual(folders(gone), [false, false]);
    assert.equal(existsSync(join(dataDir, 'functions/incoming/left-behind')), false);
    const { Payload } = await again.client.send(new InvokeCommand({ FunctionName: 'b' }));
    assert.equal(textOf(Payload), '"kept"');
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test('a deleted function is gone with its versions, and its name can be used again', async () => {
  const { client } = gateway;
  const FunctionName = 'deleted';
  await client.send(new CreateFunctionCommand({ ...newFunctionInput(FunctionName, 'return "old"'), Publish: true }));
  assert.equal(await invoke(FunctionName), '"old"');
  await client.send(new DeleteFunctionCommand({ FunctionName }));
  for (const command of [
    new InvokeCommand({ FunctionName }),
    new GetFunctionCommand({ FunctionName }),
    new DeleteFunctionCommand({ FunctionName }),
  ])
    await assert.rejects(client.send(command as InvokeCommand), {
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arnOf(FunctionName)}`,
      Type: 'User',
    });
  const made = await client.send(
    new CreateFunctionCommand({ ...newFunctionInput(FunctionName, 'return "new"'), Publish: true }),
  );
  assert.equal(made.Version, '1');
  assert.equal(await invoke(FunctionName, {}, '1'), '"new"');
});

const refusals = [
  {
    when: 'the archive is none',
    Code: { ZipFile: Buffer.from('PK no zip') },
    text: /^Could not unzip uploaded file\. Please check your file, then try to upload again\./,
  },
  { when: 'the archive is empty', Code: { ZipFile: zip({}) }, text: /^Uploaded file must be a non-empty zip$/ },
  { when: 'a path leads out', Code: { ZipFile: zip({ '../x': '1' }) }, text: /leads out of the package/ },
  { when: 'there is no code', Code: {}, text: /^Please provide a source for function code\.$/ },
  {
    when: 'the directory does not exist',
    Code: { S3Bucket: 'hot-reload', S3Key: '/no/such' },
    text: /^There is no directory "\/no\/such"/,
  },
  { when: 'it is an image', Code: { ImageUri: 'a' }, text: /^Container images \(ImageUri\) are not served/ },
];
for (const { when, Code, text } of refusals)
  test(`code is refused when ${when}`, async () => {
    await assert.rejects(gateway.client.send(new CreateFunctionCommand({ ...newFunctionInput('refused'), Code })), {
      name: 'InvalidParameterValueException',
      message: text,
    });
    await assert.rejects(gateway.client.send(new GetFunctionCommand({ FunctionName: 'refused' })));
  });

test('what is malformed is refused in AWS’s words', async () => {
  const { client } = gateway;
  await client.send(new CreateFunctionCommand(newFunctionInput('strict')));
  const rows: readonly (readonly [() => Promise<unknown>, string, string | RegExp])[] = [
    [
      () => client.send(new CreateFunctionCommand(newFunctionInput('strict'))),
      'ResourceConflictException',
      'Function already exist: strict',
    ],
    [
      () => client.send(new CreateFunctionCommand(newFunctionInput('a'.repeat(65)))),
      'ValidationException',
      `1 validation error detected: Value '${'a'.repeat(65)}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      () => client.send(new CreateFunctionCommand({ ...newFunctionInput('x'), Timeout: 0 })),
      'ValidationException',
      "1 validation error detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      () => client.send(new CreateFunctionCommand({ ...newFunctionInput('x'), Role: 'r' })),
      'ValidationException',
      /at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:/,
    ],
    [
      () =>
        client.send(
          new CreateFunctionCommand({ ...newFunctionInput('x'), Environment: { Variables: { AWS_REGION: 'x' } } }),
        ),
      'InvalidParameterValueException',
      /Reserved keys used in this request: AWS_REGION$/,
    ],
    [
      () =>
        client.send(
          new CreateFunctionCommand({ ...newFunctionInput('x'), Environment: { Variables: { AB: 'x'.repeat(5000) } } }),
        ),
      'InvalidParameterValueException',
      /exceeded the 4KB limit/,
    ],
    [
      () =>
        client.send(
          new CreateFunctionCommand({
            ...newFunctionInput('x'),
            DeadLetterConfig: { TargetArn: 'arn:aws:s3:::failed-events' },
          }),
        ),
      'InvalidParameterValueException',
      /^Invalid dead letter queue ARN: arn:aws:s3:::failed-events/,
    ],
    [
      () =>
        client.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: 'strict',
            DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:failed.fifo' },
          }),
        ),
      'InvalidParameterValueException',
      'Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration',
    ],
    [
      () => client.send(new GetFunctionCommand({ FunctionName: 'strict', Qualifier: 'nope' })),
      'ResourceNotFoundException',
      `Function not found: ${arnOf('strict')}:nope`,
    ],
    [
      () => client.send(new GetFunctionCommand({ FunctionName: 'strict:1', Qualifier: '2' })),
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
    [
      () =>
        client.send(new GetFunctionCommand({ FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:strict' })),
      'ResourceNotFoundException',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
    [
      () =>
        client.send(new GetFunctionCommand({ FunctionName: 'arn:aws:lambda:us-east-1:111111111111:function:strict' })),
      'AccessDeniedException',
      /is not authorized to perform: lambda:GetFunction on resource: arn:aws:lambda:us-east-1:111111111111:function:strict because/,
    ],
    [
      () =>
        client.send(
          new AddPermissionCommand({
            FunctionName: 'strict',
            Qualifier: '$LATEST',
            StatementId: 's',
            Action: '*',
            Principal: '*',
          }),
        ),
      'InvalidParameterValueException',
      'We currently do not support adding policies for $LATEST.',
    ],
    [
      () =>
        client.send(
          new AddPermissionCommand({ FunctionName: 'strict', StatementId: 's', Action: '*', Principal: 'nobody' }),
        ),
      'InvalidParameterValueException',
      'The provided principal was invalid. Please check the principal and try again.',
    ],
    [
      () => client.send(new CreateAliasCommand({ FunctionName: 'strict', Name: 'a', FunctionVersion: '7' })),
      'ResourceNotFoundException',
      `Function not found: ${arnOf('strict')}:7`,
    ],
    [
      () =>
        client.send(
          new CreateAliasCommand({
            FunctionName: 'strict',
            Name: 'a',
            FunctionVersion: '$LATEST',
            RoutingConfig: { AdditionalVersionWeights: { 1: 0.1 } },
          }),
        ),
      'InvalidParameterValueException',
      '$LATEST is not supported for an alias pointing to more than 1 version',
    ],
    [
      () => client.send(new DeleteFunctionCommand({ FunctionName: 'strict', Qualifier: '$LATEST' })),
      'InvalidParameterValueException',
      '$LATEST version cannot be deleted without deleting the function.',
    ],
  ];
  for (const [call, name, message] of rows) await assert.rejects(call(), { name, message });
});

test('names of members of objects are names like any other', async () => {
  const { client } = gateway;
  for (const FunctionName of ['__proto__', 'constructor']) {
    await client.send(new CreateFunctionCommand({ ...newFunctionInput(FunctionName), Publish: true }));
    await client.send(new CreateAliasCommand({ FunctionName, Name: '__proto__', FunctionVersion: '1' }));
    assert.equal(await invoke(FunctionName, 1, '__proto__'), '1');
    await assert.rejects(client.send(new GetAliasCommand({ FunctionName, Name: 'constructor' })), {
      name: 'ResourceNotFoundException',
    });
    await assert.rejects(client.send(new InvokeCommand({ FunctionName, Qualifier: 'toString' })), {
      name: 'ResourceNotFoundException',
    });
  }
});
