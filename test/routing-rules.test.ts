/** Routing rules of custom domain names: which stage a request reaches, and with which path. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoutingCondition, RoutingMode, RoutingRule } from '../src/definition/domain-name.ts';
import { httpGate } from './http-gate.ts';
import { deployedHttpStage, httpApi, httpApiId } from './http-stage.ts';
import { Backend, echoed } from './running-gate.ts';

const rule = (
  priority: number,
  stage: string,
  conditions: readonly RoutingCondition[],
  stripBasePath = false,
): RoutingRule => ({
  routingRuleId: `r${priority}`,
  priority,
  conditions,
  actions: [{ invokeApi: { apiId: httpApiId, stage, stripBasePath } }],
});
const header = (name: string, ...globs: readonly string[]): RoutingCondition => ({
  matchHeaders: { anyOf: globs.map((valueGlob) => ({ header: name, valueGlob })) },
});
const basePath = (...anyOf: readonly string[]): RoutingCondition => ({ matchBasePaths: { anyOf } });

const rules = [
  rule(1, 'one', [header('X-Version', 'beta*'), basePath('v1')]),
  rule(2, 'two', [header('X-Version', '*-canary', 'canary')], false),
  rule(3, 'three', [basePath('shop', 'shop/new')], true),
  rule(9, 'nine', [header('X-All', '*')]),
];

const cases: readonly {
  readonly why: string;
  readonly mode?: RoutingMode;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: string;
}[] = [
  { why: 'all conditions of a rule hold', path: '/v1/pets', headers: { 'x-version': 'beta2' }, expect: 'one /v1/pets' },
  { why: 'one condition does not', path: '/v2/pets', headers: { 'x-version': 'beta2' }, expect: 'mapped /v2/pets' },
  { why: 'values tell cases apart', path: '/v1/pets', headers: { 'x-version': 'Beta2' }, expect: 'mapped /v1/pets' },
  { why: 'one of several values, by its end', path: '/x', headers: { 'x-version': 'x-canary' }, expect: 'two /x' },
  { why: 'one of several values, exactly', path: '/x', headers: { 'x-version': 'canary' }, expect: 'two /x' },
  { why: 'a value that is only alike', path: '/x', headers: { 'x-version': 'canary1' }, expect: 'mapped /x' },
  { why: 'the base path is taken away', path: '/shop/cart?q=1', expect: 'three /cart?q=1' },
  { why: 'the longer base path first', path: '/shop/new/cart', expect: 'three /cart' },
  { why: 'the base path alone', path: '/shop', expect: 'three /' },
  { why: 'a base path fits part by part', path: '/shopping', expect: 'mapped /shopping' },
  { why: 'base paths tell cases apart', path: '/Shop/cart', expect: 'mapped /Shop/cart' },
  { why: 'the lower priority decides', path: '/shop/x', headers: { 'x-all': '1' }, expect: 'three /x' },
  { why: 'any value', path: '/x', headers: { 'x-all': 'anything' }, expect: 'nine /x' },
  { why: 'only rules', mode: 'ROUTING_RULE_ONLY', path: '/x', expect: '403' },
  { why: 'only mappings', mode: 'BASE_PATH_MAPPING_ONLY', path: '/shop/x', expect: 'mapped /shop/x' },
];

for (const { why, mode = 'ROUTING_RULE_THEN_BASE_PATH_MAPPING', path, headers = {}, expect } of cases)
  test(`routing rules: ${why}`, async () => {
    await using backend = await Backend.echo();
    const stages = ['one', 'two', 'three', 'nine', 'mapped'].map((stageName) =>
      deployedHttpStage(httpApi({ $default: { to: `${backend.url}/${stageName}` } }), { stageName }),
    );
    await using gate = await httpGate(stages);
    gate.gate.mapDomain({
      domainName: 'api.example.com',
      mappings: [{ basePath: '(none)', restApiId: httpApiId, stage: 'mapped' }],
      routingMode: mode,
      routingRules: rules,
    });
    const answer = await gate.call(path, { host: 'api.example.com', headers });
    assert.equal(
      answer.status === 200 ? echoed(answer).target.replace(/^\/(\w+)/, '$1 ') : String(answer.status),
      expect,
    );
  });
