/**
 * The AWS services that a route of an HTTP API can call without a function between, by the names that integrations
 * give them (`SQS-SendMessage`): which parameters each takes, and the request that a call becomes. Who signs and sends
 * it is not known here.
 * Source: Amazon API Gateway Developer Guide, "Integration subtype reference"; facts/http-api-integrations.md.
 */

import type { Strings } from '../../definition/rest-api.ts';
import { type HttpExpression, parseHttpExpression } from '../../mapping/http-parameters.ts';

/** A request of a service's own protocol, not signed. */
export interface ServiceRequest {
  /** As URIs of AWS integrations name it: `sqs`, `sync.states` with a subdomain. */
  readonly service: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: readonly string[];
  readonly body: string | null;
}

/** Values of the parameters that had one. */
export type ServiceParameters = ReadonlyMap<string, string>;

interface Subtype {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** @throws ServiceParameterError when a value is not of the parameter's kind */
  readonly request: (parameters: ServiceParameters) => ServiceRequest;
}

/** A value that the service could not understand. */
export class ServiceParameterError extends Error {
  override readonly name = 'ServiceParameterError';
}

type Shape = 'text' | 'number' | 'base64' | 'json' | 'time';

/** JSON over POST with the operation in a header. */
function json(
  service: string,
  version: '1.0' | '1.1',
  target: string,
  shapes: Readonly<Record<string, Shape>>,
  nest: (body: Record<string, unknown>) => unknown = (body) => body,
): (parameters: ServiceParameters) => ServiceRequest {
  return (parameters) => {
    const body: Record<string, unknown> = {};
    for (const [name, member, shape] of membersOf(shapes)) {
      const value = parameters.get(name);
      if (value !== undefined) body[member] = shaped(name, value, shape);
    }
    return {
      service,
      method: 'POST',
      path: '/',
      headers: ['Content-Type', `application/x-amz-json-${version}`, 'X-Amz-Target', target],
      body: JSON.stringify(nest(body)),
    };
  };
}

/** `StateMachineArn>stateMachineArn` renames; a name alone stays. */
const membersOf = (shapes: Readonly<Record<string, Shape>>): [name: string, member: string, shape: Shape][] =>
  Object.entries(shapes).map(([key, shape]) => {
    const [name = '', member = name] = key.split('>');
    return [name, member, shape];
  });

function shaped(name: string, value: string, shape: Shape): unknown {
  switch (shape) {
    case 'text':
      return value;
    case 'base64':
      return Buffer.from(value, 'utf8').toString('base64');
    case 'number': {
      const number = Number(value);
      if (value.trim() === '' || !Number.isFinite(number)) throw new ServiceParameterError(`${name} must be a number`);
      return number;
    }
    case 'time': {
      const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
      if (!Number.isFinite(seconds)) throw new ServiceParameterError(`${name} must be a time`);
      return seconds;
    }
    case 'json':
      return listIn(name, value);
    default: {
      const never: never = shape;
      throw new Error(`unexpected shape ${String(never)}`);
    }
  }
}

function listIn(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new ServiceParameterError(`${name} must be JSON`);
  }
}

/** The query protocol, at the queue's own path. */
function sqs(action: string, write: (parameters: ServiceParameters, form: URLSearchParams) => void) {
  return (parameters: ServiceParameters): ServiceRequest => {
    const queueUrl = parameters.get('QueueUrl') ?? '';
    const form = new URLSearchParams({ Action: action, Version: '2012-11-05', QueueUrl: queueUrl });
    write(parameters, form);
    const path = URL.canParse(queueUrl) ? new URL(queueUrl).pathname : `/${queueUrl.replace(/^\/+/, '')}`;
    return {
      service: 'sqs',
      method: 'POST',
      path: /^\/[\x21-\x7e]*$/.test(path) ? path : '/',
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: form.toString(),
    };
  };
}

