/** Functions for tests of the gate: plain JavaScript where a process would be, called as the real ones are. */
import type { FunctionDirectory } from '../src/access/function-directory.ts';
import type { FunctionStatement } from '../src/access/function-permission.ts';
import type { FunctionConfiguration } from '../src/functions/configuration.ts';
import type {
  FunctionInvoker,
  InvocationOptions,
  InvocationResult,
  StreamedInvocation,
} from '../src/functions/invocation.ts';
import { Functions } from '../src/integrations/functions.ts';
import { type AcceptedEvent, HostedFunctions } from '../src/integrations/hosted-functions.ts';
import type { RemoteFunctions } from '../src/integrations/remote-functions.ts';

export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

/** URI of an integration or an authorizer that calls a function. */
export const invocationUri = (name: string): string =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`;

/** What a function does with its event; throws to fail. */
export type Handler = (event: unknown, options: InvocationOptions) => unknown;
/** Writes a streamed response. */
export type StreamHandler = (event: unknown) => Omit<StreamedInvocation, 'executedVersion'>;

export const anybody: FunctionStatement = {
  Sid: 'anybody',
  Effect: 'Allow',
  Principal: { Service: 'apigateway.amazonaws.com' },
  Action: 'lambda:InvokeFunction',
  Resource: '*',
};

export interface PretendedFunction {
  readonly handler?: Handler;
  readonly streamHandler?: StreamHandler;
  readonly statements?: readonly FunctionStatement[];
}

export class PretendedFunctions implements FunctionDirectory, FunctionInvoker {
  readonly #functions: Readonly<Record<string, PretendedFunction>>;
  readonly #configurations = new Map<string, FunctionConfiguration>();
  /** Events as they came, with what came along, oldest first. */
  readonly calls: { readonly name: string; readonly event: unknown; readonly options: InvocationOptions }[] = [];
  readonly queued: AcceptedEvent[] = [];

  /** By name, with an alias where there is one: `orders:live`. */
  constructor(functions: Readonly<Record<string, PretendedFunction | Handler>>) {
    this.#functions = Object.fromEntries(
      Object.entries(functions).map(([name, fn]) => [name, typeof fn === 'function' ? { handler: fn } : fn]),
    );
  }

  /** For `GateOptions.integrators`. */
  caller(remote: RemoteFunctions | null = null): Functions {
    const hosted = new HostedFunctions({
      directory: this,
      invoker: this,
      enqueue: async (event) => {
        this.queued.push(event);
      },
      roleAllows: (roleArn) => !roleArn.endsWith('/nobody'),
    });
    return new Functions({ hosted, remote });
  }

  resolve(arn: string): ReturnType<FunctionDirectory['resolve']> {
    const name = arn.split(':').slice(6).join(':');
    const fn = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (fn === undefined) return undefined;
    let configuration = this.#configurations.get(name);
    if (configuration === undefined) {
      configuration = configurationOf(name);
      this.#configurations.set(name, configuration);
    }
    return {
      invokedFunctionArn: arn,
      statements: fn.statements ?? [anybody],
      targets: [{ share: 1, configuration }],
    };
  }

  async invoke(fn: FunctionConfiguration, event: Uint8Array, options: InvocationOptions): Promise<InvocationResult> {
    const heard = this.#hear(fn, event, options);
    const finished = { executedVersion: '$LATEST', durationMs: 1 };
    try {
      const result = await this.#functions[fn.functionName]?.handler?.(heard, options);
      return { ...finished, payload: Buffer.from(JSON.stringify(result) ?? 'null') };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const payload = Buffer.from(JSON.stringify({ errorType: name, errorMessage: message, trace: [] }));
      return { ...finished, payload, functionError: 'Unhandled' };
    }
  }

  async invokeStreaming(
    fn: FunctionConfiguration,
    event: Uint8Array,
    options: InvocationOptions,
  ): Promise<StreamedInvocation> {
    const heard = this.#hear(fn, event, options);
    const streamed = this.#functions[fn.functionName]?.streamHandler?.(heard);
    if (streamed === undefined) throw new Error(`${fn.functionName} does not stream`);
    return { ...streamed, executedVersion: '$LATEST' };
  }

  retire(): void {}

  #hear({ functionName }: FunctionConfiguration, event: Uint8Array, options: InvocationOptions): unknown {
    const text = Buffer.from(event).toString();
    const heard: unknown = text === '' ? undefined : JSON.parse(text);
    this.calls.push({ name: functionName, event: heard, options });
    return heard;
  }
}

const configurationOf = (functionName: string): FunctionConfiguration => ({
  functionArn: functionArn(functionName.split(':')[0] ?? ''),
  functionName,
  version: '$LATEST',
  revision: '1',
  runtime: 'nodejs22.x',
  handler: 'index.handler',
  code: { directory: '/', watch: false },
  layers: [],
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  environmentDefaults: {},
  logging: { format: 'Text', group: `/aws/lambda/${functionName}` },
});
