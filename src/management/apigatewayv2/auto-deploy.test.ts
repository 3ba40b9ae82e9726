/** Stages that deploy by themselves: every change that matters is served with its own commit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiStage, DeployedApiStage } from '../../definition/api-stage.ts';
import { badRequest } from '../../definition/errors.ts';
import { type MemoryGateway, memoryGateway } from './memory-gateway.ts';

interface Place extends MemoryGateway {
  readonly ApiId: string;
  readonly RouteId: string;
  readonly IntegrationId: string;
}

/** An API with `GET /pets` and a stage `live` that deploys by itself. */
async function live(dependencies: Parameters<typeof memoryGateway>[0] = {}): Promise<Place> {
  const place = memoryGateway(dependencies);
  const made = await place.petsApi();
  await place.handlers.CreateStage({ ApiId: made.ApiId, StageName: 'live', AutoDeploy: true }, place.call());
  return { ...place, ...made };
}

const stageOf = async ({ documents, call, ApiId }: Place, stageName = 'live'): Promise<ApiStage> =>
  (await documents.find(call(), 'api-stage', `${ApiId}/${stageName}`)) ?? assert.fail('there is no such stage');

const deployedTo = async (place: Place, stageName = 'live') => {
  const { deploymentId } = await stageOf(place, stageName);
  const found = await place.documents.find(place.call(), 'api-deployment', `${place.ApiId}/${deploymentId}`);
  return found ?? assert.fail('the stage has no deployment');
};

test('a new stage is deployed at once, and says so', async () => {
  await using place = await live();
  const { DeploymentId, LastDeploymentStatusMessage } = await place.handlers.GetStage(
    { ApiId: place.ApiId, StageName: 'live' },
    place.call(),
  );
  assert.equal(LastDeploymentStatusMessage, `Successfully deployed stage with deployment ID '${DeploymentId}'`);
  const { CreatedDate: _time, ...deployment } = await place.handlers.GetDeployment(
    { ApiId: place.ApiId, DeploymentId: DeploymentId ?? '' },
    place.call(),
  );
  assert.deepEqual(deployment, {
    AutoDeployed: true,
    DeploymentId,
    DeploymentStatus: 'DEPLOYED',
    Description: 'Automatic deployment triggered by changes to the Api configuration',
  });
});

const changes: readonly { readonly of: string; readonly make: (place: Place) => Promise<unknown> }[] = [
  { of: 'a new route', make: async (p) => p.handlers.CreateRoute({ ApiId: p.ApiId, RouteKey: 'GET /cats' }, p.call()) },
  {
    of: 'another key of a route',
    make: async (p) => p.handlers.UpdateRoute({ ApiId: p.ApiId, RouteId: p.RouteId, RouteKey: 'GET /cats' }, p.call()),
  },
  {
    of: 'another backend',
    make: async (p) =>
      p.handlers.UpdateIntegration(
        { ApiId: p.ApiId, IntegrationId: p.IntegrationId, IntegrationUri: 'https://other.example.com' },
        p.call(),
      ),
  },
  {
    of: 'CORS',
    make: async (p) => p.handlers.UpdateApi({ ApiId: p.ApiId, CorsConfiguration: { AllowOrigins: ['*'] } }, p.call()),
  },
  {
    of: 'a reimport',
    make: async (p) =>
      p.handlers.ReimportApi(
        { ApiId: p.ApiId, Body: 'openapi: 3.0.1\ninfo: {title: t, version: "1"}\npaths: {/x: {get: {}}}' },
        p.call(),
      ),
  },
];

for (const { of, make } of changes)
  test(`${of} is deployed with the same commit`, async () => {
    let commits = 0;
    await using place = await live({
      settled: async () => {
        commits += 1;
      },
    });
    const before = await deployedTo(place);
    commits = 0;
    await make(place);
    assert.equal(commits, 1, 'the caller waits for the gates once');
    const after = await deployedTo(place);
    assert.notEqual(after.deploymentId, before.deploymentId);
    assert.deepEqual(after.api, await place.documents.find(place.call(), 'api', place.ApiId));
  });

