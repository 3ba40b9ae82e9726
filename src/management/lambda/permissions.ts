/** Resource-based policies of functions, versions and aliases: statement by statement, or whole. */
import { entryOf, present, withEntry, withoutEntry } from '../../definition/entries.ts';
import type { PolicyStatement } from '../../definition/functions/function.ts';
import { latestVersion, qualifiedArn } from '../../definition/functions/names.ts';
import {
  permissionStatement,
  policyStatements,
  policyText,
  withoutStatement,
  withStatement,
} from '../../definition/functions/permissions.ts';
import { invalidParameter, preconditionFailed, resourceNotFound } from '../../definition/functions/refusals.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';
import { loadQualified, putTouched, type Qualified, readsOf, revisionIdOf } from './stored-functions.ts';

export const permissions = ({ documents, newUuid, settled }: LambdaDependencies) => {
  /** Changes the statements of what is named. @param change gives none to take the policy away */
  const edit = async (
    where: { readonly name: string; readonly qualifier?: string | undefined; readonly revisionId?: string | undefined },
    call: Call,
    operation: string,
    change: (statements: readonly PolicyStatement[] | undefined, found: Qualified) => readonly PolicyStatement[],
  ): Promise<string> => {
    const revisionId = newUuid();
    await documents.transact(call, async (transaction) => {
      const found = await loadQualified(transaction, where.name, call, operation, where.qualifier);
      requirePolicyRevision(where.revisionId, found);
      const { fn, key } = found;
      const statements = change(entryOf(fn.permissions, key), found);
      const all =
        statements.length === 0 ? withoutEntry(fn.permissions, key) : withEntry(fn.permissions, key, statements);
      putTouched(transaction, found, { ...fn, permissions: all }, revisionId);
    });
    await settled();
    return revisionId;
  };

  const resourceOf = ({ fn, qualifier }: Qualified): string => qualifiedArn(fn.functionArn, qualifier);

  return {
    AddPermission: async (input, call) => {
      if (input.Qualifier === latestVersion || input.FunctionName.endsWith(`:${latestVersion}`))
        throw invalidParameter('We currently do not support adding policies for $LATEST.');
      let added: PolicyStatement | undefined;
      const where = { name: input.FunctionName, qualifier: input.Qualifier, revisionId: input.RevisionId };
      await edit(where, call, 'AddPermission', (statements = [], found) => {
        added = permissionStatement(
          present({
            statementId: input.StatementId,
            action: input.Action,
            principal: input.Principal,
            sourceArn: input.SourceArn,
            sourceAccount: input.SourceAccount,
            principalOrgId: input.PrincipalOrgID,
            eventSourceToken: input.EventSourceToken,
            functionUrlAuthType: input.FunctionUrlAuthType,
            invokedViaFunctionUrl: input.InvokedViaFunctionUrl,
          }),
          resourceOf(found),
          call.partition,
        );
        return withStatement(statements, added);
      });
      return { Statement: JSON.stringify(added) };
    },

    RemovePermission: async (input, call) => {
      const where = { name: input.FunctionName, qualifier: input.Qualifier, revisionId: input.RevisionId };
      await edit(where, call, 'RemovePermission', (statements) => withoutStatement(statements, input.StatementId));
      return {};
    },

    GetPolicy: async ({ FunctionName, Qualifier }, call) => {
      const found = await loadQualified(readsOf(documents, call), FunctionName, call, 'GetPolicy', Qualifier);
      return { Policy: policyText(statementsOf(found)), RevisionId: revisionIdOf(found) };
    },

    PutResourcePolicy: async ({ ResourceArn, Policy, RevisionId }, call) => {
      const written = policyStatements(Policy);
      const where = { name: ResourceArn, revisionId: RevisionId };
      const revisionId = await edit(where, call, 'PutResourcePolicy', (_, found) => {
        if (found.key === latestVersion && found.qualifier !== undefined)
          throw invalidParameter('We currently do not support adding policies for $LATEST.');
        const wanted = resourceOf(found);
        if (written.some(({ Resource }) => [Resource].flat().some((each) => each !== wanted)))
          throw invalidParameter(`The provided policy is not valid: its statements must name the resource ${wanted}.`);
        return written;
      });
      return { Policy: policyText(written), RevisionId: revisionId };
    },

    GetResourcePolicy: async ({ ResourceArn }, call) => {
      const found = await loadQualified(readsOf(documents, call), ResourceArn, call, 'GetResourcePolicy');
      return { Policy: policyText(statementsOf(found)), RevisionId: revisionIdOf(found) };
    },

    DeleteResourcePolicy: async ({ ResourceArn, RevisionId }, call) => {
      await edit({ name: ResourceArn, revisionId: RevisionId }, call, 'DeleteResourcePolicy', (_, found) => {
        statementsOf(found);
        return [];
      });
      return {};
    },
  } satisfies Partial<Handlers>;
};

/** @throws ResourceNotFoundException when there are none */
function statementsOf({ fn, key }: Qualified): readonly PolicyStatement[] {
  const statements = entryOf(fn.permissions, key);
  if (statements === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return statements;
}

function requirePolicyRevision(seen: string | undefined, found: Qualified): void {
  if (seen !== undefined && seen !== revisionIdOf(found))
    throw preconditionFailed(
      'The RevisionId provided does not match the latest RevisionId. Call the GetPolicy API to retrieve the latest RevisionId',
    );
}
