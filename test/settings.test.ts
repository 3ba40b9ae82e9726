import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationPage } from '../scripts/configuration-page.ts';
import { readArguments } from '../src/cli/arguments.ts';
import { readSettings, SettingsError } from '../src/node/settings.ts';

const read = (yaml: string, environment: Record<string, string> = {}, flags: Record<string, string> = {}) =>
  readSettings({ path: 'gatewright.yaml', text: yaml }, environment, new Map(Object.entries(flags)));

test('settings: flags win over the environment, which wins over the file', () => {
  const yaml = 'trafficPort: 1\nmanagementPort: 1\nworkers: 1';
  const settings = read(
    yaml,
    { GATEWRIGHT_TRAFFIC_PORT: '2', GATEWRIGHT_MANAGEMENT_PORT: '2' },
    { 'traffic-port': '3' },
  );
  assert.deepEqual([settings.trafficPort, settings.managementPort, settings.workers], [3, 2, 1]);
});

test('settings: services and limits are nested in the file, flat elsewhere', () => {
  const settings = read(
    'services:\n  sqs: http://127.0.0.1:1\nlimits:\n  bodyBytes: 2048',
    { GATEWRIGHT_SERVICES_COGNITO_IDP: 'http://127.0.0.1:2', GATEWRIGHT_LIMITS_HEADER_BYTES: '4096' },
    { 'services-dynamodb': 'http://127.0.0.1:3' },
  );
  assert.deepEqual(settings.services, {
    sqs: 'http://127.0.0.1:1',
    'cognito-idp': 'http://127.0.0.1:2',
    dynamodb: 'http://127.0.0.1:3',
  });
  assert.deepEqual([settings['limits.bodyBytes'], settings['limits.headerBytes']], [2048, 4096]);
});

const powertools = 'arn:aws:lambda:us-east-1:017000801446:layer:Powertools_v3-arm64:5';
const other = 'arn:aws:lambda:us-east-1:017000801446:layer:Other:1';

test('settings: layers are nested in the file, one a flag, all in one variable', () => {
  assert.deepEqual(read(`functions:\n  layers:\n    ${powertools}: ./layers/p`)['functions.layers'], {
    [powertools]: './layers/p',
  });
  assert.deepEqual(
    read(
      `functions:\n  layers:\n    ${powertools}: /file`,
      { GATEWRIGHT_FUNCTIONS_LAYERS: `${powertools}=/variable, ${other}=/a=b,` },
      { [`functions-layers-${powertools}`]: '/flag' },
    )['functions.layers'],
    { [powertools]: '/flag', [other]: '/a=b' },
  );
});

test('settings: entries of maps are flags of every command', () => {
  const { settings } = readArguments([`--functions-layers-${other}=/x`, '--services-sqs=http://127.0.0.1:1'], {}, 0);
  assert.deepEqual(Object.fromEntries(settings), {
    [`functions-layers-${other}`]: '/x',
    'services-sqs': 'http://127.0.0.1:1',
  });
});

for (const { when, yaml = '', environment = {}, flags = {}, says } of [
  {
    when: 'an unknown key of the file',
    yaml: 'trafikPort: 1',
    says: 'gatewright.yaml: trafikPort is not a setting; did you mean trafficPort?',
  },
  {
    when: 'an unknown variable',
    environment: { GATEWRIGHT_TRAFFIC_PROT: '1' },
    says: 'environment: GATEWRIGHT_TRAFFIC_PROT is not a setting; did you mean GATEWRIGHT_TRAFFIC_PORT?',
  },
  {
    when: 'a port that is no number',
    yaml: 'trafficPort: eighty',
    says: 'gatewright.yaml: trafficPort: "eighty" is not a whole number from 0 to 65535',
  },
  {
    when: 'a port out of range',
    flags: { 'traffic-port': '70000' },
    says: '--traffic-port: "70000" is not a whole number from 0 to 65535',
  },
  {
    when: 'a word that is not offered',
    yaml: 'sample: maybe',
    says: 'gatewright.yaml: sample: "maybe" is not one of on, off',
  },
  {
    when: 'an account that is no account',
    yaml: 'accountId: "12"',
    says: 'gatewright.yaml: accountId: "12" does not fit: account that the root access key belongs to: twelve digits',
  },
  {
    when: 'a service that is no address',
    yaml: 'services:\n  sqs: localhost',
    says: 'gatewright.yaml: services.sqs: "localhost" is not an http:// or https:// address',
  },
  {
    when: 'a layer that is no version',
    yaml: 'functions:\n  layers:\n    arn:aws:lambda:us-east-1:017000801446:layer:Other: /x',
    says: 'gatewright.yaml: functions.layers.arn:aws:lambda:us-east-1:017000801446:layer:Other: "arn:aws:lambda:us-east-1:017000801446:layer:Other" is not the ARN of a layer version',
  },
  {
    when: 'a layer without a directory',
    environment: { GATEWRIGHT_FUNCTIONS_LAYERS: other },
    says: `environment: GATEWRIGHT_FUNCTIONS_LAYERS: ${other}: "" is not the path of a directory`,
  },
  {
    when: 'a service with a name that is none',
    yaml: 'services:\n  __proto__: http://127.0.0.1:1',
    says: 'gatewright.yaml: services.__proto__: "__proto__" is not the name of an AWS service',
  },
  { when: 'a file that is no mapping', yaml: '- 1', says: 'gatewright.yaml: expected a mapping' },
])
  test(`settings: ${when} is refused by name`, () => {
    assert.throws(
      () => read(yaml, environment as Record<string, string>, flags as Record<string, string>),
      (error) => error instanceof SettingsError && error.message === says,
    );
  });

test('settings: the documentation lists them as they are', () => {
  assert.equal(readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8'), configurationPage());
});
