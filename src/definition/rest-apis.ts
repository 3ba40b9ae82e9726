/**
 * Creating, copying and patching a REST API as a whole; its parts have files of their own (`resources.ts`,
 * `methods.ts` …). Source: API reference, CreateRestApi and "Patch operations"; texts are recorded answers.
 */
import { endpointTypes, ipAddressTypes, isOneOf } from './constraints.ts';
import { securityPolicies } from './domain-name.ts';
import { present } from './entries.ts';
import { badRequest, notFound, type ServiceError } from './errors.ts';
import { seededModels } from './models.ts';
import {
  applyPatch,
  clear,
  flag,
  type PatchEdit,
  type PatchOperation,
  patchTable,
  refusePathOrOp,
  required,
  set,
  text,
  wholeNumber,
  word,
} from './patch.ts';
import { type PolicyOwner, storedPolicy } from './policies.ts';
import type { EndpointConfiguration, EndpointType, RestApi, Strings } from './rest-api.ts';
import { newTags } from './tags.ts';

export const invalidRestApi = (accountId: string, restApiId: string): ServiceError =>
  notFound(`Invalid API identifier specified ${accountId}:${restApiId}`);

export const apiKeySources = ['HEADER', 'AUTHORIZER'] as const;
export const endpointAccessModes = ['BASIC', 'STRICT'] as const;

/** What its owner says of a new API. */
export interface NewRestApi {
  readonly name: string;
  readonly description?: string | undefined;
  readonly version?: string | undefined;
  readonly binaryMediaTypes?: readonly string[] | undefined;
  readonly minimumCompressionSize?: number | undefined;
  readonly apiKeySource?: RestApi['apiKeySource'] | undefined;
  readonly endpointConfiguration?:
    | {
        readonly types?: readonly EndpointType[] | undefined;
        readonly ipAddressType?: EndpointConfiguration['ipAddressType'] | undefined;
        readonly vpcEndpointIds?: readonly string[] | undefined;
      }
    | undefined;
  readonly policy?: string | undefined;
  readonly tags?: Strings | undefined;
  readonly disableExecuteApiEndpoint?: boolean | undefined;
  readonly securityPolicy?: string | undefined;
  readonly endpointAccessMode?: RestApi['endpointAccessMode'] | undefined;
}

/** Who a new API belongs to, and the identifiers and the time that it is given. */
export interface Birth extends PolicyOwner {
  readonly nowMs: number;
  /** As `Call.newId`. */
  readonly newId: (length: number) => string;
}

const compressionMax = 10_485_760;
const invalidCompression = `Invalid minimum compression size, must be between 0 and ${compressionMax}`;

/** A new API with a root resource and the two models that AWS seeds. @throws BadRequestException */
export function newRestApi(input: NewRestApi, birth: Birth): RestApi {
  checkNew(input);
  const { id, accountId, region, newId } = birth;
  const rootResourceId = newId(10);
  return present({
    id,
    accountId,
    region,
    name: input.name,
    description: input.description,
    version: input.version,
    createdAtMs: birth.nowMs,
    apiKeySource: input.apiKeySource ?? 'HEADER',
    binaryMediaTypes: [...new Set(input.binaryMediaTypes)],
    minimumCompressionSize: input.minimumCompressionSize,
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
    endpointConfiguration: endpointConfigurationOf(input.endpointConfiguration),
    policy: text(input.policy) === undefined ? undefined : storedPolicy(input.policy ?? '', birth),
    securityPolicy: input.securityPolicy,
    endpointAccessMode: input.endpointAccessMode,
    tags: newTags(input.tags),
    rootResourceId,
    resources: { [rootResourceId]: { id: rootResourceId, methods: {} } },
    models: seededModels(() => newId(6)),
    requestValidators: {},
    authorizers: {},
    gatewayResponses: {},
    documentationParts: {},
    documentationVersions: {},
  });
}

function checkNew(input: NewRestApi): void {
  if (input.name === '') throw badRequest('API name must be non-empty');
  if (input.description === '') throw badRequest('Description cannot be an empty string');
  const size = input.minimumCompressionSize;
  if (size !== undefined && !(Number.isInteger(size) && size >= 0 && size <= compressionMax))
    throw badRequest(invalidCompression);
}

/** Defaults: EDGE, ipv4 (dualstack for PRIVATE). @throws BadRequestException */
export function endpointConfigurationOf(input: NewRestApi['endpointConfiguration']): EndpointConfiguration {
  const types = input?.types ?? ['EDGE'];
  const [type] = types;
  if (type === undefined) throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.');
  if (types.length > 1) throw badRequest('Cannot create an api with multiple Endpoint Types.');
  const configuration: EndpointConfiguration = present({
    types: [type],
    ipAddressType: input?.ipAddressType ?? (type === 'PRIVATE' ? ('dualstack' as const) : ('ipv4' as const)),
    vpcEndpointIds: input?.vpcEndpointIds?.length ? [...new Set(input.vpcEndpointIds)] : undefined,
  });
  checkEndpoints(configuration);
  return configuration;
}

