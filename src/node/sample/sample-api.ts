/**
 * The sample API: deployed by the very first start, kept until its owner deletes it. Its backend is started with the
 * gateway; where that had to take another port, the stage's variable is told.
 */
import { readFile } from 'node:fs/promises';
import type { DocumentKinds } from '../../definition/documents.ts';
import type { RestApi } from '../../definition/rest-api.ts';
import type { Handlers } from '../../management/apigateway/operations.ts';
import type { Call } from '../../management/protocol/call.ts';
import type { Scope, Store } from '../../store/store.ts';
import { type PetStore, startPetStore } from './backend.ts';

const sampleTag = 'gatewright:sample';
const stageName = 'dev';

export interface Sample {
  readonly restApiId: string;
  readonly stageName: string;
  close(): Promise<void>;
}

/** @param first whether to deploy it; else it is only kept going where it still exists */
export async function startSample(
  first: boolean,
  store: Store<DocumentKinds>,
  handlers: Pick<Handlers, 'ImportRestApi' | 'TagResource' | 'CreateDeployment' | 'UpdateStage'>,
  call: Call,
): Promise<Sample | undefined> {
  const existing = first ? undefined : await findSample(store, call);
  if (!first && existing === undefined) return undefined;
  const backend = await startPetStore(existing?.petStorePort ?? 0);
  const petStorePort = String(backend.port);
  if (existing === undefined) return { ...(await deploy(handlers, call, petStorePort)), close: closer(backend) };
  if (existing.petStorePort !== backend.port)
    await handlers.UpdateStage(
      {
        restApiId: existing.api.id,
        stageName,
        patchOperations: [{ op: 'replace', path: '/variables/petStorePort', value: petStorePort }],
      },
      call,
    );
  return { restApiId: existing.api.id, stageName, close: closer(backend) };
}

const closer = (backend: PetStore) => () => backend.close();

async function findSample(
  store: Store<DocumentKinds>,
  scope: Scope,
): Promise<{ api: RestApi; petStorePort: number } | undefined> {
  for (const { value: api } of await store.list(scope, 'rest-api')) {
    if (api.tags[sampleTag] === undefined) continue;
    const { accountId, region } = scope;
    const stage = await store.get({ accountId, region, kind: 'stage', id: `${api.id}/${stageName}` });
    if (stage !== undefined) return { api, petStorePort: Number(stage.value.variables?.petStorePort ?? 0) };
  }
  return undefined;
}

async function deploy(
  handlers: Pick<Handlers, 'ImportRestApi' | 'TagResource' | 'CreateDeployment'>,
  call: Call,
  petStorePort: string,
): Promise<{ restApiId: string; stageName: string }> {
  const body = await readFile(new URL('petstore.yaml', import.meta.url));
  const { id: restApiId = '' } = await handlers.ImportRestApi({ body }, call);
  const resourceArn = `arn:${call.partition}:apigateway:${call.region}::/restapis/${restApiId}`;
  await handlers.TagResource({ resourceArn, tags: { [sampleTag]: 'petstore' } }, call);
  await handlers.CreateDeployment({ restApiId, stageName, variables: { petStorePort } }, call);
  return { restApiId, stageName };
}
