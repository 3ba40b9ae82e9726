/** Tags of functions, event source mappings and code signing configurations. */
import type { DocumentKinds } from '../../definition/documents.ts';
import { functionArn, functionNotFound } from '../../definition/functions/names.ts';
import { invalidParameter, resourceNotFound } from '../../definition/functions/refusals.ts';
import { checkedTags } from '../../definition/functions/tags.ts';
import type { Strings } from '../../definition/rest-api.ts';
import { withoutTags } from '../../definition/tags.ts';
import type { Call } from '../protocol/call.ts';
import type { LambdaDependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';

type Tagged = 'function' | 'event-source-mapping' | 'code-signing-config';

const kinds: Readonly<Record<string, Tagged>> = {
  function: 'function',
  'event-source-mapping': 'event-source-mapping',
  'code-signing-config': 'code-signing-config',
};

export const tags = ({ documents }: LambdaDependencies) => {
  const edit = (arn: string, call: Call, change: (tags: Strings) => Strings) => {
    const { kind, id, missing } = taggedAt(arn, call);
    return documents.transact(call, async (transaction) => {
      const value: DocumentKinds[Tagged] = await transaction.load(kind, id, missing);
      transaction.put(kind, id, { ...value, tags: change(value.tags) });
    });
  };

  return {
    ListTags: async ({ Resource }, call) => {
      const { kind, id, missing } = taggedAt(Resource, call);
      const value: DocumentKinds[Tagged] = await documents.load(call, kind, id, missing);
      return { Tags: { ...value.tags } };
    },

    TagResource: async ({ Resource, Tags }, call) => {
      await edit(Resource, call, (before) => checkedTags({ ...before, ...Tags }));
      return {};
    },

    UntagResource: async ({ Resource, TagKeys }, call) => {
      await edit(Resource, call, (before) => withoutTags(before, TagKeys));
      return {};
    },
  } satisfies Partial<Handlers>;
};

/** @throws ServiceError when the ARN names nothing of the caller's that has tags */
function taggedAt(
  arn: string,
  call: Call,
): { readonly kind: Tagged; readonly id: string; readonly missing: () => Error } {
  const [, region, accountId, type = '', id = '', qualifier] =
    /^arn:[^:]*:lambda:([a-z0-9-]+):(\d{12}):([a-z-]+):([^:]+)(?::(.+))?$/.exec(arn) ?? [];
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined || id === '') throw invalidParameter(`Tags are not kept for ${arn}.`);
  if (qualifier !== undefined)
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  const missing = (): Error =>
    kind === 'function'
      ? functionNotFound(functionArn(call, id))
      : resourceNotFound('The resource you requested does not exist.');
  if (region !== call.region || accountId !== call.accountId) throw missing();
  return { kind, id, missing };
}
