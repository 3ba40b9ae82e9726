/**
 * Plain OpenAPI documents, which say nothing of gateways: `gatewright deploy FILE --backend URL` proxies every operation
 * to the backend. Names that a REST API cannot have, and that nothing outside the document depends on, are changed on
 * the way: models `Foo_Bar`, variables of one path segment that are called `{id}` here and `{userId}` there. Checking
 * who calls is left to the backend, which sees all headers, unless an extension of API Gateway stands anywhere in the
 * document: then what it requires was written for a gateway. Every change is a warning of the document.
 */
import { badRequest } from '../errors.ts';
import { isList, isObject, type Json, type JsonObject, memberOf, OpenApiDocument, objectsIn } from './document.ts';
import { operationNames } from './operations.ts';
import { localNames } from './place.ts';
import { rewritten } from './schemas.ts';

const integrationExtension = 'x-amazon-apigateway-integration';

/**
 * @param kind HTTP APIs fill path variables into the address by themselves, REST APIs have them mapped
 * @throws BadRequestException when the address is none
 */
export function plainOpenApi(
  document: OpenApiDocument,
  backendUrl: string,
  kind: 'rest' | 'http' = 'rest',
): OpenApiDocument {
  const backend = backendOf(backendUrl);
  const warnings = [...document.warnings];
  const warn = (warning: string): void => {
    if (warnings.length < 1_000) warnings.push(warning);
  };
  const named = withModelNames(document, warn);
  const paths = memberOf(named, 'paths');
  const keepsSecurity = speaksToGateway(document);
  const open = withoutLength(keepsSecurity ? named : withoutSecurity(named, warn), warn);
  const proxies = new Proxies(named, { backend, kind }, warn, keepsSecurity, open !== named);
  const proxied = {
    ...open,
    ...(isObject(paths) ? { paths: proxies.paths(paths) } : {}),
  };
  return new OpenApiDocument(document.version, proxied, warnings);
}

function backendOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw badRequest(`Invalid backend URL specified: '${url.slice(0, 256)}'. It must begin with http:// or https://`);
  return url.replace(/[?#].*$/s, '').replace(/\/+$/, '');
}

type Warn = (warning: string) => void;

/** Models with alphanumeric names, and all references to them. */
function withModelNames({ root, version }: OpenApiDocument, warn: Warn): JsonObject {
  const holder = version === '2.0' ? root : memberOf(root, 'components');
  const member = version === '2.0' ? 'definitions' : 'schemas';
  const schemas = memberOf(holder, member);
  if (!isObject(holder) || !isObject(schemas)) return root;
  const renamed = new Map<string, string>();
  const taken = new Set(Object.keys(schemas));
  for (const name of Object.keys(schemas)) {
    if (/^[a-zA-Z0-9]+$/.test(name)) continue;
    const wanted = name.replace(/[^a-zA-Z0-9]/g, '') || 'Model';
    let free = wanted;
    for (let number = 2; taken.has(free); number++) free = `${wanted}${number}`;
    taken.add(free);
    renamed.set(name, free);
    warn(`Model '${name}' is called '${free}' here: names of models are alphanumeric.`);
  }
  if (renamed.size === 0) return root;
  const renamedSchemas = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [renamed.get(name) ?? name, schema]),
  );
  const prefix = version === '2.0' ? ['definitions'] : ['components', 'schemas'];
  const whole =
    version === '2.0'
      ? { ...root, definitions: renamedSchemas }
      : { ...root, components: { ...holder, schemas: renamedSchemas } };
  const reference = (ref: string): string => {
    const names = localNames(ref);
    const name = names?.[prefix.length];
    const other = name === undefined ? undefined : renamed.get(name);
    if (names === undefined || other === undefined || prefix.some((each, index) => names[index] !== each)) return ref;
    return `#/${[...prefix, other, ...names.slice(prefix.length + 1)].map(escaped).join('/')}`;
  };
  const value = rewritten(whole, reference);
  return isObject(value) ? value : whole;
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Whether the document speaks to a gateway somewhere, whose requirements are then the gateway's to check. */
function speaksToGateway({ root, version }: OpenApiDocument): boolean {
  const components = memberOf(root, 'components');
  const pathItems = [memberOf(root, 'paths'), memberOf(components, 'pathItems')].flatMap(objectsIn);
  const schemes = version === '2.0' ? memberOf(root, 'securityDefinitions') : memberOf(components, 'securitySchemes');
  return [root, components, ...objectsIn(schemes), ...pathItems, ...pathItems.flatMap(objectsIn)].some(
    (holder) => isObject(holder) && Object.keys(holder).some((name) => name.startsWith('x-amazon-apigateway-')),
  );
}

