/**
 * Input of every shape that the model allows, made of values that hurt: whatever comes, the answer is an answer or a
 * refusal, never a fault of ours, and what is stored can be read again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ServiceError } from '../../definition/errors.ts';
import { checkConstraints } from '../protocol/constraints.ts';
import { conventionsOf } from '../protocol/conventions.ts';
import { encodeStructure } from '../protocol/json.ts';
import { loadModel, type Member, membersOf } from '../protocol/model.ts';
import { memoryGateway } from './memory-gateway.ts';

const model = loadModel('apigatewayv2');
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    '$default',
    '$connect',
    '*',
    '/',
    '//',
    '\0',
    '\u{d800}',
  ),
  fc.constantFrom(
    '../..',
    '%00',
    '%2f',
    `\${stageVariables.x}`,
    '$request.body..a',
    '{a+}/b',
    'GET /{a}',
    'ANY /{p+}',
    '-1',
  ),
  fc.constantFrom(
    'https://example.com',
    functionArn,
    `arn:aws:apigateway:us-east-1:lambda:path/x/functions/${functionArn}/invocations`,
  ),
  fc.constantFrom(
    '1.0',
    '2.0',
    '1e9',
    'null',
    '{}',
    '[]',
    '{"Statement":[]}',
    'openapi: 3.0.1\ninfo: {title: t}',
    '"'.repeat(50),
  ),
  fc.constantFrom(
    'append:header.a',
    'overwrite:path',
    'remove:header.a',
    "''",
    '200',
    '999',
    'integrations/x',
    'integrations/__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constant('x'.repeat(5000)),
);

/** Values of a member; identifiers are often those of things that exist. */
function valuesOf(name: string, member: Member, known: ReadonlyMap<string, string>): fc.Arbitrary<unknown> {
  switch (member.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'long':
      return fc.constantFrom(-2_147_483_648, -1, 0, 1, 50, 300, 3600, 30_000, 1_000_000, 2_147_483_647);
    case 'double':
    case 'float':
      return fc.double({ noNaN: true });
    case 'timestamp':
      return fc.constant(new Date(0));
    case 'list':
      return fc.array(member.of === undefined ? hostile : valuesOf(name, member.of, known), { maxLength: 4 });
    case 'map':
      return fc.dictionary(hostile, member.of === undefined ? hostile : valuesOf(name, member.of, known), {
        maxKeys: 4,
        noNullPrototype: true,
      });
    case 'structure':
      return structureOf(member.shape, known);
    default: {
      const values = member.enum === undefined ? undefined : model.enums[member.enum];
      if (values !== undefined) return fc.constantFrom(...values);
      const id = known.get(name);
      return id === undefined
        ? hostile
        : fc.oneof({ weight: 9, arbitrary: fc.constant(id) }, { weight: 1, arbitrary: hostile });
    }
  }
}

/** Few members at a time: where everything is wrong, only the first thing is looked at. */
function structureOf(shape: string | undefined, known: ReadonlyMap<string, string>): fc.Arbitrary<object> {
  const members = Object.entries(membersOf(model, shape));
  const required = members.filter(([, member]) => member.required === true);
  const optional = members.filter(([, member]) => member.required !== true);
  return fc
    .subarray(optional, { maxLength: Math.min(3, optional.length) })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries([...required, ...chosen].map(([name, member]) => [name, valuesOf(name, member, known)])),
        { noNullPrototype: true },
      ),
    );
}

/** Things that exist before anything hostile arrives, by the members that name them. */
async function furnished(place: ReturnType<typeof memoryGateway>): Promise<Map<string, string>> {
  const { handlers, call } = place;
  const { ApiId, RouteId, IntegrationId } = await place.petsApi();
  await handlers.CreateStage({ ApiId, StageName: 'live', AutoDeploy: true }, call());
  const { AuthorizerId = '' } = await handlers.CreateAuthorizer(
    {
      ApiId,
      Name: 'a',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.a'],
      JwtConfiguration: { Issuer: 'https://issuer.example.com', Audience: ['a'] },
    },
    call(),
  );
  await handlers.CreateDomainName({ DomainName: 'api.example.com', DomainNameConfigurations: [{}] }, call());
  const { ApiMappingId = '' } = await handlers.CreateApiMapping(
    { DomainName: 'api.example.com', ApiId, Stage: 'live' },
    call(),
  );
  const { VpcLinkId = '' } = await handlers.CreateVpcLink({ Name: 'l', SubnetIds: ['subnet-1'] }, call());
  const { PortalProductId = '' } = await handlers.CreatePortalProduct({ DisplayName: 'p' }, call());
  return new Map(
    Object.entries({
      ApiId,
      RouteId,
      IntegrationId,
      AuthorizerId,
      StageName: 'live',
      Stage: 'live',
      DomainName: 'api.example.com',
      ApiMappingId,
      VpcLinkId,
      ConnectionId: VpcLinkId,
      PortalProductId,
      Target: `integrations/${IntegrationId}`,
      Name: 'n',
      RouteKey: 'GET /x',
      IntegrationUri: 'https://example.com',
      IntegrationMethod: 'GET',
      PayloadFormatVersion: '1.0',
      Schema: '{}',
      IdentitySource: '$request.header.x',
      Body: 'openapi: 3.0.1\ninfo: {title: t, version: "1"}\npaths: {/x: {get: {}}}',
      Specification: 'OAS30',
      OutputType: 'YAML',
      ResourceArn: `arn:aws:apigateway:us-east-1::/apis/${ApiId}`,
    }),
  );
}

/** Deleting what everything hangs on would leave nothing to attack. */
const spared = ['DeleteApi', 'DeleteDomainName', 'DeletePortalProduct'];

for (const name of Object.keys(model.operations).filter((each) => !spared.includes(each)))
  test(`${name} withstands hostile input`, async () => {
    await using place = memoryGateway();
    const known = await furnished(place);
    const handler: (input: never, call: ReturnType<typeof place.call>) => unknown =
      place.handlers[name as keyof typeof place.handlers];
    const { input, output } = model.operations[name] ?? {};
    const conventions = conventionsOf('apigatewayv2');
    await fc.assert(
      fc.asyncProperty(structureOf(input, known), async (value) => {
        try {
          checkConstraints(model, name, value as Readonly<Record<string, unknown>>, conventions);
          const answer = await handler(value as never, place.call());
          JSON.stringify(encodeStructure(model, membersOf(model, output), answer, conventions.timestamps));
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          assert.ok(error.status < 500, `${error.code}: ${error.message}`);
          assert.ok(error.message.length < 20_000, 'a refusal is no book');
        }
      }),
      { numRuns: 60 },
    );
    const { handlers, call } = place;
    const ApiId = known.get('ApiId') ?? '';
    for (const read of [
      () => handlers.GetApis({}, call()),
      () => handlers.GetRoutes({ ApiId }, call()),
      () => handlers.GetStages({ ApiId }, call()),
      () => handlers.GetDomainNames({}, call()),
      () => handlers.ExportApi({ ApiId, Specification: 'OAS30', OutputType: 'JSON' }, call()),
    ])
      await read();
    assert.equal(Object.hasOwn(Object.prototype, 'Required') || Object.hasOwn(Object.prototype, 'polluted'), false);
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
