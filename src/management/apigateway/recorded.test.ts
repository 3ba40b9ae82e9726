/**
 * The recorded sequences, as far as they are management calls: every answer of AWS that needs no data plane is
 * expected from the handlers. The same recordings are played over HTTP against a whole gateway in `test/`.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sharedUrl, withoutShared } from '../../../test/shared.ts';
import { ServiceError } from '../../definition/errors.ts';
import { isJsonObject } from '../../definition/json.ts';
import type { Call } from '../protocol/call.ts';
import { memoryGateway } from './memory-gateway.ts';

interface Step {
  readonly n: number;
  readonly service?: string;
  readonly op?: string;
  readonly params?: unknown;
  readonly fixture?: string;
  readonly raises?: boolean;
  readonly expect?: unknown;
  readonly key?: string;
  readonly unordered?: readonly string[];
}

interface Sequence {
  readonly id: string;
  readonly steps: readonly Step[];
  readonly incomplete?: boolean;
}

/** Answers that the handlers do not give: the protocol does, the data plane does, or another service. */
const elsewhere: Readonly<Record<string, string>> = {
  'put-integration-response-invalid-responseTemplates-1': 'the protocol refuses what is no string',
};

const recordings = ['api', 'basic', 'canary', 'common', 'extended', 'http', 'import', 'integrations', 'lambda', 's3'];

for (const name of recordings) {
  if (withoutShared) {
    test(`recorded sequences ${name}`, { skip: withoutShared });
    continue;
  }
  const { vectors }: { vectors: readonly Sequence[] } = JSON.parse(
    readFileSync(sharedUrl(`vectors/sequences/${name}.json`), 'utf8'),
  );
  for (const sequence of vectors)
    test(
      `recorded ${name}: ${sequence.id}`,
      { skip: sequence.incomplete ? 'the recording is incomplete' : false },
      () => play(sequence),
    );
}

async function play({ steps }: Sequence): Promise<void> {
  await using gateway = memoryGateway();
  const answers = new Map<number, unknown>();
  const bound = new Map<string, string>();
  for (const step of steps) {
    if (step.fixture !== undefined || step.service !== 'apigateway') {
      answers.set(step.n, standIn(step));
      continue;
    }
    const params = filled(step.params, answers);
    if (params === unavailable || elsewhere[step.key ?? ''] !== undefined) continue;
    if (step.op === 'test_invoke_method' && step.raises !== true) continue;
    const operation = (step.op ?? '').replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const answer = await answerOf(Reflect.get(gateway.handlers, operation), params, gateway.call());
    if (answer === unavailable) continue;
    answers.set(step.n, answer);
    const place = `step ${step.n} ${step.op} ${step.key ?? ''}`;
    const failed = isJsonObject(answer) && '$error' in answer;
    // A link is deleted at once here, and while AWS takes its time the recording asks again and again.
    if (step.expect === undefined && step.op === 'get_vpc_link') continue;
    if (step.expect === undefined)
      assert.equal(failed, step.raises === true, `${place}: ${failed ? JSON.stringify(answer) : 'should have failed'}`);
    else assert.deepEqual(differences(withoutStatus(step.expect), answer, bound, step.unordered ?? []), [], place);
  }
}

const unavailable = Symbol('needs what is not here');

async function answerOf(handler: unknown, params: unknown, call: Call): Promise<unknown> {
  assert.equal(typeof handler, 'function');
  if (typeof handler !== 'function') return undefined;
  try {
    return JSON.parse(JSON.stringify(await Reflect.apply(handler, undefined, [params, call])));
  } catch (error) {
    if (error instanceof ServiceError) return { $error: { Code: error.code, Message: error.message } };
    if (error instanceof Error && error.message === 'there is no data plane') return unavailable;
    throw error;
  }
}

const withoutStatus = (expected: unknown): unknown => {
  if (!isJsonObject(expected)) return expected;
  const { $status: _status, ...rest } = expected;
  return rest;
};

/** What a step of another service would have answered, as far as later steps ask. */
const standIn = ({ fixture, op, n }: Step): unknown => {
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:fn';
  if (fixture === 'role') return { arn: 'arn:aws:iam::000000000000:role/r', name: 'r' };
  if (fixture === 'lambda_function' || op === 'get_function')
    return { FunctionArn: functionArn, FunctionName: 'fn', Configuration: { FunctionArn: functionArn } };
  if (op === 'create_load_balancer')
    return {
      LoadBalancers: [{ LoadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/n' }],
    };
  if (op === 'create_vpc_endpoint') return { VpcEndpoint: { VpcEndpointId: 'vpce-0123456789abcdef0' } };
  return { n };
};

/** Parameters with `{{s3.id}}` replaced by earlier answers. */
function filled(value: unknown, answers: ReadonlyMap<number, unknown>): unknown {
  if (Array.isArray(value)) {
    const items = value.map((each) => filled(each, answers));
    return items.includes(unavailable) ? unavailable : items;
  }
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name, filled(each, answers)]);
    return entries.some(([, each]) => each === unavailable) ? unavailable : Object.fromEntries(entries);
  }
  if (typeof value !== 'string') return value;
  const whole = /^\{\{([^{}]*)\}\}$/.exec(value)?.[1];
  if (whole !== undefined) return looked(whole, answers);
  return value.replace(/\{\{(s\d+[^{}]*|[a-z_]+_server|[a-z_]+_url)\}\}/g, (_, path: string) => {
    const found = looked(path, answers);
    return found === unavailable ? 'elsewhere' : String(found);
  });
}

