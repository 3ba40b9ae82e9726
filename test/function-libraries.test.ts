/** Settings that give functions more than their packages hold: libraries of a language, directories for layers. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { readSettings } from '../src/node/settings.ts';
import { startNode } from '../src/node/start.ts';
import { startGateway } from './gateway.ts';
import { role, textOf, zip } from './lambda-gateway.ts';

const layer = 'arn:aws:lambda:us-east-1:017000801446:layer:Public_v3:5';

test('functions find the libraries of their language and the directories that stand in for layers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  const files = {
    'node/shared/index.js': 'module.exports = "library";',
    'node/own/index.js': 'module.exports = "library";',
    'python/shared.py': 'NAME = "library"',
    'python/own.py': 'NAME = "library"',
    'layer/python/layered.py': 'NAME = "layer"',
    'layer/nodejs/node_modules/layered/index.js': 'module.exports = "layer";',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  // Paths are taken from the working directory.
  const at = (name: string): string => relative(process.cwd(), join(folder, name));
  try {
    await using gateway = await startGateway({
      'functions-libraries-nodejs': at('node'),
      'functions-libraries-python': at('python'),
      [`functions-layers-${layer}`]: at('layer'),
    });
    const { managementUrl: endpoint, rootKey: credentials } = gateway.node;
    const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    const call = async (Runtime: 'nodejs22.x' | 'python3.12', code: Readonly<Record<string, string>>) => {
      const FunctionName = Runtime.slice(0, 6);
      await client.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime,
          Handler: 'main.handler',
          Role: role,
          Layers: [layer],
          Code: { ZipFile: zip(code) },
        }),
      );
      return JSON.parse(textOf((await client.send(new InvokeCommand({ FunctionName }))).Payload));
    };
    const seen = ['library', 'own', 'layer'];
    assert.deepEqual(
      await call('nodejs22.x', {
        'main.js': 'exports.handler = async () => [require("shared"), require("own"), require("layered")];',
        'node_modules/own/index.js': 'module.exports = "own";',
      }),
      seen,
    );
    assert.deepEqual(
      await call('python3.12', {
        'main.py':
          'import shared, own, layered\ndef handler(event, context): return [shared.NAME, own.NAME, layered.NAME]\n',
        'own.py': 'NAME = "own"\n',
      }),
      seen,
    );
    await assert.rejects(
      client.send(
        new CreateFunctionCommand({
          FunctionName: 'other',
          Runtime: 'nodejs22.x',
          Handler: 'main.handler',
          Role: role,
          Layers: [layer.replace(':5', ':6')],
          Code: { ZipFile: zip({ 'main.js': '' }) },
        }),
      ),
      /or name a directory that stands in for it in the setting functions\.layers\.$/,
    );
    client.destroy();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a folder of libraries that is not there stops the start', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatewright-test-'));
  try {
    const flags = { 'data-dir': dataDir, 'functions-libraries-python': '/nowhere/at/all', 'log-level': 'silent' };
    await assert.rejects(startNode(readSettings(undefined, {}, new Map(Object.entries(flags)))), {
      message: 'functions.libraries.python: there is no directory /nowhere/at/all',
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
