/**
 * ImportRestApi and PutRestApi: a document becomes a REST API, or changes one. Decides what of the document is what of
 * the API and in which order; the parts have files of their own. Whatever the document has that a REST API has not is
 * listed among the warnings.
 *
 * Merge and overwrite: what the document defines takes the place of what had the same name or path, under the same id;
 * what it does not define stays (merge) or goes (overwrite). Stages, endpoint type, tags and documentation versions are
 * not the document's and stay. Source: Developer Guide, "Import an OpenAPI file to update an existing API definition",
 * "OpenAPI extensions for API Gateway", "AWS variables for OpenAPI import"; recorded imports.
 */
import { endpointTypes, ipAddressTypes, isOneOf } from '../constraints.ts';
import { entryOf, present } from '../entries.ts';
import { badRequest } from '../errors.ts';
import { putGatewayResponse } from '../gateway-responses.ts';
import { storedPolicy } from '../policies.ts';
import { createRequestValidator } from '../request-validators.ts';
import { gatewayResponseTypes, type RequestValidator, type RestApi } from '../rest-api.ts';
import {
  apiKeySources,
  type Birth,
  endpointAccessModes,
  endpointConfigurationOf,
  type NewRestApi,
  newRestApi,
} from '../rest-apis.ts';
import { basePathModeOf, basePathOf, warnAboutServers } from './base-path.ts';
import type { OpenApiDocument, OpenApiVersion } from './document.ts';
import { partsIn } from './documentation.ts';
import { Findings } from './findings.ts';
import { checkMembers } from './members.ts';
import { Models } from './models.ts';
import { methodIn, operationNames } from './operations.ts';
import { Place } from './place.ts';
import { schemesOf } from './security.ts';
import { textsOf } from './texts.ts';
import { Tree } from './tree.ts';
import { withVariables } from './variables.ts';

/** What a document is put to, and how. */
export type ImportMode = { readonly mode: 'new' } | { readonly mode: 'merge' | 'overwrite'; readonly api: RestApi };

export type ImportOptions = ImportMode & {
  /** Whose the API is; the id of an API that exists is its own. */
  readonly birth: Birth;
  /** As they were sent: `basepath`, `endpointConfigurationTypes`, `ignore`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly failOnWarnings?: boolean | undefined;
  /** For a new API whose document has no title. */
  readonly name?: string | undefined;
};

export interface Imported {
  readonly api: RestApi;
  /** Also in the API. */
  readonly warnings: readonly string[];
}

/** @throws BadRequestException with everything that is wrong */
export function importRestApi(document: OpenApiDocument, options: ImportOptions): Imported {
  const findings = new Findings();
  const { version } = document;
  const root = Place.rootOf(withVariables(document, options.birth), findings);
  for (const warning of document.warnings) findings.note(warning);
  const parameters = parametersOf(options.parameters, findings);
  checkMembers(root, 'root', version, findings);
  checkMembers(root.get('info'), 'info', version, findings);
  for (const tag of root.get('tags').items()) checkMembers(tag, 'tag', version, findings);
  for (const server of root.get('servers').items()) checkMembers(server, 'server', version, findings);
  if (version !== '2.0') checkMembers(root.get('components'), 'components', version, findings);
  warnAboutServers(root, findings);

  const merge = options.mode === 'merge';
  const newId = (): string => options.birth.newId(6);
  const before = options.mode === 'new' ? newApi(root, parameters, options, findings) : options.api;
  const settled = withSettings(before, root, version, options, findings);
  const named = version === '2.0' ? root.get('definitions') : root.get('components').get('schemas');
  const models = new Models(named, { version, findings, api: before, merge, newId });
  const schemes = schemesOf(
    version === '2.0' ? root.get('securityDefinitions') : root.get('components').get('securitySchemes'),
    { version, findings, api: before, newId },
  );
  const authorizers = new Map(merge ? Object.entries(before.authorizers) : []);
  for (const scheme of schemes.values())
    if (scheme.kind === 'authorizer') authorizers.set(scheme.authorizer.id, scheme.authorizer);
  const validators = validatorsIn(root, version, before, merge, findings, newId);
  const withParts: RestApi = {
    ...settled,
    authorizers: Object.fromEntries(authorizers),
    requestValidators: validators.all,
    gatewayResponses: gatewayResponsesIn(root, version, before, merge, findings),
    documentationParts:
      parameters.ignore === 'documentation'
        ? before.documentationParts
        : partsIn(root, before, merge, findings, newId).parts,
  };

  const tree = new Tree(before, merge, newId);
  const prefix = basePathOf(root, version, basePathModeOf(parameters.basepath));
  const operations = { version, root, findings, models, schemes, validators: validators.byName };
  for (const [name, place] of pathsIn(root, findings)) {
    const segments = [...prefix, ...segmentsOf(name)];
    const path = `/${segments.join('/')}`;
    const resource = findings.attempt(`Unable to create resource at path '${path}'`, () => tree.at(segments));
    const pathItem = place.resolved();
    if (resource === undefined || pathItem?.object() === undefined) continue;
    checkMembers(pathItem, 'pathItem', version, findings);
    for (const member of Object.keys(pathItem.object() ?? {})) {
      const httpMethod = entryOf(operationNames, member);
      if (httpMethod === undefined) continue;
      const called = member.startsWith('x-') ? 'any' : member;
      const operation = pathItem.getAs(member, `paths.'${name}'(${called})`);
      if (operation.object() === undefined) continue;
      const method = methodIn(
        withParts,
        { operation, pathItem, httpMethod, path, resourceId: resource.id },
        operations,
      );
      if (method !== undefined) tree.put(segments, method);
    }
  }
  findings.check(options.failOnWarnings ?? false);
  const warnings = findings.listed();
  const { warnings: _old, ...api } = withParts;
  return {
    api: {
      ...api,
      resources: tree.resources(),
      models: models.all(),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
    warnings,
  };
}

const parameterNames = ['basepath', 'endpointConfigurationTypes', 'ignore'] as const;
type ImportParameters = Readonly<Partial<Record<(typeof parameterNames)[number], string>>>;

/** Names in any case; what is not known is noted. */
function parametersOf(sent: ImportOptions['parameters'], findings: Findings): ImportParameters {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(sent ?? {})) {
    const parameter = parameterNames.find((each) => each.toLowerCase() === name.toLowerCase());
    if (parameter === undefined) findings.note(`Import parameter '${name.slice(0, 128)}' is not known. Ignoring.`);
    else known.set(parameter, value);
  }
  const { ignore, ...rest }: ImportParameters = Object.fromEntries(known);
  if (ignore === undefined) return rest;
  if (ignore.toLowerCase() !== 'documentation')
    throw badRequest(`Invalid ignore option specified: '${ignore.slice(0, 128)}'. Valid options are documentation`);
  return { ...rest, ignore: 'documentation' };
}

