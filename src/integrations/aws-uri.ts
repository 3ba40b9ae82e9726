/**
 * URIs of integrations of type AWS and AWS_PROXY, and of Lambda authorizers:
 * `arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{…}`. What of them calls a function is told
 * apart here, since functions may live in this very installation.
 * Source: API reference, PutIntegration, `uri`; Lambda API Reference, Invoke, InvokeWithResponseStream, InvokeAsync.
 */
export interface AwsUri {
  /** `aws`, `aws-cn`, `aws-us-gov` */
  readonly partition: string;
  readonly region: string;
  /** `sqs`, `s3`, `runtime.sagemaker` in two parts. */
  readonly service: string;
  /** What stands before the service in its host name; empty as a rule. */
  readonly subdomain: string;
  readonly target:
    | {
        readonly form: 'path';
        /** Path and query, percent-encoded, from its only leading slash on. */
        readonly path: string;
      }
    | {
        readonly form: 'action';
        readonly action: string;
        /** Name, value, name, value …: what the URI adds with `&`. */
        readonly parameters: readonly (readonly [name: string, value: string])[];
      };
}

/** @returns undefined when it is no such URI */
export function readAwsUri(uri: string): AwsUri | undefined {
  const [, partition, region, host, form, rest] =
    /^arn:([^:]+):apigateway:([^:]*):([^:/]+):(path|action)\/(.*)$/s.exec(uri) ?? [];
  if (partition === undefined || region === undefined || host === undefined || rest === undefined) return undefined;
  const dot = host.lastIndexOf('.');
  const service = { partition, region, service: host.slice(dot + 1), subdomain: host.slice(0, Math.max(0, dot)) };
  if (form === 'path') return { ...service, target: { form, path: `/${rest.replace(/^\/+/, '')}` } };
  const [action = '', ...parameters] = rest.split('&');
  if (!/^\w+$/.test(action)) return undefined;
  return {
    ...service,
    target: {
      form: 'action',
      action,
      parameters: parameters.map((parameter) => {
        const equals = parameter.indexOf('=');
        return equals === -1 ? [parameter, ''] : [parameter.slice(0, equals), parameter.slice(equals + 1)];
      }),
    },
  };
}

/** A function that a URI calls. */
export interface FunctionUri {
  /** With its version or alias where there is one. */
  readonly functionArn: string;
  readonly region: string;
  /**
   * `invoke`: waits for the result unless a header says otherwise. `stream`: InvokeWithResponseStream. `enqueue`:
   * InvokeAsync, whose caller never hears of the result.
   */
  readonly operation: 'invoke' | 'stream' | 'enqueue';
}

const operations: readonly (readonly [path: RegExp, operation: FunctionUri['operation']])[] = [
  [/^\/2015-03-31\/functions\/([^/?]+)\/invocations\/?(?:\?(.*))?$/s, 'invoke'],
  [/^\/2021-11-15\/functions\/([^/?]+)\/response-streaming-invocations\/?(?:\?(.*))?$/s, 'stream'],
  [/^\/2014-11-13\/functions\/([^/?]+)\/invoke-async\/?(?:\?(.*))?$/s, 'enqueue'],
];

/**
 * @param accountId whose function a bare name means
 * @returns undefined when the URI calls no function
 */
export function functionOf(uri: AwsUri, accountId: string): FunctionUri | undefined {
  if (uri.service !== 'lambda' || uri.subdomain !== '' || uri.target.form !== 'path') return undefined;
  for (const [pattern, operation] of operations) {
    const [, named, query = ''] = pattern.exec(uri.target.path) ?? [];
    if (named === undefined) continue;
    const functionArn = functionArnOf(named, query, uri, accountId);
    return functionArn === undefined ? undefined : { functionArn, region: functionArn.split(':')[3]!, operation };
  }
  return undefined;
}

/** Of an ARN, or of a name with or without a version or alias. */
function functionArnOf(named: string, query: string, uri: AwsUri, accountId: string): string | undefined {
  const name = decoded(named);
  const qualifier = /(?:^|&)Qualifier=([^&]+)/.exec(query)?.[1];
  const whole = /^[\w-]+(?::[\w$-]+)?$/.test(name)
    ? `arn:${uri.partition}:lambda:${uri.region}:${accountId}:function:${name}`
    : name;
  if (!/^arn:[^:]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/.test(whole)) return undefined;
  return qualifier === undefined || whole.split(':').length > 7 ? whole : `${whole}:${decoded(qualifier)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
