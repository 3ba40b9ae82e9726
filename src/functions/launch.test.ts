/** How processes are started by runtime; interpreters that this machine may lack are scripts that answer like them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { call, Workbench } from './fixture.ts';
import { FunctionHost } from './host.ts';
import { Interpreters } from './interpreters.ts';
import { planLaunch, type RuntimeLibraries } from './launch.ts';

const bench = new Workbench();
after(() => bench[Symbol.dispose]());

const tools = bench.folder({
  ruby: '#!/bin/sh\necho "$0"\necho 3.3.1\n',
  dotnet: '#!/bin/sh\necho 8.0.100\n',
  java: '#!/bin/sh\necho "    java.home = $(dirname $0)/.." >&2\necho "    java.version = 21.0.2" >&2\n',
  python: '#!/bin/sh\necho "$0"\necho 3.8.20\n',
  shim: '#!/bin/sh\necho "not installed" >&2\nexit 127\n',
});
const configured = {
  ruby: join(tools, 'ruby'),
  dotnet: join(tools, 'dotnet'),
  java: join(tools, 'java'),
  'python3.12': join(tools, 'python'),
  'python3.99': join(tools, 'shim'),
};

async function plan(files: Readonly<Record<string, string>>, settings: object, libraries: RuntimeLibraries = {}) {
  const fn = bench.fn(files, settings);
  const launch = await planLaunch(fn, new Interpreters(configured), libraries);
  return { fn, launch, directory: fn.code.directory };
}

test('Java runs the runtime client with the package, its lib folder and layers on the class path', async () => {
  const layer = bench.folder({ 'java/lib/common.jar': '' });
  const { launch, directory } = await plan(
    { 'lib/aws-lambda-java-runtime-interface-client-2.4.1.jar': '', 'shop/Orders.class': '' },
    { runtime: 'java21', handler: 'shop.Orders::handle', memoryMb: 512, layers: [layer] },
  );
  assert.ok('command' in launch);
  assert.equal(launch.mode, 'foreign');
  assert.match(launch.command, /\/bin\/java$/);
  assert.deepEqual(launch.args.slice(-4), [
    '-cp',
    `${directory}:${directory}/lib/*:${layer}/java/lib/*`,
    'com.amazonaws.services.lambda.runtime.api.client.AWSLambda',
    'shop.Orders::handle',
  ]);
  assert.equal(launch.args[0], '-Xmx435m');
  assert.equal(launch.runtimeVersion, 'java:21.0.2');
});

test('Java finds the runtime client in a configured folder too', async () => {
  const jars = bench.folder({ 'aws-lambda-java-runtime-interface-client.jar': '' });
  const { launch } = await plan({}, { runtime: 'java17' }, { java: [jars] });
  assert.ok('command' in launch && launch.args.join(' ').includes(`${jars}/*`));
});

test('.NET runs an executable assembly, or a class library by its runtime support', async () => {
  const executable = await plan({ 'Shop.dll': '' }, { runtime: 'dotnet8', handler: 'Shop' });
  assert.ok('command' in executable.launch);
  assert.deepEqual(executable.launch.args, [join(executable.directory, 'Shop.dll')]);
  const library = await plan(
    { 'Shop.dll': '', 'Shop.runtimeconfig.json': '', 'Shop.deps.json': '', 'Amazon.Lambda.RuntimeSupport.dll': '' },
    { runtime: 'dotnet8', handler: 'Shop::Shop.Orders::Handle' },
  );
  assert.ok('command' in library.launch);
  const inPackage = (name: string) => join(library.directory, name);
  assert.deepEqual(library.launch.args, [
    'exec',
    '--runtimeconfig',
    inPackage('Shop.runtimeconfig.json'),
    '--depsfile',
    inPackage('Shop.deps.json'),
    inPackage('Amazon.Lambda.RuntimeSupport.dll'),
    'Shop::Shop.Orders::Handle',
  ]);
});

test('Ruby runs the runtime client of the package’s bundle', async () => {
  const { launch, directory } = await plan(
    { 'vendor/bundle/ruby/3.3.0/bin/aws_lambda_ric': '', 'app.rb': '' },
    { runtime: 'ruby3.3', handler: 'app.handler' },
  );
  assert.ok('command' in launch);
  assert.equal(launch.command, configured.ruby);
  assert.deepEqual(launch.args, [join(directory, 'vendor/bundle/ruby/3.3.0/bin/aws_lambda_ric'), 'app.handler']);
  assert.equal(launch.environment.GEM_PATH, join(directory, 'vendor/bundle/ruby/3.3.0'));
});

for (const { runtime, variable, folders, others } of [
  {
    runtime: 'python3.12',
    variable: 'PYTHONPATH',
    folders: ['python', 'python/lib/python3.12/site-packages', 'python/lib/python3.8/site-packages'],
    others: ['python/lib/python3.9/site-packages'],
  },
  {
    runtime: 'ruby3.2',
    variable: 'GEM_PATH',
    folders: ['ruby/gems/3.2.0', 'ruby/gems/3.3.0'],
    others: ['ruby/gems/3.1.0'],
  },
  {
    runtime: 'ruby3.3',
    variable: 'GEM_PATH',
    folders: ['ruby/gems/3.3.0'],
    others: ['ruby/gems/3.2.0', 'ruby/gems/3.1.0'],
  },
]) {
  test(`${runtime}: layers made for it are found, then those for the interpreter that runs it`, async () => {
    const layer = bench.folder(Object.fromEntries([...folders, ...others].map((folder) => [`${folder}/file`, ''])));
    const { launch } = await plan(
      { 'vendor/bundle/ruby/3.3.0/bin/aws_lambda_ric': '' },
      { runtime, handler: 'app.handler', layers: [layer] },
    );
    assert.ok('environment' in launch);
    const found = (launch.environment[variable] ?? '').split(':').filter((folder) => folder.startsWith(layer));
    assert.deepEqual(
      found,
      folders.map((folder) => join(layer, folder)),
    );
  });
}

for (const { runtime, settings, message } of [
  { runtime: 'ruby3.3', settings: {}, message: 'the Ruby runtime interface client is missing' },
  { runtime: 'dotnet8', settings: { handler: 'A::B::C' }, message: 'the .NET runtime client is missing' },
  { runtime: 'java21', settings: {}, message: 'the Java runtime interface client is missing' },
  {
    runtime: 'python3.99',
    settings: {},
    message: /^no interpreter for runtime python3\.99 on this machine \(tried .*\/shim\)$/,
  },
]) {
  test(`${runtime} without what it needs: says so, and what to do`, async () => {
    const { launch } = await plan({ 'app.txt': '' }, { runtime, ...settings });
    assert.ok('status' in launch);
    if (typeof message === 'string') assert.equal(launch.message, message);
    else assert.match(launch.message, message);
    assert.ok((launch.hint ?? '').length > 20);
  });
}

test('a wrapper script of a layer starts the runtime', async () => {
  await using host = new FunctionHost();
  const layer = bench.folder({ wrapper: '#!/bin/bash\nexport WRAPPED="by $AWS_LAMBDA_FUNCTION_NAME"\nexec "$@"\n' });
  const fn = bench.fn(
    { 'index.js': 'exports.handler = async () => process.env.WRAPPED;' },
    { layers: [layer], environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' } },
  );
  assert.equal((await call(host, fn)).text, `"by ${fn.functionName}"`);
});
