/**
 * AWS's recorded calls of the REST API management service, replayed with the SDK up to the handlers: what AWS's
 * framework refused is refused with the same text, and everything else reaches a handler.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { APIGatewayClient, type GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { readShared, sharedUrl, withoutShared } from '../../../test/shared.ts';
import { loadModel } from './model.ts';
import { rootKey, serveOnLoopback } from './testing/loopback.ts';

interface Step {
  readonly service?: string;
  readonly op?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expect?: { readonly $error?: { readonly Code?: string; readonly Message?: string } };
}

const isStep = (value: unknown): value is Step => typeof value === 'object' && value !== null && 'op' in value;

function stepsIn(value: unknown): Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  if (isStep(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stepsIn) : [];
}

const operationOf = (op: string): string => op.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** References to earlier answers become plain text; binary members become bytes. */
function filled(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{\{[^{}]*\}\}/g, (name) => (name.includes('statusCode') ? '200' : 'a1b2c3'));
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== 'object' || value === null) return value;
  const bytes = (value as Readonly<Record<string, unknown>>).$base64;
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item)]));
}

const frameworkCodes = ['ValidationException', 'SerializationException'];

test('recorded calls are refused by the framework exactly where AWS refuses them', {
  skip: withoutShared,
}, async () => {
  const sdk: Readonly<Record<string, unknown>> = { ...(await import('@aws-sdk/client-api-gateway')) };
  const reached: string[] = [];
  const { operations } = loadModel('apigateway');
  const handlers = Object.fromEntries(
    Object.keys(operations).map((name) => [name, () => reached.push(name) && { body: Buffer.from('{}') }]),
  );
  await using server = await serveOnLoopback({ services: [{ model: 'apigateway', handlers }] });
  const client = new APIGatewayClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: rootKey,
    maxAttempts: 1,
  });
  let refused = 0;
  for (const file of readdirSync(sharedUrl('vectors/sequences/'))) {
    for (const step of stepsIn(readShared(`vectors/sequences/${file}`))) {
      const name = operationOf(step.op ?? '');
      const Command = sdk[`${name}Command`];
      if (step.service !== 'apigateway' || typeof Command !== 'function') continue;
      const construct = Command as new (input: unknown) => GetAccountCommand;
      const command = new construct(withBytes(name, filled(step.params ?? {})));
      const error = step.expect?.$error;
      reached.length = 0;
      const outcome = await client.send(command).catch((thrown: unknown) => thrown);
      if (error?.Code !== undefined && frameworkCodes.includes(error.Code)) {
        assert.ok(outcome instanceof Error, `${file} ${name} must be refused`);
        assert.deepEqual([outcome.name, outcome.message], [error.Code, error.Message]);
        refused++;
      } else assert.deepEqual(reached, [name], `${file}: ${outcome instanceof Error ? outcome.message : ''}`);
    }
  }
  client.destroy();
  assert.equal(refused, 23);
});

/** Python sends text where JavaScript wants bytes. */
function withBytes(operation: string, input: unknown): unknown {
  const isDocument = operation.startsWith('Import') || operation === 'PutRestApi';
  if (!isDocument || typeof input !== 'object' || input === null || !('body' in input)) return input;
  return typeof input.body === 'string' ? { ...input, body: Buffer.from(input.body) } : input;
}
