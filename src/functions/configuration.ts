/**
 * What a function is to the host: one version of it, resolved by the caller. Names, aliases, weights, layers' archives
 * and packages' archives are behind us here; there are directories, numbers and strings.
 *
 * Source: Lambda API Reference, FunctionConfiguration; Lambda Developer Guide, "Configuring Lambda function memory",
 * "… timeout", "Using environment variables".
 */
export interface FunctionConfiguration {
  /** Without a qualifier: `arn:aws:lambda:us-east-1:000000000000:function:orders`. */
  readonly functionArn: string;
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Lambda's RevisionId: changes with every change of code or settings. Environments serve one revision only. */
  readonly revision: string;
  /** Lambda's identifier: `nodejs22.x`, `python3.12`, `provided.al2023`, `java21`, `ruby3.3`, `dotnet8`. */
  readonly runtime: string;
  /** Meaning as in Lambda, by runtime; not used by `provided`. */
  readonly handler: string;
  readonly code: {
    /** The unpacked package: LAMBDA_TASK_ROOT and working directory. The host only reads it. */
    readonly directory: string;
    /** Whether an edit of its files takes effect at the next invocation: a directory that somebody works in. */
    readonly watch: boolean;
  };
  /** Unpacked layers, in the configured order: a later one wins over an earlier one. */
  readonly layers: readonly string[];
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The function's own variables; Lambda's reserved ones win over them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the function's own win over: `AWS_ENDPOINT_URL_DYNAMODB` and the like. */
  readonly environmentDefaults: Readonly<Record<string, string>>;
  /** What the function signs its own calls with; the credentials of its role. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Invocations at a time over all versions; undefined: as many as the host allows; 0: none. */
  readonly reservedConcurrency?: number;
  readonly logging: {
    readonly format: 'Text' | 'JSON';
    /** With format JSON: TRACE, DEBUG, INFO, WARN, ERROR, FATAL. */
    readonly applicationLevel?: string;
    /** With format JSON: DEBUG, INFO, WARN. */
    readonly systemLevel?: string;
    /** `/aws/lambda/{name}` unless configured. */
    readonly group: string;
  };
  /** Opens Node.js's debugger in the function's only environment, which then knows no time limits. */
  readonly inspect?: {
    readonly port: number;
    /** Wait for a debugger before the handler's module is loaded. */
    readonly wait: boolean;
  };
}

/** `us-east-1` of a function's ARN. */
export const regionOf = (fn: FunctionConfiguration): string => fn.functionArn.split(':')[3] ?? 'us-east-1';

/** Environments are shared by what has the same key: one version in one revision. */
export const environmentKeyOf = (fn: FunctionConfiguration): string =>
  `${fn.functionArn}\n${fn.version}\n${fn.revision}`;
