/**
 * Extracts the wire models of AWS services from the AWS SDK's clients into `src/management/protocol/models/`, so that
 * the gateway serves them without the SDK being installed. Run it after a change of the SDK's version or of the list
 * below: `node scripts/extract-models.ts`; a test compares the committed files with the installed SDK.
 *
 * Sources, per client: the runtime schemas (operations, HTTP bindings, shapes, members), the auth scheme provider
 * (which operations are unsigned), and, for what the schemas do not say, its declarations: enumerations by member,
 * errors by operation (`@throws`), and the kind of each number (from the example of each command).
 *
 * What a service has and the SDK does not know yet stands in `models/<service>.additions.json`, in the form of a model,
 * and is merged in; once the SDK knows it, extraction fails until the addition is taken away.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import type {
  Member,
  Operation,
  Protocol,
  ServiceModel,
  ServiceSummary,
  Shape,
} from '../src/management/protocol/model.ts';

/** Service name, as our files and folders call it, by client package. */
const clients: Readonly<Record<string, string>> = {
  apigateway: '@aws-sdk/client-api-gateway',
  apigatewayv2: '@aws-sdk/client-apigatewayv2',
  lambda: '@aws-sdk/client-lambda',
  sts: '@aws-sdk/client-sts',
};

/** Services that older clients call in another protocol than the SDK does, with what that protocol needs. */
const alsoSpoken: Readonly<Record<string, Pick<ServiceModel, 'protocols' | 'xmlNamespace'>>> = {};

/** Enumerations in the order in which AWS prints them in its refusals; the others stand as in the SDK. */
const printedOrder: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  apigateway: {
    ApiKeySourceType: ['AUTHORIZER', 'HEADER'],
    DocumentationPartType: [
      'RESPONSE_BODY',
      'RESPONSE',
      'METHOD',
      'MODEL',
      'AUTHORIZER',
      'RESPONSE_HEADER',
      'RESOURCE',
      'PATH_PARAMETER',
      'REQUEST_BODY',
      'QUERY_PARAMETER',
      'API',
      'REQUEST_HEADER',
    ],
    EndpointType: ['PRIVATE', 'EDGE', 'REGIONAL'],
    GatewayResponseType: [
      'REQUEST_TOO_LARGE',
      'RESOURCE_NOT_FOUND',
      'AUTHORIZER_CONFIGURATION_ERROR',
      'MISSING_AUTHENTICATION_TOKEN',
      'BAD_REQUEST_BODY',
      'INVALID_SIGNATURE',
      'INVALID_API_KEY',
      'BAD_REQUEST_PARAMETERS',
      'AUTHORIZER_FAILURE',
      'UNAUTHORIZED',
      'INTEGRATION_TIMEOUT',
      'ACCESS_DENIED',
      'DEFAULT_4XX',
      'DEFAULT_5XX',
      'WAF_FILTERED',
      'QUOTA_EXCEEDED',
      'THROTTLED',
      'API_CONFIGURATION_ERROR',
      'UNSUPPORTED_MEDIA_TYPE',
      'INTEGRATION_FAILURE',
      'EXPIRED_TOKEN',
    ],
    IntegrationType: ['HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'],
    IpAddressType: ['ipv4', 'dualstack'],
    Op: ['add', 'remove', 'move', 'test', 'replace', 'copy'],
  },
};

const modelsFolder = new URL('../src/management/protocol/models/', import.meta.url);
const require = createRequire(import.meta.url);

/** The committed files as they should be: content by file name. */
export async function extractModels(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const summaries: Record<string, ServiceSummary> = {};
  for (const [name, packageName] of Object.entries(clients)) {
    const model = withAdditions(await extractModel(name, packageName));
    files.set(`${name}.generated.json`, printed(model));
    const { operations, shapes: _, enums: __, ...head } = model;
    summaries[name] = { ...head, operationCount: Object.keys(operations).length };
  }
  files.set('services.generated.json', `${JSON.stringify(summaries, null, 2)}\n`);
  return files;
}

