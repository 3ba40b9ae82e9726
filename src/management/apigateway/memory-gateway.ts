/** For tests: the handlers over a store in memory, with a clock and identifiers that tests own. */
import type { DocumentKinds } from '../../definition/documents.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { apigateway } from './index.ts';
import type { Handlers } from './operations.ts';

export interface MemoryGateway extends AsyncDisposable {
  readonly handlers: Handlers;
  /** A second later than the call before it, unless told otherwise. */
  readonly call: (members?: Partial<Call>) => Call;
  /** An API with `GET /`, answered by a mock. */
  readonly mockApi: (call?: Call) => Promise<string>;
}

export function memoryGateway(dependencies: Partial<Dependencies> = {}): MemoryGateway {
  const store = openSqliteStore<DocumentKinds>(':memory:');
  const handlers = apigateway({
    documents: new Documents(store),
    testInvokeMethod: () => Promise.reject(new Error('there is no data plane')),
    testInvokeAuthorizer: () => Promise.reject(new Error('there is no data plane')),
    flushAuthorizers: () => {},
    settled: () => Promise.resolve(),
    ...dependencies,
  });
  let ids = 0;
  let nowMs = Date.UTC(2026, 0, 1);
  const call = (members: Partial<Call> = {}): Call => {
    nowMs += 1000;
    return {
      accountId: '000000000000',
      region: 'us-east-1',
      partition: 'aws',
      callerArn: 'arn:aws:iam::000000000000:root',
      accessKeyId: 'AKIDEXAMPLE',
      requestId: 'request',
      nowMs,
      newId: (length) => (ids++).toString(36).padStart(length, 'a'),
      ...members,
    };
  };
  const mockApi = async (caller: Call = call()): Promise<string> => {
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await handlers.CreateRestApi({ name: 'a' }, caller);
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await handlers.PutMethod({ ...method, authorizationType: 'NONE' }, caller);
    await handlers.PutIntegration({ ...method, type: 'MOCK' }, caller);
    return restApiId;
  };
  return { handlers, call, mockApi, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}