/** What the document says of the API as a whole, whether it is made or changed. */
function settingsIn(root: Place, version: OpenApiVersion, findings: Findings) {
  const info = root.get('info');
  const source = root.get('x-amazon-apigateway-api-key-source').text()?.toUpperCase();
  if (source !== undefined && !isOneOf(apiKeySources, source))
    findings.error(`Invalid ApiKeySource specified. Valid options are ${apiKeySources.join(',')}`);
  const accessMode = root.get('x-amazon-apigateway-endpoint-access-mode').text()?.toUpperCase();
  if (accessMode !== undefined && !isOneOf(endpointAccessModes, accessMode))
    findings.error(`Invalid endpoint access mode specified. Valid options are ${endpointAccessModes.join(',')}`);
  const size = root.get('x-amazon-apigateway-minimum-compression-size').wholeNumber();
  if (size !== undefined && (size < 0 || size > compressionMax))
    findings.error(`Invalid minimum compression size, must be between 0 and ${compressionMax}`);
  const endpoints = version === '2.0' ? root : (root.get('servers').items()[0] ?? root);
  const endpointConfiguration = endpoints.get('x-amazon-apigateway-endpoint-configuration');
  if (endpointConfiguration.exists) checkMembers(endpointConfiguration, 'endpointConfiguration', version, findings);
  const ipAddressType = endpointConfiguration.get('ipAddressType').text();
  return {
    name: info.get('title').text(),
    description: info.get('description').text(),
    version: info.get('version').text(),
    binaryMediaTypes: root
      .get('x-amazon-apigateway-binary-media-types')
      .items()
      .flatMap((type) => type.text() ?? []),
    apiKeySource: isOneOf(apiKeySources, source) ? source : undefined,
    endpointAccessMode: isOneOf(endpointAccessModes, accessMode) ? accessMode : undefined,
    minimumCompressionSize: size,
    securityPolicy: root.get('x-amazon-apigateway-security-policy').text(),
    disableExecuteApiEndpoint: endpointConfiguration.get('disableExecuteApiEndpoint').flag(),
    ipAddressType: isOneOf(ipAddressTypes, ipAddressType) ? ipAddressType : undefined,
    vpcEndpointIds: endpointConfiguration
      .get('vpcEndpointIds')
      .items()
      .flatMap((id) => id.text() ?? []),
  };
}

const compressionMax = 10_485_760;

function newApi(root: Place, parameters: ImportParameters, options: ImportOptions, findings: Findings): RestApi {
  const type = parameters.endpointConfigurationTypes?.toUpperCase();
  if (type !== undefined && !isOneOf(endpointTypes, type))
    throw badRequest('Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE');
  const name = root.get('info').get('title').text() ?? options.name;
  if (name === undefined) findings.error('Unable to create REST API: attribute info.title is missing');
  const input: NewRestApi = {
    name: name ?? 'untitled',
    ...(isOneOf(endpointTypes, type) ? { endpointConfiguration: { types: [type] } } : {}),
  };
  // Observed: an import seeds no models.
  return { ...newRestApi(input, options.birth), models: {} };
}

