/** For tests: the handlers over a store in memory, with a clock and identifiers that tests own. */
import type { DocumentKinds } from '../../definition/documents.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { apigateway } from '../apigateway/index.ts';
import type { Handlers as RestHandlers } from '../apigateway/operations.ts';
import { Documents } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import type { Dependencies } from './dependencies.ts';
import { apigatewayv2 } from './index.ts';
import type { Handlers } from './operations.ts';

export interface MemoryGateway extends AsyncDisposable {
  readonly handlers: Handlers;
  /** Of the REST API's service, over the same documents. */
  readonly rest: RestHandlers;
  readonly documents: Documents;
  /** A second later than the call before it, unless told otherwise. */
  readonly call: (members?: Partial<Call>) => Call;
  /** An API without routes. */
  readonly api: (protocolType?: 'HTTP' | 'WEBSOCKET') => Promise<string>;
  /** An HTTP API with `GET /pets`, which leads to a backend. */
  readonly petsApi: () => Promise<{ readonly ApiId: string; readonly RouteId: string; readonly IntegrationId: string }>;
}

export function memoryGateway(dependencies: Partial<Dependencies> = {}): MemoryGateway {
  const store = openSqliteStore<DocumentKinds>(':memory:');
  const documents = new Documents(store);
  const settled = () => Promise.resolve();
  const handlers = apigatewayv2({ documents, settled, ...dependencies });
  const noDataPlane = () => Promise.reject(new Error('there is no data plane'));
  const rest = apigateway({
    documents,
    settled,
    testInvokeMethod: noDataPlane,
    testInvokeAuthorizer: noDataPlane,
    flushAuthorizers: () => {},
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
  const api = async (protocolType: 'HTTP' | 'WEBSOCKET' = 'HTTP'): Promise<string> => {
    const webSocket = protocolType === 'WEBSOCKET' ? { RouteSelectionExpression: '$request.body.action' } : {};
    const { ApiId = '' } = await handlers.CreateApi({ Name: 'n', ProtocolType: protocolType, ...webSocket }, call());
    return ApiId;
  };
  const petsApi = async () => {
    const ApiId = await api();
    const { IntegrationId = '' } = await handlers.CreateIntegration(
      { ApiId, IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'GET', IntegrationUri: 'https://example.com/pets' },
      call(),
    );
    const { RouteId = '' } = await handlers.CreateRoute(
      { ApiId, RouteKey: 'GET /pets', Target: `integrations/${IntegrationId}` },
      call(),
    );
    return { ApiId, RouteId, IntegrationId };
  };
  return {
    handlers,
    rest,
    documents,
    call,
    api,
    petsApi,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