/** Without the requirements, which the backend checks. */
function withoutSecurity(holder: JsonObject, warn: Warn): JsonObject {
  if (!isList(memberOf(holder, 'security'))) return holder;
  const { security: _backends, ...rest } = holder;
  warn('Security requirements are left to the backend.');
  return rest;
}

/** APIs have shorter descriptions than documents. */
function withoutLength(root: JsonObject, warn: Warn): JsonObject {
  const info = memberOf(root, 'info');
  const description = memberOf(info, 'description');
  if (!isObject(info) || typeof description !== 'string' || description.length <= descriptionMax) return root;
  warn(`The description of the API is cut to ${descriptionMax} characters.`);
  return { ...root, info: { ...info, description: description.slice(0, descriptionMax).toWellFormed() } };
}

const descriptionMax = 1_024;

/** Members of operations that HTTP APIs do nothing with: the backend knows them. */
const backends: ReadonlySet<string> = new Set(['requestBody', 'callbacks', 'servers']);

const withoutBackends = (operation: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(operation).filter(([name]) => !backends.has(name)));

/** A node of the path tree: what its segments lead to, and what its variable is called. */
interface Node {
  readonly children: Map<string, Node>;
  variable?: string;
}

class Proxies {
  readonly #root: JsonObject;
  readonly #backend: string;
  readonly #kind: 'rest' | 'http';
  readonly #warn: Warn;
  readonly #tree: Node = { children: new Map() };
  readonly #keepsSecurity: boolean;
  #saidSo: boolean;

  /** @param saidSo whether it has been said that security is left to the backend */
  constructor(
    root: JsonObject,
    { backend, kind }: { readonly backend: string; readonly kind: 'rest' | 'http' },
    warn: Warn,
    keepsSecurity: boolean,
    saidSo: boolean,
  ) {
    this.#root = root;
    this.#backend = backend;
    this.#kind = kind;
    this.#warn = warn;
    this.#keepsSecurity = keepsSecurity;
    this.#saidSo = saidSo;
  }

  paths(paths: JsonObject): JsonObject {
    const written = new Map<string, JsonObject>();
    for (const [name, item] of Object.entries(paths)) {
      const pathItem = this.#resolved(item);
      if (!name.startsWith('/') || !isObject(pathItem)) {
        if (isObject(item)) written.set(name, item);
        continue;
      }
      const variables = new Map<string, string>();
      const path = this.#canonical(name, variables);
      const before = written.get(path);
      const address = name.length > 1 && name.endsWith('/') && !path.endsWith('/') ? `${path}/` : path;
      const proxied = this.#pathItem(pathItem, path, address, variables);
      if (before === undefined) written.set(path, proxied);
      else {
        for (const member of Object.keys(proxied))
          if (Object.hasOwn(operationNames, member) && Object.hasOwn(before, member))
            this.#warn(`Operation '${member}' of path '${name}' is that of '${path}' already. Ignoring.`);
        written.set(path, { ...proxied, ...before });
      }
    }
    return Object.fromEntries(written);
  }