/** Members of shapes and values of enumerations beside those that the SDK knows; shapes and enumerations may be new. */
function withAdditions(model: ServiceModel): ServiceModel {
  const file = new URL(`${model.service}.additions.json`, modelsFolder);
  if (!existsSync(file)) return model;
  const added = JSON.parse(readFileSync(file, 'utf8')) as Pick<ServiceModel, 'shapes' | 'enums'>;
  const shapes: Record<string, Shape> = { ...model.shapes };
  for (const [name, { members }] of Object.entries(added.shapes)) {
    const known = shapes[name] ?? { members: {} };
    for (const member of Object.keys(members))
      if (Object.hasOwn(known.members, member)) throw new Error(`${file.pathname}: the SDK knows ${name}.${member}`);
    shapes[name] = { ...known, members: { ...known.members, ...members } };
  }
  const enums: Record<string, readonly string[]> = { ...model.enums };
  for (const [name, values] of Object.entries(added.enums)) {
    const known = enums[name] ?? [];
    if (values.some((value) => known.includes(value))) throw new Error(`${file.pathname}: the SDK knows ${name}`);
    enums[name] = [...known, ...values];
  }
  return { ...model, shapes: sorted(shapes), enums: sorted(enums) };
}

type Exports = Readonly<Record<string, unknown>>;

/** What the script reads of a client's configuration. */
interface ClientConfig {
  readonly serviceId: string;
  readonly apiVersion: string;
  readonly defaultSigningName: string;
  readonly protocol: {
    readonly getShapeId: () => string;
    readonly options?: { readonly version?: string; readonly serviceTarget?: string; readonly xmlNamespace?: string };
  };
  readonly httpAuthSchemeProvider: (parameters: Record<string, unknown>) => readonly { readonly schemeId: string }[];
}

async function extractModel(name: string, packageName: string): Promise<ServiceModel> {
  const sdk: Exports = await import(packageName);
  const folder = join(dirname(require.resolve(packageName)), '..', 'dist-types');
  const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
  const config = configOf(sdk);
  const { apiVersion, serviceId, defaultSigningName: signingName, protocol } = config;
  const xmlNamespace = alsoSpoken[name]?.xmlNamespace ?? protocol.options?.xmlNamespace;
  const declared = declarationsOf(folder, sdk);
  const shapes = new Shapes(declared.enumOf);
  const operations: Record<string, Operation> = {};
  for (const schema of Object.values(sdk)) {
    if (!isOperationSchema(schema)) continue;
    const [, , operation, traits, inputRef, outputRef] = schema;
    const examples = examplesOf(readFileSync(join(folder, 'commands', `${operation}Command.d.ts`), 'utf8'));
    const input = shapes.nameOf(inputRef);
    const output = shapes.nameOf(outputRef);
    if (input !== undefined) shapes.learnNumbers(input, examples.input);
    if (output !== undefined) shapes.learnNumbers(output, examples.output);
    const unsigned = config
      .httpAuthSchemeProvider({
        operation,
        region: 'us-east-1',
        Region: 'us-east-1',
        UseDualStack: false,
        UseFIPS: false,
      })
      .some(({ schemeId }) => schemeId === 'smithy.api#noAuth');
    const errors = errorsThrownBy(readFileSync(join(folder, 'commands', `${operation}Command.d.ts`), 'utf8'));
    for (const error of errors) shapes.nameOf(sdk[`${error}$`] as SchemaRef);
    operations[operation] = {
      ...(traits.http !== undefined && { http: traits.http }),
      ...(input !== undefined && { input }),
      ...(output !== undefined && { output }),
      ...(errors.length > 0 && { errors }),
      ...(unsigned && { unsigned }),
    };
  }
  for (const [exported, schema] of Object.entries(sdk))
    if (exported.endsWith('$') && Array.isArray(schema) && schema[0] === -3) shapes.nameOf(schema as SchemaRef);
  return {
    service: name,
    sdk: `${packageName}@${version}`,
    serviceId,
    signingName,
    apiVersion,
    protocols: [protocolOf(protocol.getShapeId()), ...(alsoSpoken[name]?.protocols ?? [])],
    ...(protocol.options?.serviceTarget !== undefined && { targetPrefix: protocol.options.serviceTarget }),
    ...(xmlNamespace !== undefined && { xmlNamespace }),
    operations: sorted(operations),
    shapes: sorted(shapes.byName),
    enums: sorted(inPrintedOrder(name, declared.enums, shapes.enumsInUse)),
  };
}