function copy(parameters: ServiceParameters, form: URLSearchParams, names: readonly string[]): void {
  for (const name of names) {
    const value = parameters.get(name);
    if (value !== undefined) form.set(name, value);
  }
}

/** A JSON array of names, or one name: `AttributeName.1=All`. */
function names(parameters: ServiceParameters, form: URLSearchParams, parameter: string, member: string): void {
  const value = parameters.get(parameter);
  if (value === undefined) return;
  const list = value.trimStart().startsWith('[') ? listIn(parameter, value) : [value];
  if (!Array.isArray(list)) return;
  list.forEach((name, index) => {
    form.set(`${member}.${index + 1}`, String(name));
  });
}

/** `{"name":{"DataType":"String","StringValue":"…"}}`, as the SDKs take it. */
function attributes(parameters: ServiceParameters, form: URLSearchParams, parameter: string, member: string): void {
  const value = parameters.get(parameter);
  if (value === undefined) return;
  const all = listIn(parameter, value);
  if (all === null || typeof all !== 'object') throw new ServiceParameterError(`${parameter} must be a JSON object`);
  Object.entries(all).forEach(([name, attribute]: [string, unknown], index) => {
    if (attribute === null || typeof attribute !== 'object')
      throw new ServiceParameterError(`${parameter}.${name} must be a JSON object`);
    form.set(`${member}.${index + 1}.Name`, name);
    for (const [key, content] of Object.entries(attribute))
      form.set(`${member}.${index + 1}.Value.${key}`, String(content));
  });
}

