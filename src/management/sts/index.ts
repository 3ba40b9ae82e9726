/** Security Token Service: who a key belongs to. Roles and temporary credentials are not served yet. */
import type * as Sdk from '@aws-sdk/client-sts';
import type { HandlersOf, OperationsOf } from '../protocol/operations.ts';

type Handlers = HandlersOf<OperationsOf<typeof Sdk>>;

export const sts = {
  GetCallerIdentity: (_input, { accountId, callerArn }) => ({
    // Of the root user AWS gives the account's own number as user id.
    UserId: accountId,
    Account: accountId,
    Arn: callerArn,
  }),
} satisfies Partial<Handlers>;
