/**
 * What a call of a function costs through the whole gateway: a REST API with Lambda proxy integrations, functions from
 * directories on this machine. Gateway, functions and load share all cores, as on a developer's machine; the
 * gateway has one gate worker.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { type RunningGateway, startGateway } from './gateway.ts';
import { deployRestApi, stageName } from './http-apis.ts';
import { firstAnswerMs, overheadsMs, timesAtRateMs } from './latency.ts';
import { type Load, load } from './processes.ts';
import { startServerlessOffline } from './serverless-offline.ts';

const empty = `export const handler = async () => ({ statusCode: 200, body: 'ok' });\n`;
/** Says how long it took itself, so that what is left is the gateway's and the host's. */
const waiting = `export const handler = async () => {
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { statusCode: 200, body: String(performance.now() - startedMs) };
};\n`;

const coldFunctions = 12;
/** Calls a second: of a machine that has something else to do as well, up to what one worker must be good for. */
export const rates = [500, 2_000, 4_000] as const;
export const comparedConnections = 16;

export interface FunctionResults {
  readonly coldMs: readonly number[];
  /** At 64 connections, less the handler's own 50 ms. */
  readonly overheadMs: readonly number[];
  /** Of an empty handler, for each of the rates. */
  readonly atRatesMs: readonly (readonly number[])[];
  readonly throughput: readonly Load[];
  readonly compared: readonly Load[];
  /** The same load against serverless-offline, round by round; or why not. */
  readonly serverlessOffline: readonly Load[] | string;
}

export async function benchFunctions(rounds: number): Promise<FunctionResults> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-bench-functions-'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const gateway = stack.use(await startGateway());
  const colds = Array.from({ length: coldFunctions }, (_, n) => `cold-${n}`);
  const urlOf = await deployFunctions(gateway, directory, {
    empty,
    waiting,
    ...Object.fromEntries(colds.map((name) => [name, empty])),
  });

  // The first looks for its interpreter as well.
  const coldMs: number[] = [];
  for (const name of colds) coldMs.push(await firstAnswerMs(urlOf(name)));

  const emptyUrl = urlOf('empty');
  await load(undefined, emptyUrl, { seconds: 3, connections: 64 });
  const throughput: Load[] = [];
  for (let round = 0; round < rounds; round++)
    throughput.push(await load(undefined, emptyUrl, { seconds: 4, connections: 64 }));
  const atRatesMs: number[][] = [];
  for (const rate of rates) {
    await timesAtRateMs(emptyUrl, 64, rate, 1);
    atRatesMs.push(await timesAtRateMs(emptyUrl, 64, rate, 5));
  }

  const compared: Load[] = [];
  const others: Load[] = [];
  let problem: string | undefined;
  try {
    const other = stack.adopt(await startServerlessOffline(join(directory, 'empty')), (each) => each.stop());
    await load(undefined, other.url, { seconds: 3, connections: comparedConnections });
    for (let round = 0; round < rounds; round++) {
      compared.push(await load(undefined, emptyUrl, { seconds: 3, connections: comparedConnections }));
      others.push(await load(undefined, other.url, { seconds: 3, connections: comparedConnections }));
    }
    await other.stop();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }

  // Last, because it makes 64 processes.
  await overheadsMs(urlOf('waiting'), 64, 20);
  const overheadMs = await overheadsMs(urlOf('waiting'), 64, 100);
  return {
    coldMs: coldMs.slice(1),
    overheadMs,
    atRatesMs,
    throughput,
    compared,
    serverlessOffline: problem ?? others,
  };
}

/** @param sources by function name @returns where each is called */
async function deployFunctions(
  { clients, urlOf }: RunningGateway,
  directory: string,
  sources: Readonly<Record<string, string>>,
): Promise<(name: string) => string> {
  const lambda = new LambdaClient(clients);
  const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  for (const [name, source] of Object.entries(sources)) {
    const code = join(directory, name);
    mkdirSync(code);
    writeFileSync(join(code, 'index.mjs'), source);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/bench',
        Code: { S3Bucket: 'hot-reload', S3Key: code },
      }),
    );
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'api',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      }),
    );
  }
  lambda.destroy();
  const restApiId = await deployRestApi(clients, {
    openapi: '3.0.1',
    info: { title: 'bench-functions', version: '1' },
    paths: Object.fromEntries(
      Object.keys(sources).map((name) => [
        `/${name}`,
        {
          get: {
            responses: {},
            'x-amazon-apigateway-integration': {
              type: 'aws_proxy',
              httpMethod: 'POST',
              uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arnOf(name)}/invocations`,
            },
          },
        },
      ]),
    ),
  });
  return (name) => urlOf(restApiId, stageName, `/${name}`);
}