const subtypes: Readonly<Record<string, Subtype>> = {
  'EventBridge-PutEvents': {
    required: ['Detail', 'DetailType', 'Source'],
    optional: ['Time', 'EventBusName', 'Resources', 'TraceHeader'],
    request: json(
      'events',
      '1.1',
      'AWSEvents.PutEvents',
      {
        Detail: 'text',
        DetailType: 'text',
        Source: 'text',
        Time: 'time',
        EventBusName: 'text',
        Resources: 'json',
        TraceHeader: 'text',
      },
      (entry) => ({ Entries: [entry] }),
    ),
  },
  'SQS-SendMessage': {
    required: ['QueueUrl', 'MessageBody'],
    optional: [
      'DelaySeconds',
      'MessageAttributes',
      'MessageDeduplicationId',
      'MessageGroupId',
      'MessageSystemAttributes',
    ],
    request: sqs('SendMessage', (parameters, form) => {
      copy(parameters, form, ['MessageBody', 'DelaySeconds', 'MessageDeduplicationId', 'MessageGroupId']);
      attributes(parameters, form, 'MessageAttributes', 'MessageAttribute');
      attributes(parameters, form, 'MessageSystemAttributes', 'MessageSystemAttribute');
    }),
  },
  'SQS-ReceiveMessage': {
    required: ['QueueUrl'],
    optional: [
      'AttributeNames',
      'MaxNumberOfMessages',
      'MessageAttributeNames',
      'ReceiveRequestAttemptId',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
    request: sqs('ReceiveMessage', (parameters, form) => {
      copy(parameters, form, [
        'MaxNumberOfMessages',
        'ReceiveRequestAttemptId',
        'VisibilityTimeout',
        'WaitTimeSeconds',
      ]);
      names(parameters, form, 'AttributeNames', 'AttributeName');
      names(parameters, form, 'MessageAttributeNames', 'MessageAttributeName');
    }),
  },
  'SQS-DeleteMessage': {
    required: ['QueueUrl', 'ReceiptHandle'],
    optional: [],
    request: sqs('DeleteMessage', (parameters, form) => copy(parameters, form, ['ReceiptHandle'])),
  },
  'SQS-PurgeQueue': { required: ['QueueUrl'], optional: [], request: sqs('PurgeQueue', () => {}) },
  'AppConfig-GetConfiguration': {
    required: ['Application', 'Environment', 'Configuration', 'ClientId'],
    optional: ['ClientConfigurationVersion'],
    request: (parameters) => {
      const part = (name: string): string => encodeURIComponent(parameters.get(name) ?? '');
      const query = new URLSearchParams({ client_id: parameters.get('ClientId') ?? '' });
      const version = parameters.get('ClientConfigurationVersion');
      if (version !== undefined) query.set('client_configuration_version', version);
      return {
        service: 'appconfig',
        method: 'GET',
        path: `/applications/${part('Application')}/environments/${part('Environment')}/configurations/${part('Configuration')}?${query}`,
        headers: [],
        body: null,
      };
    },
  },
  'Kinesis-PutRecord': {
    required: ['StreamName', 'Data', 'PartitionKey'],
    optional: ['SequenceNumberForOrdering', 'ExplicitHashKey'],
    request: json('kinesis', '1.1', 'Kinesis_20131202.PutRecord', {
      StreamName: 'text',
      Data: 'base64',
      PartitionKey: 'text',
      SequenceNumberForOrdering: 'text',
      ExplicitHashKey: 'text',
    }),
  },
  'StepFunctions-StartExecution': {
    required: ['StateMachineArn'],
    optional: ['Name', 'Input'],
    request: json('states', '1.0', 'AWSStepFunctions.StartExecution', {
      'StateMachineArn>stateMachineArn': 'text',
      'Name>name': 'text',
      'Input>input': 'text',
    }),
  },
  'StepFunctions-StartSyncExecution': {
    required: ['StateMachineArn'],
    optional: ['Name', 'Input', 'TraceHeader'],
    request: json('sync.states', '1.0', 'AWSStepFunctions.StartSyncExecution', {
      'StateMachineArn>stateMachineArn': 'text',
      'Name>name': 'text',
      'Input>input': 'text',
      'TraceHeader>traceHeader': 'text',
    }),
  },
  'StepFunctions-StopExecution': {
    required: ['ExecutionArn'],
    optional: ['Cause', 'Error'],
    request: json('states', '1.0', 'AWSStepFunctions.StopExecution', {
      'ExecutionArn>executionArn': 'text',
      'Cause>cause': 'text',
      'Error>error': 'text',
    }),
  },
};

export class ServiceCallPlan {
  readonly subtype: string;
  readonly parameters: readonly { readonly name: string; readonly value: HttpExpression }[];
  /** Null: the API's own. */
  readonly region: HttpExpression | null;
  readonly readsBody: boolean;
  readonly #request: Subtype['request'];
  readonly #required: readonly string[];

  /** @throws Error when there is no such subtype, or its parameters do not fit */
  constructor(subtype: string, parameters: Strings, variables: Strings) {
    const known = Object.hasOwn(subtypes, subtype) ? subtypes[subtype] : undefined;
    if (known === undefined) throw new Error(`there is no integration subtype ${JSON.stringify(subtype)}`);
    for (const name of known.required)
      if (!Object.hasOwn(parameters, name)) throw new Error(`${subtype} needs the parameter ${name}`);
    for (const name of Object.keys(parameters))
      if (name !== 'Region' && !known.required.includes(name) && !known.optional.includes(name))
        throw new Error(`${subtype} has no parameter ${JSON.stringify(name)}`);
    const { Region: region, ...others } = parameters;
    this.subtype = subtype;
    this.parameters = Object.entries(others).map(([name, text]) => ({
      name,
      value: parseHttpExpression(text, 'request', variables),
    }));
    this.region = region === undefined ? null : parseHttpExpression(region, 'request', variables);
    this.readsBody = this.parameters.some(({ value }) => value.readsBody) || this.region?.readsBody === true;
    this.#request = known.request;
    this.#required = known.required;
    Object.freeze(this);
  }

  /** @throws ServiceParameterError when a required value is missing or one is not of its kind */
  request(values: ServiceParameters): ServiceRequest {
    for (const name of this.#required) if (!values.has(name)) throw new ServiceParameterError(`${name} has no value`);
    return this.#request(values);
  }
}
