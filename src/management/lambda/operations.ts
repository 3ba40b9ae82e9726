/** The handlers that Lambda's management API owes. */
import type * as Sdk from '@aws-sdk/client-lambda';
import type { HandlersOf, OperationsOf } from '../protocol/operations.ts';

export type Handlers = HandlersOf<OperationsOf<typeof Sdk>>;
