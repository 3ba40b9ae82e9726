/** Layers, concurrency, event settings, URLs, tags, code signing and the rest of what Lambda keeps beside functions. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  AddLayerVersionPermissionCommand,
  CreateAliasCommand,
  CreateCodeSigningConfigCommand,
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteCodeSigningConfigCommand,
  DeleteEventSourceMappingCommand,
  DeleteFunctionCodeSigningConfigCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  DeleteLayerVersionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  DeleteResourcePolicyCommand,
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  GetResourcePolicyCommand,
  GetRuntimeManagementConfigCommand,
  InvokeCommand,
  ListCapacityProvidersCommand,
  ListEventSourceMappingsCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionCodeSigningConfigCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutProvisionedConcurrencyConfigCommand,
  PutResourcePolicyCommand,
  PutRuntimeManagementConfigCommand,
  RemoveLayerVersionPermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
  UpdateFunctionUrlConfigCommand,
} from '@aws-sdk/client-lambda';
import { lambdaConstraints } from '../src/management/protocol/lambda-constraints.ts';
import { loadModel } from '../src/management/protocol/model.ts';
import { handlerZip, type LambdaGateway, lambdaGateway, newFunctionInput, textOf, zip } from './lambda-gateway.ts';

let gateway: LambdaGateway;
before(async () => {
  gateway = await lambdaGateway();
});
after(() => gateway[Symbol.asyncDispose]());

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const make = async (FunctionName: string, body?: string) => {
  await gateway.client.send(new CreateFunctionCommand(newFunctionInput(FunctionName, body)));
  return FunctionName;
};

test('layers are published, used by functions, shown, listed, and outlive their deletion where they are used', async () => {
  const { client } = gateway;
  const publish = (said: string) =>
    client.send(
      new PublishLayerVersionCommand({
        LayerName: 'words',
        Description: said,
        Content: { ZipFile: zip({ 'nodejs/node_modules/words/index.js': `module.exports = '${said}';` }) },
        CompatibleRuntimes: ['nodejs22.x'],
        CompatibleArchitectures: ['x86_64'],
        LicenseInfo: 'MIT',
      }),
    );
  const { $metadata, ...first } = await publish('first');
  assert.equal($metadata.httpStatusCode, 201);
  assert.equal(first.LayerArn, 'arn:aws:lambda:us-east-1:000000000000:layer:words');
  assert.equal(first.LayerVersionArn, `${first.LayerArn}:1`);
  const second = await publish('second');
  assert.equal(second.Version, 2);
  const shown = await client.send(new GetLayerVersionCommand({ LayerName: 'words', VersionNumber: 1 }));
  assert.equal(shown.Content?.CodeSha256, first.Content?.CodeSha256);
  assert.equal(shown.LicenseInfo, 'MIT');
  const byArn = await client.send(new GetLayerVersionByArnCommand({ Arn: second.LayerVersionArn }));
  assert.equal(byArn.Description, 'second');
  const versions = await client.send(new ListLayerVersionsCommand({ LayerName: 'words' }));
  assert.deepEqual(
    versions.LayerVersions?.map(({ Version }) => Version),
    [2, 1],
  );
  const layers = await client.send(new ListLayersCommand({ CompatibleRuntime: 'nodejs22.x' }));
  assert.deepEqual(
    layers.Layers?.map(({ LayerName, LatestMatchingVersion }) => [LayerName, LatestMatchingVersion?.Version]),
    [['words', 2]],
  );
  assert.deepEqual((await client.send(new ListLayersCommand({ CompatibleRuntime: 'python3.12' }))).Layers, []);

  const FunctionName = 'layered';
  const code = {
    ...newFunctionInput(FunctionName),
    Code: { ZipFile: zip({ 'index.js': "exports.handler = async () => require('words');" }) },
  };
  const made = await client.send(new CreateFunctionCommand({ ...code, Layers: [`${first.LayerArn}:1`] }));
  assert.deepEqual(made.Layers, [{ Arn: `${first.LayerArn}:1`, CodeSize: first.Content?.CodeSize }]);
  await client.send(new DeleteLayerVersionCommand({ LayerName: 'words', VersionNumber: 1 }));
  await assert.rejects(client.send(new GetLayerVersionCommand({ LayerName: 'words', VersionNumber: 1 })), {
    name: 'ResourceNotFoundException',
  });
  assert.equal(textOf((await client.send(new InvokeCommand({ FunctionName }))).Payload), '"first"');
  await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [`${first.LayerArn}:2`] }));
  assert.equal(textOf((await client.send(new InvokeCommand({ FunctionName }))).Payload), '"second"');
  const without = await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [] }));
  assert.equal(without.Layers, undefined);
  const third = await publish('third');
  assert.equal(third.Version, 3);

  const attach = (...Layers: string[]) => client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers }));
  await assert.rejects(attach(`${first.LayerArn}:1`), {
    name: 'InvalidParameterValueException',
    message: `Layer version ${first.LayerArn}:1 does not exist.`,
  });
  await assert.rejects(attach(`${first.LayerArn}:2`, `${first.LayerArn}:3`), {
    name: 'InvalidParameterValueException',
    message: `Two different versions of the same layer are not allowed to be referenced in the same function. ${first.LayerArn}:2 and ${first.LayerArn}:3 are versions of the same layer.`,
  });
  await assert.rejects(attach('arn:aws:lambda:us-east-1:017000801446:layer:Powertools:7'), {
    name: 'InvalidParameterValueException',
    message: /does not exist here\. Publish the layer in this account/,
  });
});

test('a layer is used by other accounts when its policy says so', async () => {
  const { client } = gateway;
  await client.send(new PublishLayerVersionCommand({ LayerName: 'shared', Content: { ZipFile: zip({ a: '1' }) } }));
  const version = { LayerName: 'shared', VersionNumber: 1 };
  const { Statement, RevisionId } = await client.send(
    new AddLayerVersionPermissionCommand({
      ...version,
      StatementId: 's',
      Action: 'lambda:GetLayerVersion',
      Principal: '*',
    }),
  );
  const arn = 'arn:aws:lambda:us-east-1:000000000000:layer:shared:1';
  assert.deepEqual(JSON.parse(Statement ?? ''), {
    Sid: 's',
    Effect: 'Allow',
    Principal: '*',
    Action: 'lambda:GetLayerVersion',
    Resource: arn,
  });
  const policy = await client.send(new GetLayerVersionPolicyCommand(version));
  assert.equal(policy.RevisionId, RevisionId);
  assert.deepEqual(JSON.parse(policy.Policy ?? '').Statement, [JSON.parse(Statement ?? '')]);
  await client.send(new RemoveLayerVersionPermissionCommand({ ...version, StatementId: 's', RevisionId }));
  await assert.rejects(client.send(new GetLayerVersionPolicyCommand(version)), {
    name: 'ResourceNotFoundException',
    message: 'No policy is associated with the given resource.',
  });
});

test('a directory stands in for another account’s layer', async () => {
  const arn = 'arn:aws:lambda:us-east-1:017000801446:layer:Powertools:7';
  await using own = await lambdaGateway({ layers: { [arn]: '/usr' } });
  const made = await own.client.send(new CreateFunctionCommand({ ...newFunctionInput('f'), Layers: [arn] }));
  assert.deepEqual(made.Layers, [{ Arn: arn, CodeSize: 0 }]);
});

test('concurrency is reserved and provisioned', async () => {
  const { client } = gateway;
  const FunctionName = await make('busy');
  const reserve = (count: number) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: count }));
  assert.equal((await reserve(5)).ReservedConcurrentExecutions, 5);
  const shown = await client.send(new GetFunctionCommand({ FunctionName }));
  assert.deepEqual(shown.Concurrency, { ReservedConcurrentExecutions: 5 });
  const account = await client.send(new GetAccountSettingsCommand());
  assert.equal(account.AccountLimit?.ConcurrentExecutions, 1000);
  assert.equal(account.AccountLimit?.UnreservedConcurrentExecutions, 995);
  assert.ok((account.AccountUsage?.FunctionCount ?? 0) > 0);
  await assert.rejects(reserve(901), {
    name: 'InvalidParameterValueException',
    message:
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  });
  await client.send(new PublishVersionCommand({ FunctionName }));
  const at = { FunctionName, Qualifier: '1' };
  const put = await client.send(
    new PutProvisionedConcurrencyConfigCommand({ ...at, ProvisionedConcurrentExecutions: 2 }),
  );
  assert.deepEqual([put.$metadata.httpStatusCode, put.RequestedProvisionedConcurrentExecutions], [202, 2]);
  const provisioned = await client.send(new GetProvisionedConcurrencyConfigCommand(at));
  assert.deepEqual([provisioned.Status, provisioned.RequestedProvisionedConcurrentExecutions], ['READY', 2]);
  const { ProvisionedConcurrencyConfigs } = await client.send(
    new ListProvisionedConcurrencyConfigsCommand({ FunctionName }),
  );
  assert.deepEqual(
    ProvisionedConcurrencyConfigs?.map(({ FunctionArn }) => FunctionArn),
    [`${arnOf(FunctionName)}:1`],
  );
  await client.send(new DeleteProvisionedConcurrencyConfigCommand(at));
  await assert.rejects(client.send(new GetProvisionedConcurrencyConfigCommand(at)), {
    name: 'ProvisionedConcurrencyConfigNotFoundException',
    message: 'No Provisioned Concurrency Config found for this function',
  });
  await assert.rejects(
    client.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier: '$LATEST',
        ProvisionedConcurrentExecutions: 1,
      }),
    ),
    {
      name: 'InvalidParameterValueException',
      message: 'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    },
  );
  await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  const { $metadata: _, ...none } = await client.send(new GetFunctionConcurrencyCommand({ FunctionName }));
  assert.deepEqual(none, {});
});

test('settings of events are put, changed, listed and deleted', async () => {
  const { client } = gateway;
  const FunctionName = await make('retried');
  const queue = 'arn:aws:sqs:us-east-1:000000000000:q';
  const put = await client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnSuccess: { Destination: queue } },
    }),
  );
  assert.ok(put.LastModified instanceof Date);
  assert.equal(put.FunctionArn, `${arnOf(FunctionName)}:$LATEST`);
  const updated = await client.send(
    new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }),
  );
  const { $metadata: _, ...shown } = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
  assert.deepEqual(shown, {
    LastModified: updated.LastModified,
    FunctionArn: `${arnOf(FunctionName)}:$LATEST`,
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: { Destination: queue }, OnFailure: {} },
  });
  const replaced = await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }),
  );
  assert.deepEqual(replaced.DestinationConfig, { OnSuccess: {}, OnFailure: {} });
  const { FunctionEventInvokeConfigs } = await client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  assert.equal(FunctionEventInvokeConfigs?.length, 1);
  await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
  await assert.rejects(client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })), {
    name: 'ResourceNotFoundException',
    message: `The function ${arnOf(FunctionName)}:$LATEST doesn't have an EventInvokeConfig`,
  });
  await assert.rejects(
    client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 3 })),
    {
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2",
    },
  );
});

test('function URLs are kept, one for the function and one for each alias', async () => {
  const { client } = gateway;
  const FunctionName = await make('addressed');
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '$LATEST' }));
  const Cors = { AllowOrigins: ['*'], MaxAge: 5 };
  const made = await client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', Cors }));
  assert.match(made.FunctionUrl ?? '', /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);
  assert.deepEqual([made.InvokeMode, made.Cors, made.FunctionArn], ['BUFFERED', Cors, arnOf(FunctionName)]);
  await assert.rejects(client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' })), {
    name: 'ResourceConflictException',
  });
  await client.send(new CreateFunctionUrlConfigCommand({ FunctionName, Qualifier: 'live', AuthType: 'AWS_IAM' }));
  const changed = await client.send(
    new UpdateFunctionUrlConfigCommand({ FunctionName, InvokeMode: 'RESPONSE_STREAM' }),
  );
  assert.deepEqual(
    [changed.InvokeMode, changed.AuthType, changed.FunctionUrl],
    ['RESPONSE_STREAM', 'NONE', made.FunctionUrl],
  );
  const { FunctionUrlConfigs } = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName }));
  assert.deepEqual(
    FunctionUrlConfigs?.map(({ FunctionArn }) => FunctionArn),
    [arnOf(FunctionName), `${arnOf(FunctionName)}:live`],
  );
  await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }));
  await assert.rejects(client.send(new GetFunctionUrlConfigCommand({ FunctionName })), {
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  });
});

test('tags are added, listed and removed', async () => {
  const { client } = gateway;
  const Resource = arnOf(await make('tagged'));
  await client.send(new TagResourceCommand({ Resource, Tags: { a: '1', b: '2' } }));
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }));
  assert.deepEqual((await client.send(new ListTagsCommand({ Resource }))).Tags, { b: '2' });
  await assert.rejects(client.send(new ListTagsCommand({ Resource: arnOf('none') })), {
    name: 'ResourceNotFoundException',
    message: `Function not found: ${arnOf('none')}`,
  });
  const tooMany = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, '']));
  await assert.rejects(client.send(new TagResourceCommand({ Resource, Tags: tooMany })), {
    name: 'InvalidParameterValueException',
    message: 'Number of tags exceeds resource tag limit.',
  });
});

test('a code signing configuration that enforces signatures lets no unsigned code in', async () => {
  const { client } = gateway;
  const FunctionName = await make('signed');
  const { CodeSigningConfig } = await client.send(
    new CreateCodeSigningConfigCommand({
      AllowedPublishers: {
        SigningProfileVersionArns: ['arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/0123456789'],
      },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
    }),
  );
  const CodeSigningConfigArn = CodeSigningConfig?.CodeSigningConfigArn ?? '';
  assert.match(CodeSigningConfigArn, /^arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-[a-z0-9]{17}$/);
  await client.send(new PutFunctionCodeSigningConfigCommand({ FunctionName, CodeSigningConfigArn }));
  const tied = await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }));
  assert.equal(tied.CodeSigningConfigArn, CodeSigningConfigArn);
  await assert.rejects(client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip('return 2') })), {
    name: 'CodeVerificationFailedException',
  });
  await assert.rejects(client.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn })), {
    name: 'ResourceConflictException',
  });
  await client.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }));
  await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: handlerZip('return 2') }));
  await client.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn }));
});

test('event source mappings are kept and shown', async () => {
  const { client } = gateway;
  const FunctionName = await make('fed');
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:source';
  const made = await client.send(
    new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, BatchSize: 5, Tags: { a: 'b' } }),
  );
  assert.deepEqual(
    [made.$metadata.httpStatusCode, made.State, made.FunctionArn],
    [202, 'Creating', arnOf(FunctionName)],
  );
  const UUID = made.UUID ?? '';
  const shown = await client.send(new GetEventSourceMappingCommand({ UUID }));
  assert.deepEqual([shown.State, shown.BatchSize, shown.EventSourceArn], ['Enabled', 5, EventSourceArn]);
  assert.deepEqual((await client.send(new ListTagsCommand({ Resource: shown.EventSourceMappingArn }))).Tags, {
    a: 'b',
  });
  const changed = await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false, BatchSize: 9 }));
  assert.deepEqual([changed.State, changed.BatchSize], ['Disabled', 9]);
  await assert.rejects(client.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn })), {
    name: 'ResourceConflictException',
    message: new RegExp(`existing mapping with UUID ${UUID}$`),
  });
  const { EventSourceMappings } = await client.send(new ListEventSourceMappingsCommand({ FunctionName }));
  assert.equal(EventSourceMappings?.length, 1);
  assert.equal((await client.send(new DeleteEventSourceMappingCommand({ UUID }))).State, 'Deleting');
  await assert.rejects(client.send(new GetEventSourceMappingCommand({ UUID })), { name: 'ResourceNotFoundException' });
});

test('updates of the runtime and recursion are kept', async () => {
  const { client } = gateway;
  const FunctionName = await make('kept');
  const auto = await client.send(new GetRuntimeManagementConfigCommand({ FunctionName }));
  assert.deepEqual([auto.UpdateRuntimeOn, auto.FunctionArn], ['Auto', `${arnOf(FunctionName)}:$LATEST`]);
  await client.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'FunctionUpdate' }));
  const changed = await client.send(new GetRuntimeManagementConfigCommand({ FunctionName }));
  assert.equal(changed.UpdateRuntimeOn, 'FunctionUpdate');
  const recursion = new GetFunctionRecursionConfigCommand({ FunctionName });
  assert.equal((await client.send(recursion)).RecursiveLoop, 'Terminate');
  await client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' }));
  assert.equal((await client.send(recursion)).RecursiveLoop, 'Allow');
});

test('a policy may be written whole', async () => {
  const { client } = gateway;
  const ResourceArn = arnOf(await make('whole'));
  const statement = {
    Sid: 'api',
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: ResourceArn,
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const put = await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
  const shown = await client.send(new GetPolicyCommand({ FunctionName: 'whole' }));
  assert.deepEqual(JSON.parse(shown.Policy ?? '').Statement, [statement]);
  assert.equal((await client.send(new GetResourcePolicyCommand({ ResourceArn }))).RevisionId, put.RevisionId);
  for (const broken of ['no', '{}', JSON.stringify({ Statement: [{ ...statement, Resource: '*' }] })])
    await assert.rejects(client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: broken })), {
      name: 'InvalidParameterValueException',
      message: /^The provided policy is not valid: /,
    });
  await client.send(new DeleteResourcePolicyCommand({ ResourceArn, RevisionId: put.RevisionId }));
  await assert.rejects(client.send(new GetResourcePolicyCommand({ ResourceArn })), {
    name: 'ResourceNotFoundException',
  });
});

test('what has no counterpart here is refused and named', async () => {
  await assert.rejects(gateway.client.send(new ListCapacityProvidersCommand()), {
    name: 'InvalidParameterValueException',
    message: 'Capacity providers are not served by this gateway.',
    Type: 'User',
  });
});

test('code comes from an object in S3, and S3’s refusals are told', async () => {
  const archive = handlerZip('return "from S3"');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/packages/a%20b/code.zip') response.end(archive);
    else {
      response.statusCode = 404;
      response.end('<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const s3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using own = await lambdaGateway({ services: { s3 } });
    const from = (S3Key: string) => ({ ...newFunctionInput('f'), Code: { S3Bucket: 'packages', S3Key } });
    await assert.rejects(own.client.send(new CreateFunctionCommand(from('none'))), {
      name: 'InvalidParameterValueException',
      message:
        'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    await own.client.send(new CreateFunctionCommand(from('a b/code.zip')));
    const { Payload } = await own.client.send(new InvokeCommand({ FunctionName: 'f' }));
    assert.equal(textOf(Payload), '"from S3"');
    assert.deepEqual(asked, ['/packages/none', '/packages/a%20b/code.zip']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('every constraint names a member that Lambda’s model has', () => {
  const { shapes } = loadModel('lambda');
  const unknown = Object.keys(lambdaConstraints).filter((name) => {
    const [shape = '', member = ''] = name.split('.');
    return !Object.hasOwn(shapes[shape]?.members ?? {}, member);
  });
  assert.deepEqual(unknown, []);
});