function checkEndpoints({ types, ipAddressType, vpcEndpointIds }: EndpointConfiguration): void {
  const isPrivate = types.includes('PRIVATE');
  if (isPrivate && ipAddressType !== 'dualstack')
    throw badRequest('Only dualstack ipAddressType is supported for Private APIs.');
  if (!isPrivate && vpcEndpointIds !== undefined)
    throw badRequest('VPCEndpoints can only be specified with PRIVATE apis.');
}

/**
 * A new API with what `source` has: resources, methods, models, authorizers … under identifiers of their own.
 * Members that `input` gives win over the source's.
 */
export function clonedRestApi(source: RestApi, input: NewRestApi, birth: Birth): RestApi {
  checkNew(input);
  const fresh = newRestApi(
    {
      ...source,
      ...present(input),
      endpointConfiguration: input.endpointConfiguration ?? source.endpointConfiguration,
      policy: input.policy ?? source.policy?.replaceAll(source.id, birth.id),
      tags: input.tags,
    },
    birth,
  );
  const renamed = new Map<string, string>([[source.rootResourceId, fresh.rootResourceId]]);
  const newIdOf = (id: string, length: number): string => {
    const known = renamed.get(id) ?? birth.newId(length);
    renamed.set(id, known);
    return known;
  };
  const keyed = <Value extends { readonly id: string }>(entries: Readonly<Record<string, Value>>) =>
    Object.fromEntries(
      Object.values(entries).map((value): [string, Value] => {
        const id = newIdOf(value.id, 6);
        return [id, { ...value, id }];
      }),
    );
  const authorizers = keyed(source.authorizers);
  const requestValidators = keyed(source.requestValidators);
  const resources = Object.fromEntries(
    Object.values(source.resources).map((resource) => {
      const id = newIdOf(resource.id, 6);
      const methods = Object.fromEntries(
        Object.entries(resource.methods).map(([name, method]) => {
          const integration = method.methodIntegration;
          return [
            name,
            present({
              ...method,
              authorizerId: method.authorizerId && newIdOf(method.authorizerId, 6),
              requestValidatorId: method.requestValidatorId && newIdOf(method.requestValidatorId, 6),
              methodIntegration: integration && {
                ...integration,
                cacheNamespace: integration.cacheNamespace === resource.id ? id : integration.cacheNamespace,
              },
            }),
          ];
        }),
      );
      return [id, present({ ...resource, id, parentId: resource.parentId && newIdOf(resource.parentId, 6), methods })];
    }),
  );
  return {
    ...fresh,
    resources,
    authorizers,
    requestValidators,
    models: Object.fromEntries(
      Object.values(source.models).map((model) => [
        model.name,
        present({
          ...model,
          id: newIdOf(model.id, 6),
          schema: model.schema?.replaceAll(`/restapis/${source.id}/models/`, `/restapis/${birth.id}/models/`),
        }),
      ]),
    ),
    gatewayResponses: source.gatewayResponses,
    documentationParts: keyed(source.documentationParts),
  };
}

/** What a row needs to know besides the API. */
interface Patched {
  readonly api: RestApi;
  readonly owner: PolicyOwner;
}

const onApi =
  (edit: PatchEdit<RestApi>): PatchEdit<Patched> =>
  (patched, step) => ({ ...patched, api: edit(patched.api, step) });

const onEndpoints = (edit: PatchEdit<EndpointConfiguration>): PatchEdit<Patched> =>
  onApi((api, step) => ({ ...api, endpointConfiguration: edit(api.endpointConfiguration, step) }));

const withMediaType = (api: RestApi, type: string): RestApi => ({
  ...api,
  binaryMediaTypes: [...api.binaryMediaTypes.filter((known) => known !== type), type],
});

const withoutMediaType = (api: RestApi, type: string): RestApi => {
  if (!api.binaryMediaTypes.includes(type)) throw notFound('Invalid binary media type specified');
  return { ...api, binaryMediaTypes: api.binaryMediaTypes.filter((known) => known !== type) };
};

const withType: PatchEdit<EndpointConfiguration> = (endpoints, { value }) => {
  if (!isOneOf(endpointTypes, value))
    throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE');
  return { ...endpoints, types: [value], ipAddressType: value === 'PRIVATE' ? 'dualstack' : endpoints.ipAddressType };
};

