/** boto3, unmodified, and the recorded sequences: what AWS answered step by step is what the gateway answers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startGateway, type TestGateway } from './gateway.ts';
import { sharedUrl, withoutShared } from './shared.ts';

const python = new URL('../node_modules/.python/bin/python', import.meta.url).pathname;
const skip = existsSync(python) ? false : 'boto3 is not installed (npm test installs it)';

const environmentOf = ({ node }: TestGateway): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  AWS_ACCESS_KEY_ID: node.rootKey.accessKeyId,
  AWS_SECRET_ACCESS_KEY: node.rootKey.secretAccessKey,
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: node.managementUrl,
});

const walk = `
import boto3, json, sys, urllib.request
traffic = sys.argv[1]
c = boto3.client('apigateway')
doc = {'swagger': '2.0', 'info': {'title': 'PetStore', 'version': '1'}, 'paths': {'/pets': {'get': {
  'responses': {'200': {'description': 'ok'}},
  'x-amazon-apigateway-integration': {'type': 'mock', 'requestTemplates': {'application/json': '{"statusCode": 200}'},
    'responses': {'default': {'statusCode': '200', 'responseTemplates': {'application/json': '["$stageVariables.v"]'}}}}}}}}
api = c.import_rest_api(body=json.dumps(doc).encode())['id']
paths = [r['path'] for r in c.get_resources(restApiId=api)['items']]
root = c.get_rest_api(restApiId=api)['rootResourceId']
c.put_method(restApiId=api, resourceId=root, httpMethod='GET', authorizationType='NONE')
c.put_integration(restApiId=api, resourceId=root, httpMethod='GET', type='MOCK')
c.create_deployment(restApiId=api, stageName='s', variables={'v': 'one'})
def call(path, host=None):
  request = urllib.request.Request(traffic + path, headers={'Host': host} if host else {})
  return json.load(urllib.request.urlopen(request))
first = call(f'/_api/{api}/s/pets')
c.update_stage(restApiId=api, stageName='s', patchOperations=[{'op': 'replace', 'path': '/variables/v', 'value': 'two'}])
second = call('/s/pets', f'{api}.execute-api.us-east-1.amazonaws.com')
exported = json.loads(c.get_export(restApiId=api, stageName='s', exportType='oas30')['body'].read())
c.delete_rest_api(restApiId=api)
try: c.get_rest_api(restApiId=api)
except c.exceptions.NotFoundException as e: gone = e.response['Error']['Code']
print(json.dumps([paths, first, second, exported['openapi'], gone]))
`;

test('boto3 imports, changes, deploys, calls, exports and deletes a REST API', { skip }, async () => {
  await using gateway = await startGateway();
  const { stdout } = await promisify(execFile)(python, ['-c', walk, gateway.traffic], { env: environmentOf(gateway) });
  assert.deepEqual(JSON.parse(stdout), [['/', '/pets'], ['one'], ['two'], '3.0.1', 'NotFoundException']);
});

const sequences = ['api', 'basic', 'canary', 'common', 'extended', 'http', 'import', 'integrations'];

/** Vectors that the player can not play to their end against any gateway, and why. */
const beyondThePlayer: Readonly<Record<string, string>> = {
  'test_http_integration_with_lambda[HTTP]': 'compares what a real function URL echoes',
  'test_http_integration_with_lambda[HTTP_PROXY]': 'compares what a real function URL echoes',
  test_http_proxy_integration_request_data_mappings: 'compares what a real function URL echoes',
  'test_apigateway_header_remapping_http[HTTP_PROXY]':
    "compares the recorded echo server's own Server and Content-Length",
  'test_import_rest_api_with_base_path_oas30[ignore]': 'looks at methods after the second import has replaced them',
  'test_import_rest_api_with_base_path_oas30[prepend]': 'looks at methods after the second import has replaced them',
  'test_import_rest_api_with_base_path_oas30[split]': 'looks at methods after the second import has replaced them',
  test_import_with_cognito_auth_identity_source: 'compares a list that a loop of the scenario filled',
};

async function play(sequence: string, ...more: string[]): Promise<string[]> {
  await using gateway = await startGateway();
  const args = [
    sharedUrl('tools/replay.py').pathname,
    ...['--services', 'apigateway,sts', '--endpoint', gateway.node.managementUrl, '--traffic', gateway.traffic],
    sharedUrl(`vectors/sequences/${sequence}.json`).pathname,
    ...more,
  ];
  const options = { env: environmentOf(gateway), maxBuffer: 1 << 26 };
  const { stdout } = await promisify(execFile)(python, args, options).catch((error: { stdout: string }) => error);
  assert.match(stdout, /single expectations met: \d+ of \d+/);
  return [...stdout.matchAll(/^failed +\S+ +\S+::(\S+)\n((?: {8}.*\n)*)/gm)].map(([, id, why]) => `${id}\n${why}`);
}

for (const sequence of sequences)
  test(`recorded sequence ${sequence}: every answer is AWS's`, {
    skip: skip || withoutShared,
    timeout: 170_000,
  }, async () => {
    const wrong: string[] = [];
    for (const failed of await play(sequence)) {
      const id = failed.split('\n')[0] ?? '';
      if (Object.hasOwn(beyondThePlayer, id)) continue;
      // Some scenarios count what an account holds: they assume one that is empty otherwise.
      wrong.push(...(await play(sequence, '--only', id)));
    }
    assert.deepEqual(wrong, []);
  });