function withSettings(
  before: RestApi,
  root: Place,
  version: OpenApiVersion,
  { mode, birth }: ImportOptions,
  findings: Findings,
): RestApi {
  const settings = settingsIn(root, version, findings);
  const merge = mode === 'merge';
  const { name, description, binaryMediaTypes, apiKeySource, minimumCompressionSize } = settings;
  const policy = policyIn(root, { ...birth, id: before.id }, findings);
  const { ipAddressType, vpcEndpointIds } = settings;
  const endpointConfiguration = findings.attempt('Unable to configure endpoints', () =>
    endpointConfigurationOf({
      ...before.endpointConfiguration,
      ...(ipAddressType === undefined ? {} : { ipAddressType }),
      ...(vpcEndpointIds.length === 0 ? {} : { vpcEndpointIds }),
    }),
  );
  return present({
    ...before,
    name: name ?? before.name,
    description: description ?? (merge ? before.description : undefined),
    version: settings.version ?? (merge ? before.version : undefined),
    binaryMediaTypes: [...new Set([...(merge ? before.binaryMediaTypes : []), ...binaryMediaTypes])],
    apiKeySource: apiKeySource ?? (merge ? before.apiKeySource : 'HEADER'),
    minimumCompressionSize: minimumCompressionSize ?? (merge ? before.minimumCompressionSize : undefined),
    disableExecuteApiEndpoint: settings.disableExecuteApiEndpoint ?? before.disableExecuteApiEndpoint,
    endpointConfiguration: endpointConfiguration ?? before.endpointConfiguration,
    policy: policy ?? (merge ? before.policy : undefined),
    securityPolicy: settings.securityPolicy ?? before.securityPolicy,
    endpointAccessMode: settings.endpointAccessMode ?? before.endpointAccessMode,
  });
}

function policyIn(root: Place, owner: Birth, findings: Findings): string | undefined {
  const { value } = root.get('x-amazon-apigateway-policy');
  if (value === undefined || value === null || value === '') return undefined;
  return findings.attempt('Unable to set policy', () =>
    storedPolicy(typeof value === 'string' ? value : JSON.stringify(value), owner),
  );
}

interface Validators {
  readonly all: RestApi['requestValidators'];
  readonly byName: ReadonlyMap<string, string>;
}

function validatorsIn(
  root: Place,
  version: OpenApiVersion,
  before: RestApi,
  merge: boolean,
  findings: Findings,
  newId: () => string,
): Validators {
  const existing = Object.values(before.requestValidators);
  const all = new Map<string, RequestValidator>(merge ? existing.map((each) => [each.id, each]) : []);
  for (const [name, place] of root.get('x-amazon-apigateway-request-validators').members()) {
    checkMembers(place, 'requestValidator', version, findings);
    const id = existing.find((each) => each.name === name)?.id ?? newId();
    const made = findings.attempt(`Unable to create request validator '${name}'`, () =>
      createRequestValidator(
        { ...before, requestValidators: {} },
        {
          name,
          validateRequestBody: place.get('validateRequestBody').flag(),
          validateRequestParameters: place.get('validateRequestParameters').flag(),
        },
        id,
      ),
    );
    const validator = made?.requestValidators[id];
    if (validator !== undefined) all.set(id, validator);
  }
  return { all: Object.fromEntries(all), byName: new Map([...all.values()].map(({ id, name }) => [name, id])) };
}

function gatewayResponsesIn(
  root: Place,
  version: OpenApiVersion,
  before: RestApi,
  merge: boolean,
  findings: Findings,
): RestApi['gatewayResponses'] {
  let api: RestApi = merge ? before : { ...before, gatewayResponses: {} };
  for (const [name, place] of root.get('x-amazon-apigateway-gateway-responses').members()) {
    const unable = `Unable to put gateway response '${name}'`;
    if (!isOneOf(gatewayResponseTypes, name)) {
      findings.error(`${unable}: the response type is none of ${gatewayResponseTypes.join(', ')}`);
      continue;
    }
    checkMembers(place, 'gatewayResponse', version, findings);
    const statusCode = place.get('statusCode').text();
    if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode)) {
      findings.error(`${unable}: Invalid status code specified: '${statusCode.slice(0, 64)}'`);
      continue;
    }
    const owner = `gateway response '${name}'`;
    const onto = api;
    const made = findings.attempt(unable, () =>
      putGatewayResponse(onto, name, {
        statusCode,
        responseParameters: textsOf(place.get('responseParameters'), 'responseParameters', owner, findings),
        responseTemplates: textsOf(place.get('responseTemplates'), 'responseTemplates', owner, findings),
      }),
    );
    api = made ?? api;
  }
  return api.gatewayResponses;
}

/** Path items with their names as they stand in the document. */
function pathsIn(root: Place, findings: Findings): (readonly [string, Place])[] {
  const paths = root.get('paths');
  return Object.keys(paths.object() ?? {}).flatMap((name) => {
    if (name.startsWith('/')) return [[name, paths.getAs(name, `paths.'${name}'`)] as const];
    if (!name.startsWith('x-')) findings.warn(`Parse issue: attribute paths. Resource ${name} should start with /`);
    return [];
  });
}

/** `/pets/` is `/pets`. */
const segmentsOf = (path: string): readonly string[] => {
  const segments = path.slice(1).split('/');
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
};
