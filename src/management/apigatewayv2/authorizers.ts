/** Authorizers of HTTP and WebSocket APIs. */
import type { ApiAuthorizer } from '../../definition/api.ts';
import { badRequest } from '../../definition/errors.ts';
import {
  authorizerOf,
  createAuthorizer,
  deleteAuthorizer,
  unreachableIssuer,
  updateAuthorizer,
} from '../../definition/v2/authorizers.ts';
import { editApi, loadApi } from './api-edits.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, ItemOf } from './operations.ts';
import { listPage } from './pages.ts';

export const authorizers = (dependencies: Dependencies) => {
  const { checkIssuer } = dependencies;

  /** Only an issuer that is new to the authorizer is asked. */
  async function requireIssuer({ jwtConfiguration }: ApiAuthorizer, before: ApiAuthorizer | undefined): Promise<void> {
    const issuer = jwtConfiguration?.issuer;
    if (checkIssuer === undefined || issuer === undefined || issuer === before?.jwtConfiguration?.issuer) return;
    if (!(await checkIssuer(issuer))) throw badRequest(unreachableIssuer(issuer));
  }

  return {
    // The model requires identity sources; the service takes a Lambda authorizer without.
    CreateAuthorizer: async ({ ApiId, JwtConfiguration, IdentitySource = [], ...rest }, call) => {
      const id = call.newId(6);
      const jwtConfiguration = JwtConfiguration && uncapitalized(JwtConfiguration);
      const input = { ...uncapitalized(rest), identitySource: IdentitySource, jwtConfiguration };
      // Tried before the issuer is asked, which takes its time: what is wrong in itself is refused first.
      const tried = createAuthorizer(await loadApi(dependencies, call, ApiId), input, id);
      await requireIssuer(authorizerOf(tried, id), undefined);
      const api = await editApi(dependencies, call, ApiId, (before) => createAuthorizer(before, input, id));
      return presentAuthorizer(authorizerOf(api, id));
    },

    GetAuthorizer: async ({ ApiId, AuthorizerId }, call) =>
      presentAuthorizer(authorizerOf(await loadApi(dependencies, call, ApiId), AuthorizerId)),

    GetAuthorizers: async ({ ApiId, ...page }, call) => {
      const api = await loadApi(dependencies, call, ApiId);
      return listPage(Object.values(api.authorizers), page, ({ authorizerId }) => authorizerId, presentAuthorizer);
    },

    UpdateAuthorizer: async ({ ApiId, AuthorizerId, JwtConfiguration, ...rest }, call) => {
      const change = { ...uncapitalized(rest), jwtConfiguration: JwtConfiguration && uncapitalized(JwtConfiguration) };
      const before = await loadApi(dependencies, call, ApiId);
      const tried = updateAuthorizer(before, AuthorizerId, change);
      await requireIssuer(authorizerOf(tried, AuthorizerId), authorizerOf(before, AuthorizerId));
      const api = await editApi(dependencies, call, ApiId, (now) => updateAuthorizer(now, AuthorizerId, change));
      return presentAuthorizer(authorizerOf(api, AuthorizerId));
    },

    DeleteAuthorizer: async ({ ApiId, AuthorizerId }, call) => {
      await editApi(dependencies, call, ApiId, (api) => deleteAuthorizer(api, AuthorizerId));
      return {};
    },
  } satisfies Partial<Handlers>;
};

const presentAuthorizer = ({ jwtConfiguration, ...authorizer }: ApiAuthorizer): ItemOf<'GetAuthorizers'> =>
  capitalized({ ...authorizer, jwtConfiguration: jwtConfiguration && capitalized(jwtConfiguration) });
