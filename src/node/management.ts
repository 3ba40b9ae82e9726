/** Puts the management APIs together: which services are served, whom a key belongs to, what handlers are given. */
import { randomUUID } from 'node:crypto';
import { fetchDocument } from '../access/fetch-document.ts';
import { answersDiscovery } from '../access/issuer-keys.ts';
import type { DocumentKinds } from '../definition/documents.ts';
import type { Dependencies } from '../management/apigateway/dependencies.ts';
import { apigateway } from '../management/apigateway/index.ts';
import type { Handlers } from '../management/apigateway/operations.ts';
import { apigatewayv2 } from '../management/apigatewayv2/index.ts';
import { requireServableApi } from '../management/apigatewayv2/servable.ts';
import { Documents } from '../management/documents.ts';
import type { LambdaDependencies } from '../management/lambda/dependencies.ts';
import { lambda } from '../management/lambda/index.ts';
import type { Call } from '../management/protocol/call.ts';
import type { ManagementRequest, ManagementResponse } from '../management/protocol/request.ts';
import { createManagementProtocol } from '../management/protocol/server.ts';
import { sts } from '../management/sts/index.ts';
import type { Log } from '../observe/log.ts';
import type { Store } from '../store/store.ts';
import { newId } from './identifiers.ts';
import type { RootKey } from './root-key.ts';
import type { Settings } from './settings.ts';

export interface ManagementOptions extends Omit<Dependencies, 'documents'> {
  readonly store: Store<DocumentKinds>;
  readonly settings: Settings;
  readonly rootKey: RootKey;
  readonly functions: Omit<LambdaDependencies, 'documents'>;
  readonly log: Log;
}

export interface Management {
  readonly handle: (request: ManagementRequest) => Promise<ManagementResponse>;
  /** The largest body that any service takes, in bytes. */
  readonly bodyBytesMax: number;
  readonly handlers: Handlers;
  /** A call that the gateway makes itself, as the root user. */
  readonly ownCall: () => Call;
}

const partition = 'aws';

export function createManagement(options: ManagementOptions): Management {
  const { store, settings, rootKey, functions, log, ...dependencies } = options;
  const { accountId, region } = settings;
  const callerArn = `arn:${partition}:iam::${accountId}:root`;
  const documents = new Documents(store);
  const handlers = apigateway({ documents, ...dependencies });
  const protocol = createManagementProtocol({
    services: [
      { model: 'apigateway', handlers },
      {
        model: 'apigatewayv2',
        handlers: apigatewayv2({
          documents,
          settled: dependencies.settled,
          requireServable: requireServableApi,
          ...(settings.checkIssuers === 'on' && {
            checkIssuer: (issuer) => answersDiscovery(issuer, fetchDocument),
          }),
        }),
      },
      { model: 'lambda', handlers: lambda({ documents, ...functions }) },
      { model: 'sts', handlers: sts },
    ],
    credentialsOf: (accessKeyId) =>
      accessKeyId === rootKey.accessKeyId
        ? { secretAccessKey: rootKey.secretAccessKey, accountId, callerArn }
        : undefined,
    unsigned: { accountId, region },
    now: Date.now,
    requestId: randomUUID,
    newId,
    log,
  });
  return {
    handle: protocol.handle,
    bodyBytesMax: protocol.bodyBytesMax,
    handlers,
    ownCall: () => ({
      accountId,
      region,
      partition,
      callerArn,
      accessKeyId: rootKey.accessKeyId,
      requestId: randomUUID(),
      nowMs: Date.now(),
      newId,
    }),
  };
}