const refuseTypeOp: PatchEdit<EndpointConfiguration> = () => {
  throw badRequest("Invalid patch operation specified. Must be 'add'|'remove'|'replace'");
};

const withVpcEndpoint = (endpoints: EndpointConfiguration, id: string | undefined): EndpointConfiguration => {
  if (id === undefined || id === '') throw badRequest('Invalid VPC endpoint ID specified');
  return { ...endpoints, vpcEndpointIds: [...new Set([...(endpoints.vpcEndpointIds ?? []), id])] };
};

const withoutVpcEndpoint = (endpoints: EndpointConfiguration, id: string | undefined): EndpointConfiguration => {
  const { vpcEndpointIds = [], ...rest } = endpoints;
  if (id === undefined || !vpcEndpointIds.includes(id)) throw badRequest('Invalid VPC endpoint ID specified');
  const left = vpcEndpointIds.filter((known) => known !== id);
  return left.length === 0 ? rest : { ...rest, vpcEndpointIds: left };
};

const table = patchTable<Patched>(refusePathOrOp, [
  {
    path: '/apiKeySource',
    replace: onApi(
      set('apiKeySource', word(apiKeySources, 'Invalid ApiKeySource specified. Valid options are HEADER,AUTHORIZER')),
    ),
  },
  {
    path: '/binaryMediaTypes/{type}',
    add: onApi((api, { names }) => withMediaType(api, names[0] ?? '')),
    replace: onApi((api, { names, value }) =>
      withMediaType(withoutMediaType(api, names[0] ?? ''), required('Invalid binary media type specified')(value)),
    ),
    remove: onApi((api, { names }) => withoutMediaType(api, names[0] ?? '')),
  },
  {
    path: '/description',
    add: onApi(set('description', text)),
    replace: onApi(set('description', text)),
    remove: onApi(clear('description')),
  },
  { path: '/disableExecuteApiEndpoint', replace: onApi(set('disableExecuteApiEndpoint', flag)) },
  {
    path: '/endpointConfiguration/ipAddressType',
    replace: onEndpoints(set('ipAddressType', word(ipAddressTypes, 'ipAddressType must be either ipv4 or dualstack.'))),
  },
  {
    path: '/endpointConfiguration/types/{type}',
    replace: onEndpoints(withType),
    add: onEndpoints(refuseTypeOp),
    remove: onEndpoints(refuseTypeOp),
    copy: onEndpoints(refuseTypeOp),
    move: onEndpoints(refuseTypeOp),
    test: onEndpoints(refuseTypeOp),
  },
  {
    path: '/endpointConfiguration/vpcEndpointIds',
    add: onEndpoints((endpoints, { value }) => withVpcEndpoint(endpoints, value)),
    remove: onEndpoints((endpoints, { value }) => withoutVpcEndpoint(endpoints, value)),
  },
  {
    path: '/endpointConfiguration/vpcEndpointIds/{id}',
    add: onEndpoints((endpoints, { names }) => withVpcEndpoint(endpoints, names[0])),
    remove: onEndpoints((endpoints, { names }) => withoutVpcEndpoint(endpoints, names[0])),
  },
  {
    path: '/endpointAccessMode',
    replace: onApi(
      set(
        'endpointAccessMode',
        word(endpointAccessModes, 'Invalid endpoint access mode specified. Valid options are BASIC,STRICT'),
      ),
    ),
  },
  {
    path: '/minimumCompressionSize',
    replace: onApi((api, step) =>
      text(step.value) === undefined
        ? clear<RestApi, 'minimumCompressionSize'>('minimumCompressionSize')(api, step)
        : { ...api, minimumCompressionSize: wholeNumber(0, compressionMax, invalidCompression)(step.value) },
    ),
  },
  { path: '/name', replace: onApi(set('name', required('API name must be non-empty'))) },
  {
    path: '/policy',
    replace: ({ api, owner }, step) => ({
      owner,
      api:
        text(step.value) === undefined
          ? clear<RestApi, 'policy'>('policy')(api, step)
          : { ...api, policy: storedPolicy(step.value ?? '', owner) },
    }),
  },
  {
    path: '/securityPolicy',
    replace: onApi(set('securityPolicy', word(securityPolicies, 'Invalid security policy specified'))),
  },
  { path: '/version', replace: onApi(set('version', text)) },
]);

/** @throws ServiceError */
export function updateRestApi(
  api: RestApi,
  operations: readonly PatchOperation[] | undefined,
  owner: PolicyOwner,
): RestApi {
  const { api: edited } = applyPatch(table, { api, owner }, operations);
  checkEndpoints(edited.endpointConfiguration);
  return edited;
}
