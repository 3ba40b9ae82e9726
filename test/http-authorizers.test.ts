/** Lambda authorizers of HTTP APIs: what is remembered of them, and what logs tell of those they refuse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiAuthorizer } from '../src/definition/api.ts';
import type { DeployedApiStage } from '../src/definition/api-stage.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import { SharedAnswers } from '../src/integrations/shared-answers.ts';
import { Upstream } from '../src/wire/upstream.ts';
import { functionArn, type Handler, invocationUri, PretendedFunctions } from './functions.ts';
import { callHttp, httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi } from './http-stage.ts';
import type { RunningGate } from './running-gate.ts';

const policy = (Effect: string, more: object = {}): object => ({
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: '*' }] },
  ...more,
});

const stageWith = (changes: Partial<ApiAuthorizer> = {}): DeployedApiStage =>
  deployedHttpStage(
    httpApi(
      {
        'GET /x': {
          to: {
            integrationType: 'AWS_PROXY',
            integrationMethod: 'POST',
            integrationUri: functionArn('fn'),
            payloadFormatVersion: '2.0',
          },
          authorizationType: 'CUSTOM',
          authorizerId: 'a',
        },
      },
      {
        authorizers: {
          a: {
            authorizerType: 'REQUEST',
            authorizerUri: invocationUri('auth'),
            authorizerPayloadFormatVersion: '1.0',
            identitySource: ['$request.header.Auth'],
            authorizerResultTtlInSeconds: 300,
            ...changes,
          },
        },
      },
    ),
    {
      accessLogSettings: {
        destinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:test',
        format: '$context.status|$context.authorizer.principalId|$context.authorizer.reason',
      },
    },
  );

/** As gate workers have it: an answer that the thread that shares them is asked for. */
async function gateWith(
  functions: PretendedFunctions,
  lines: string[] = [],
  nowMs?: () => number,
): Promise<RunningGate> {
  return httpGate([stageWith()], {
    integrators: {
      http: new UpstreamHttpIntegrator(new Upstream()),
      aws: null,
      functions: new SharedAnswers(functions.caller(), nowMs),
    },
    accessLogs: { write: (_, line) => lines.push(line) },
  });
}

const functionsWith = (auth: Handler): PretendedFunctions =>
  new PretendedFunctions({ auth, fn: () => ({ statusCode: 200 }) });
const askedOf = (functions: PretendedFunctions): number => functions.calls.filter(({ name }) => name === 'auth').length;
const statusOf = async (gate: RunningGate, auth = 'x'): Promise<number> =>
  (await callHttp(gate, '/x', { headers: { auth } })).status;

test('an answer that can not be used is not shared: once the function is mended, its next answer counts', async () => {
  let effect = 'allow';
  const functions = functionsWith(() => policy(effect));
  await using gate = await gateWith(functions);
  assert.equal(await statusOf(gate), 500);
  effect = 'Allow';
  assert.equal(await statusOf(gate), 200);
  assert.equal(await statusOf(gate), 200);
  assert.equal(askedOf(functions), 2);
});

test('a shorter time to hold counts for what has been answered before', async () => {
  let nowMs = 0;
  const functions = functionsWith(() => policy('Allow'));
  await using gate = await gateWith(functions, [], () => nowMs);
  assert.equal(await statusOf(gate), 200);
  gate.gate.deployApi(stageWith({ authorizerResultTtlInSeconds: 3 }));
  nowMs = 4_000;
  assert.equal(await statusOf(gate), 200);
  assert.equal(askedOf(functions), 2);
});

test('the access log has what a denying authorizer said, asked or remembered', async () => {
  const functions = functionsWith(() => policy('Deny', { context: { reason: 'expired' } }));
  const lines: string[] = [];
  await using gate = await gateWith(functions, lines);
  for (const _ of [1, 2]) assert.equal(await statusOf(gate), 403);
  assert.deepEqual(lines, ['403|me|expired', '403|me|expired']);
  assert.equal(askedOf(functions), 1);
});
