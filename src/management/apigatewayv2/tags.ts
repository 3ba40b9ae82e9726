/** Tags; which document an ARN names is the same question for both services of API Gateway. */
import { withoutTags, withTags } from '../../definition/tags.ts';
import { taggedAt } from '../apigateway/tags.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers } from './operations.ts';

export const tags = ({ documents }: Dependencies) =>
  ({
    TagResource: async ({ ResourceArn, Tags = {} }, call) => {
      const { kind, id } = taggedAt(ResourceArn, call);
      await kind.edit(documents, call, id, (before) => withTags(before, Tags));
      return {};
    },

    UntagResource: async ({ ResourceArn, TagKeys }, call) => {
      const { kind, id } = taggedAt(ResourceArn, call);
      await kind.edit(documents, call, id, (before) => withoutTags(before, TagKeys));
      return {};
    },

    GetTags: async ({ ResourceArn }, call) => {
      const { kind, id } = taggedAt(ResourceArn, call);
      return { Tags: await kind.tagsOf(documents, call, id) };
    },
  }) satisfies Partial<Handlers>;