function configOf(sdk: Exports): ClientConfig {
  for (const [name, Client] of Object.entries(sdk)) {
    if (typeof Client !== 'function' || !name.endsWith('Client') || name.startsWith('__')) continue;
    const construct = Client as new (options: unknown) => { readonly config: ClientConfig };
    return new construct({ region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } }).config;
  }
  throw new Error('the package exports no client');
}

const protocolNames: Readonly<Record<string, Protocol>> = {
  'aws.protocols#restJson1': 'restJson1',
  'aws.protocols#awsJson1_0': 'awsJson1.0',
  'aws.protocols#awsJson1_1': 'awsJson1.1',
  'aws.protocols#awsQuery': 'awsQuery',
};

function protocolOf(shapeId: string): Protocol {
  const protocol = protocolNames[shapeId];
  if (protocol === undefined) throw new Error(`${shapeId}: a protocol that management/protocol does not speak`);
  return protocol;
}

type OperationSchema = [9, string, string, { readonly http?: readonly [string, string, number] }, SchemaRef, SchemaRef];
const isOperationSchema = (value: unknown): value is OperationSchema => Array.isArray(value) && value[0] === 9;

/** Structures, unions and errors, gathered as operations mention them; lists and maps are written out in members. */
class Shapes {
  readonly byName: Record<string, Shape> = {};
  readonly enumsInUse = new Set<string>();
  readonly #enumOf: ReadonlyMap<string, string>;

  constructor(enumOf: ReadonlyMap<string, string>) {
    this.#enumOf = enumOf;
  }