  /** The path with the name that each variable was given first, as one that the kind of API can have. */
  #canonical(name: string, variables: Map<string, string>): string {
    let node = this.#tree;
    // Routes end without a slash, and match with one.
    const wanted = this.#kind === 'http' && name.length > 1 ? name.replace(/\/$/, '') : name;
    const segments = wanted.split('/').map((segment) => {
      const variable = this.#variableIn(segment);
      if (variable !== undefined) {
        node.variable ??= variable;
        for (const [, declared = ''] of segment.matchAll(/\{([^{}+]+)\}/g)) variables.set(declared, node.variable);
      }
      const called = variable === undefined ? segment : `{${node.variable ?? variable}}`;
      let child = node.children.get(called);
      if (child === undefined) {
        child = { children: new Map() };
        node.children.set(called, child);
      }
      node = child;
      return called;
    });
    const path = segments.join('/');
    if (path !== wanted) this.#warn(`Path '${name}' is called '${path}' here: ${this.#rule}.`);
    return path;
  }

  get #rule(): string {
    return this.#kind === 'rest'
      ? 'a path segment has one variable'
      : "a path segment is letters, digits, '.', ':', '_' and '-', or one variable";
  }

  /** The variable that a segment is, or has to be: routes have no `@me` and no `{id}.json`. */
  #variableIn(segment: string): string | undefined {
    const [, whole] = /^\{([^{}+]+)\}$/.exec(segment) ?? [];
    if (this.#kind === 'rest') return whole;
    if (whole === undefined && /^(?:|[\w.:-]+|\{[\w.:-]+\+\})$/.test(segment)) return undefined;
    const [, inside] = /\{([^{}+]+)\}/.exec(segment) ?? [];
    return (inside ?? segment).replace(/[^\w.:-]+/g, '') || 'part';
  }

  /** Parameters of the path go to its operations, where they can be renamed and left out. */
  #pathItem(pathItem: JsonObject, path: string, address: string, variables: ReadonlyMap<string, string>): JsonObject {
    const shared = memberOf(pathItem, 'parameters');
    return Object.fromEntries(
      Object.entries(pathItem).flatMap(([member, operation]): [string, Json][] => {
        const httpMethod = Object.hasOwn(operationNames, member) ? operationNames[member] : undefined;
        if (member === 'parameters') return [];
        if (httpMethod === undefined || !isObject(operation)) return [[member, operation]];
        const own = memberOf(operation, 'parameters');
        const both = [...(isList(shared) ? shared : []), ...(isList(own) ? own : [])];
        const { parameters: _declared, ...said } = this.#open(operation);
        const rest = this.#kind === 'rest' ? said : withoutBackends(said);
        const parameters = this.#parameters(both, variables, `${httpMethod} ${path}`);
        return [
          [
            member,
            {
              [integrationExtension]: this.#integration(httpMethod, address),
              ...rest,
              ...(parameters.length === 0 ? {} : { parameters }),
            },
          ],
        ];
      }),
    );
  }

  #open(operation: JsonObject): JsonObject {
    if (this.#keepsSecurity) return operation;
    const open = withoutSecurity(operation, this.#saidSo ? () => {} : this.#warn);
    this.#saidSo ||= open !== operation;
    return open;
  }

  #parameters(parameters: readonly Json[], variables: ReadonlyMap<string, string>, called: string): Json[] {
    return parameters.flatMap((each): Json[] => {
      const parameter = this.#resolved(each);
      if (!isObject(parameter)) return [];
      const { name } = parameter;
      if (typeof name !== 'string') return [parameter];
      if (memberOf(parameter, 'in') === 'path') return [{ ...parameter, name: variables.get(name) ?? name }];
      if (memberOf(parameter, 'in') === 'body' || /^[a-zA-Z0-9._$-]+$/.test(name)) return [parameter];
      this.#warn(`Parameter '${name}' of method '${called}' is passed on without being declared.`);
      return [];
    });
  }

  /** Query string and headers are passed on by the type of the integration. */
  #integration(httpMethod: string, path: string): JsonObject {
    const variables = [...path.matchAll(/\{([^{}+]+)\+?\}/g)].map(([, name = '']) => name);
    const proxy = {
      type: 'http_proxy',
      httpMethod,
      uri: `${this.#backend}${path.replace(/\{([^{}+]+)\+\}/g, '{$1}')}`,
      payloadFormatVersion: '1.0',
    };
    if (this.#kind === 'http') return proxy;
    return {
      ...proxy,
      passthroughBehavior: 'when_no_match',
      ...(variables.length === 0
        ? {}
        : {
            requestParameters: Object.fromEntries(
              variables.map((name) => [`integration.request.path.${name}`, `method.request.path.${name}`]),
            ),
          }),
    };
  }

  /** What a reference into the document leads to. */
  #resolved(value: Json): Json | undefined {
    let at: Json | undefined = value;
    for (let hops = 0; hops < 32; hops++) {
      const ref = memberOf(at, '$ref');
      if (typeof ref !== 'string') return at;
      let target: Json | undefined = this.#root;
      for (const name of localNames(ref) ?? ['']) target = memberOf(target, name);
      at = target;
    }
    return undefined;
  }
}