function looked(path: string, answers: ReadonlyMap<number, unknown>): unknown {
  if (/_(server|url)$/.test(path)) return 'http://localhost:1';
  const [, number = '', rest = ''] = /^s(\d+)(.*)$/.exec(path) ?? [];
  let at = answers.get(Number(number));
  for (const [, index, name] of rest.matchAll(/\[(\d+)\]|\.([^.[|]+)|\|[a-z]+/g)) {
    if (index !== undefined) at = Array.isArray(at) ? at[Number(index)] : undefined;
    else if (name !== undefined) at = isJsonObject(at) ? at[name] : undefined;
  }
  return at === undefined ? unavailable : at;
}

/** Where an answer differs from what AWS answered; see the README of the recordings for the notation. */
function differences(
  expected: unknown,
  actual: unknown,
  bound: Map<string, string>,
  unordered: readonly string[],
  path = '',
  key = '',
): string[] {
  if (isJsonObject(expected) && '$any' in expected) return [];
  if (isJsonObject(expected) && '$json' in expected)
    return differences(expected.$json, actual, bound, unordered, path, key);
  if (typeof expected === 'object' && expected !== null && typeof actual === 'string') {
    try {
      return differences(expected, JSON.parse(unescaped(actual)), bound, unordered, path, key);
    } catch {
      return [`${path}: expected JSON, got ${actual}`];
    }
  }
  if (typeof expected === 'string') {
    if (spelled(expected) === spelled(key) || ['datetime', 'timestamp', 'date', 'fake-api-id'].includes(expected))
      return [];
    return matches(expected, String(actual), bound)
      ? []
      : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${path}: expected ${expected.length} entries, got ${JSON.stringify(actual)}`];
    if (!unordered.includes(key))
      return expected.flatMap((each, index) => differences(each, actual[index], bound, unordered, `${path}[${index}]`));
    const left = [...actual];
    return expected.flatMap((each) => {
      for (const [index, candidate] of left.entries()) {
        const trial = new Map(bound);
        if (differences(each, candidate, trial, unordered).length > 0) continue;
        for (const [token, text] of trial) bound.set(token, text);
        left.splice(index, 1);
        return [];
      }
      return [`${path}: nothing matches ${JSON.stringify(each)}`];
    });
  }
  if (isJsonObject(expected)) {
    if (!isJsonObject(actual)) return [`${path}: expected an object, got ${JSON.stringify(actual)}`];
    return [
      ...Object.entries(expected).flatMap(([name, value]) =>
        name in actual
          ? differences(value, actual[name], bound, unordered, `${path}.${name}`, name)
          : [`${path}: ${name} is missing`],
      ),
      ...Object.keys(actual)
        .filter((name) => !(name in expected))
        .map((name) => `${path}: ${name} is not expected: ${JSON.stringify(actual[name])}`),
    ];
  }
  return expected === actual ? [] : [`${path}: expected ${String(expected)}, got ${JSON.stringify(actual)}`];
}

/** A policy is shown with its quotes escaped. */
const unescaped = (text: string): string => (text.startsWith('{\\"') ? JSON.parse(`"${text}"`) : text);

const spelled = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Tokens like `<id:1>` stand for one text each, everywhere in a sequence. */
function matches(expected: string, actual: string, bound: Map<string, string>): boolean {
  const names: string[] = [];
  let pattern = '';
  let from = 0;
  for (const { 0: token, index } of expected.matchAll(/<[A-Za-z][A-Za-z0-9_ -]*(?::\d+)?>|111111111111|fake-api-id/g)) {
    pattern += RegExp.escape(expected.slice(from, index));
    from = index + token.length;
    const known = bound.get(token);
    if (token === '111111111111') pattern += '\\d{12}';
    else if (known !== undefined) pattern += RegExp.escape(known);
    else if (names.includes(token)) pattern += `\\k<t${names.indexOf(token)}>`;
    else if (token.includes(':')) pattern += `(?<t${names.push(token) - 1}>.+?)`;
    else pattern += '.+?';
  }
  const found = new RegExp(`^${pattern}${RegExp.escape(expected.slice(from))}$`, 's').exec(actual);
  if (found === null) return false;
  names.forEach((token, index) => {
    bound.set(token, found.groups?.[`t${index}`] ?? '');
  });
  return true;
}
