/** The 124 operations of the REST API management service, typed by the AWS SDK's client for it. */
import type * as Sdk from '@aws-sdk/client-api-gateway';
import type { HandlersOf, OperationsOf } from '../protocol/operations.ts';

export type Operations = OperationsOf<typeof Sdk>;
export type Handlers = HandlersOf<Operations>;