test('a name or a tag is nothing that would have to be deployed', async () => {
  await using place = await live();
  const before = await deployedTo(place);
  await place.handlers.UpdateApi({ ApiId: place.ApiId, Name: 'other', Description: 'd' }, place.call());
  const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${place.ApiId}`;
  await place.handlers.TagResource({ ResourceArn, Tags: { a: 'b' } }, place.call());
  assert.equal((await deployedTo(place)).deploymentId, before.deploymentId);
});

test('a stage that is told what it serves stays as it is', async () => {
  await using place = await live();
  await place.handlers.CreateStage({ ApiId: place.ApiId, StageName: 'told' }, place.call());
  await place.handlers.CreateDeployment({ ApiId: place.ApiId, StageName: 'told' }, place.call());
  const before = await deployedTo(place, 'told');
  await place.handlers.CreateRoute({ ApiId: place.ApiId, RouteKey: 'GET /cats' }, place.call());
  assert.equal((await deployedTo(place, 'told')).deploymentId, before.deploymentId);
  await place.handlers.UpdateStage({ ApiId: place.ApiId, StageName: 'told', AutoDeploy: true }, place.call());
  assert.equal(Object.keys((await deployedTo(place, 'told')).api.routes).length, 2, 'until it deploys by itself');
});

test('an API that lost its last route goes on being served, and the stage says why', async () => {
  await using place = await live();
  const before = await deployedTo(place);
  await place.handlers.DeleteRoute({ ApiId: place.ApiId, RouteId: place.RouteId }, place.call());
  const stage = await place.handlers.GetStage({ ApiId: place.ApiId, StageName: 'live' }, place.call());
  assert.equal(stage.DeploymentId, before.deploymentId);
  assert.equal(
    stage.LastDeploymentStatusMessage,
    'Deployment attempt failed: Unable to deploy API because no routes exist in this API',
  );
});

test('what gates could not serve is not deployed, and the stage says why', async () => {
  const requireServable = ({ deployment }: DeployedApiStage): void => {
    if (Object.keys(deployment.api.routes).length > 1) throw badRequest('too many routes');
  };
  await using place = await live({ requireServable });
  const before = await deployedTo(place);
  await place.handlers.CreateRoute({ ApiId: place.ApiId, RouteKey: 'GET /cats' }, place.call());
  const stage = await place.handlers.GetStage({ ApiId: place.ApiId, StageName: 'live' }, place.call());
  assert.equal(stage.DeploymentId, before.deploymentId);
  assert.equal(stage.LastDeploymentStatusMessage, 'Deployment attempt failed: too many routes');
  await place.handlers.CreateStage({ ApiId: place.ApiId, StageName: 'told' }, place.call());
  await assert.rejects(
    async () => place.handlers.CreateDeployment({ ApiId: place.ApiId, StageName: 'told' }, place.call()),
    /too many routes/,
  );
});

test('old automatic deployments go, those of owners stay', async () => {
  await using place = await live();
  const { DeploymentId: own } = await place.handlers.CreateDeployment({ ApiId: place.ApiId }, place.call());
  for (let i = 0; i < 30; i++)
    await place.handlers.CreateRoute({ ApiId: place.ApiId, RouteKey: `GET /r${i}` }, place.call());
  const { Items = [] } = await place.handlers.GetDeployments({ ApiId: place.ApiId }, place.call());
  assert.equal(Items.length, 7, 'the one that is served, five behind it, and the one of the owner');
  assert.ok(Items.some(({ DeploymentId }) => DeploymentId === own));
});

test('changes at the same time are all there, and all deployed', async () => {
  await using place = await live();
  const keys = Array.from({ length: 12 }, (_, index) => `GET /r${index}`);
  await Promise.all([
    ...keys.map(async (RouteKey) => place.handlers.CreateRoute({ ApiId: place.ApiId, RouteKey }, place.call())),
    place.handlers.CreateStage({ ApiId: place.ApiId, StageName: 'late', AutoDeploy: true }, place.call()),
  ]);
  for (const stageName of ['live', 'late']) {
    const routes = Object.values((await deployedTo(place, stageName)).api.routes).map(({ routeKey }) => routeKey);
    assert.deepEqual(routes.toSorted(), ['GET /pets', ...keys].toSorted(), stageName);
  }
});

test('ResetAuthorizersCache leaves a mark that gates see', async () => {
  await using place = await live();
  const call = place.call();
  await place.handlers.ResetAuthorizersCache({ ApiId: place.ApiId, StageName: 'live' }, call);
  assert.equal((await stageOf(place)).authorizersResetAtMs, call.nowMs);
});

test('nothing is left of a deleted API', async () => {
  await using place = await live();
  await place.handlers.DeleteApi({ ApiId: place.ApiId }, place.call());
  for (const kind of ['api', 'api-stage', 'api-deployment'] as const)
    assert.deepEqual(await place.documents.list(place.call(), kind), []);
});