  /** Undefined for the unit shape: an operation without input or output. */
  nameOf(ref: SchemaRef): string | undefined {
    const schema = NormalizedSchema.of(ref);
    if (schema.isUnitSchema()) return undefined;
    const name = schema.getName();
    if (name === undefined) throw new Error('a structure without a name');
    if (Object.hasOwn(this.byName, name)) return name;
    const members: Record<string, Member> = {};
    const traits = schema.getMergedTraits() as Traits;
    this.byName[name] = {
      ...(schema.isUnionSchema() && { union: true }),
      ...(traits.error !== undefined && { error: { fault: traits.error, status: traits.httpError ?? 400 } }),
      ...(traits.awsQueryError !== undefined && { queryError: traits.awsQueryError }),
      members,
    };
    const required = requiredCountOf(schema);
    let position = 0;
    for (const [memberName, member] of schema.structIterator()) {
      const enumName = this.#enumOf.get(`${name}.${memberName}`);
      members[memberName] = { ...this.#member(member, enumName), ...(position < required && { required: true }) };
      position++;
    }
    return name;
  }

  #member(schema: NormalizedSchema, enumName: string | undefined): Member {
    return { ...this.#type(schema, enumName), ...bindingOf(schema.getMergedTraits() as Traits) };
  }

  #type(
    schema: NormalizedSchema,
    enumName: string | undefined,
  ): Pick<Member, 'type' | 'shape' | 'of' | 'enum' | 'format'> {
    if (schema.isListSchema()) return { type: 'list', of: this.#member(schema.getValueSchema(), enumName) };
    if (schema.isMapSchema()) return { type: 'map', of: this.#member(schema.getValueSchema(), enumName) };
    if (schema.isUnitSchema()) return { type: 'structure' };
    if (schema.isStructSchema()) {
      const shape = this.nameOf(schema as unknown as SchemaRef);
      return { type: 'structure', ...(shape !== undefined && { shape }) };
    }
    if (schema.isBlobSchema() || schema.getSchema() === 42) return { type: 'blob' };
    if (schema.isTimestampSchema()) {
      const format = timestampFormats[Number(schema.getSchema())];
      return { type: 'timestamp', ...(format !== undefined && { format }) };
    }
    if (schema.isBooleanSchema()) return { type: 'boolean' };
    if (schema.isDocumentSchema()) return { type: 'document' };
    if (schema.isNumericSchema()) return { type: 'double' };
    if (schema.isStringSchema()) {
      if (enumName !== undefined) this.enumsInUse.add(enumName);
      return { type: 'string', ...(enumName !== undefined && { enum: enumName }) };
    }
    throw new Error(`a schema of an unknown kind: ${String(schema.getSchema())}`);
  }

  /** Schemas know only numbers; the example of a command says which are whole. */
  learnNumbers(shapeName: string, example: Example | undefined): void {
    if (example === undefined || typeof example !== 'object' || Array.isArray(example)) return;
    const { members } = this.byName[shapeName] ?? { members: {} };
    for (const [name, value] of Object.entries(example)) {
      const member = members[name];
      if (member !== undefined) members[name] = this.#withNumbers(member, value);
    }
  }

  #withNumbers(member: Member, example: Example): Member {
    if (member.type === 'structure') {
      if (member.shape !== undefined) this.learnNumbers(member.shape, example);
      return member;
    }
    if (member.type === 'list' || member.type === 'map') {
      const item = Array.isArray(example)
        ? example[0]
        : typeof example === 'object'
          ? Object.values(example)[0]
          : undefined;
      return member.of === undefined || item === undefined
        ? member
        : { ...member, of: this.#withNumbers(member.of, item) };
    }
    const kind = typeof example === 'string' ? numberKinds[example] : undefined;
    return member.type === 'double' && kind !== undefined ? { ...member, type: kind } : member;
  }
}

const timestampFormats: Readonly<Record<number, Member['format']>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};
const numberKinds: Readonly<Record<string, Member['type']>> = {
  int: 'integer',
  long: 'long',
  float: 'float',
  double: 'double',
};

/** The traits of the schemas that matter on the wire. */
interface Traits {
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly jsonName?: string;
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly sensitive?: 1;
  readonly idempotencyToken?: 1;
  readonly streaming?: 1;
  readonly eventPayload?: 1;
  readonly sparse?: 1;
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  readonly awsQueryError?: readonly [string, number];
}

function bindingOf(traits: Traits): Partial<Member> {
  return {
    ...(traits.httpLabel && { in: 'label' }),
    ...(traits.httpQuery !== undefined && { in: 'query', as: traits.httpQuery }),
    ...(traits.httpQueryParams && { in: 'queryMap' }),
    ...(traits.httpHeader !== undefined && { in: 'header', as: traits.httpHeader.toLowerCase() }),
    ...(traits.httpPrefixHeaders !== undefined && { in: 'headerMap', as: traits.httpPrefixHeaders.toLowerCase() }),
    ...(traits.httpPayload && { in: 'payload' }),
    ...(traits.httpResponseCode && { in: 'status' }),
    ...(traits.jsonName !== undefined && { jsonName: traits.jsonName }),
    ...(traits.xmlName !== undefined && { xmlName: traits.xmlName }),
    ...(traits.xmlFlattened && { flattened: true }),
    ...(traits.sensitive && { sensitive: true }),
    ...(traits.streaming && { streaming: true }),
    ...(traits.eventPayload && { eventPayload: true }),
    ...(traits.sparse && { sparse: true }),
  };
}

/** The first members of a structure are the required ones; the schema says how many. */
function requiredCountOf(schema: NormalizedSchema): number {
  const raw: unknown = schema.getSchema();
  const count: unknown = Array.isArray(raw) ? raw[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

interface Declarations {
  /** Enumeration by `Structure.member`, also of the items of a list and the values of a map. */
  readonly enumOf: ReadonlyMap<string, string>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

function declarationsOf(folder: string, sdk: Exports): Declarations {
  const enums: Record<string, string[]> = {};
  const enumOf = new Map<string, string>();
  const files = readdirSync(join(folder, 'models')).filter((file) => file.endsWith('.d.ts'));
  const text = files.map((file) => readFileSync(join(folder, 'models', file), 'utf8')).join('\n');
  for (const [, name] of text.matchAll(/@enum\s+\*\/\s+export declare const (\w+): \{/g)) {
    const values = name === undefined ? undefined : sdk[name];
    if (name !== undefined && typeof values === 'object' && values !== null) enums[name] = Object.values(values);
  }
  for (const [, structure = '', members = ''] of text.matchAll(
    /export (?:interface|declare class) (\w+)[^{]*\{\n(.*?)\n\}/gs,
  ))
    for (const [, member, type = ''] of members.matchAll(/^ {4}(\w+)\??: (.*?);$/gm)) {
      const name = /^(?:Partial<)?(?:Record<\w+, )*(\w+)/.exec(type)?.[1];
      if (name !== undefined && Object.hasOwn(enums, name)) enumOf.set(`${structure}.${member}`, name);
    }
  return { enumOf, enums };
}

const errorsThrownBy = (text: string): string[] =>
  [...text.matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)].map(([, name]) => name ?? '').sort();

/** A member's example: the kind of a number, a structure or map by key, a list by its first item. */
type Example = string | Example[] | { [key: string]: Example };

function examplesOf(text: string): { readonly input?: Example; readonly output?: Example } {
  const block = /const input = (\{\}|\{.*?\n \* \});\n \* const command.*?send\(command\);\n(.*?)\n \*\n/s.exec(text);
  if (block === null) return {};
  const [, input = '', output = ''] = block;
  return { input: parseExample(input), ...(output.includes('{') && { output: parseExample(output) }) };
}

/** Reads the object literals of examples; everything but braces, keys and number kinds is skipped. */
function parseExample(text: string): Example {
  const tokens = [
    ...text
      .replaceAll(/^ \* (?:\/\/ ?)?/gm, '')
      .replaceAll(/\/\/.*$/gm, '')
      .matchAll(/"(?:[^"\\]|\\.)*"\s*:|\w+\s*:|Number\("\w+"\)|[{}[\]]/g),
  ].map(([token]) => token);
  let position = 0;
  const value = (): Example => {
    const token = tokens[position++] ?? '';
    if (token === '[') {
      const items: Example[] = [];
      while (position < tokens.length && tokens[position] !== ']') items.push(value());
      position++;
      return items;
    }
    if (token !== '{') return /^Number\("(\w+)"\)$/.exec(token)?.[1] ?? '';
    const members: Record<string, Example> = {};
    while (position < tokens.length && tokens[position] !== '}') {
      const key = (tokens[position++] ?? '').replace(/\s*:$/, '');
      const next = tokens[position] ?? '';
      members[key] = next.endsWith(':') || next === '}' ? '' : value();
    }
    position++;
    return members;
  };
  return value();
}

function inPrintedOrder(
  service: string,
  enums: Readonly<Record<string, readonly string[]>>,
  inUse: ReadonlySet<string>,
): Record<string, readonly string[]> {
  const printedEnums = printedOrder[service] ?? {};
  for (const [name, values] of Object.entries(printedEnums))
    if ([...values].sort().join() !== [...(enums[name] ?? [])].sort().join())
      throw new Error(`${service}: ${name} is ${enums[name]?.join()} in the SDK; update its printed order`);
  return Object.fromEntries([...inUse].map((name) => [name, printedEnums[name] ?? enums[name] ?? []]));
}

const sorted = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** One operation, shape or enumeration a line, so that a difference shows what changed. */
function printed({ operations, shapes, enums, ...head }: ServiceModel): string {
  const section = (record: Readonly<Record<string, unknown>>): string =>
    `{\n${Object.entries(record)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n')}\n}`;
  const start = JSON.stringify(head).slice(0, -1);
  return `${start},\n"operations":${section(operations)},\n"shapes":${section(shapes)},\n"enums":${section(enums)}}\n`;
}

if (import.meta.main)
  for (const [file, content] of await extractModels()) writeFileSync(new URL(file, modelsFolder), content);
