/**
 * How a function's process is started: command, arguments and environment variables, by runtime. Layers cannot be
 * mounted at /opt without privileges, so their folders are put into the search paths that Lambda's runtimes have there.
 *
 * Source: Lambda Developer Guide, "Using environment variables" (defined runtime environment variables), "Packaging
 * your layer content", "Modifying the runtime environment" (wrapper scripts), "Building a custom runtime".
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionConfiguration, regionOf } from './configuration.ts';
import { type Failure, invalidEntrypoint } from './failure.ts';
import { familyOf, type Interpreter, type Interpreters, type RuntimeFamily } from './interpreters.ts';

export interface Launch {
  /** `own`: a bootstrap of ours, which speaks on descriptor 3. `foreign`: it connects to AWS_LAMBDA_RUNTIME_API. */
  readonly mode: 'own' | 'foreign';
  readonly command: string;
  readonly args: readonly string[];
  /** Without what differs from one environment to the next. */
  readonly environment: Readonly<Record<string, string>>;
  /** For INIT_START: `python:3.11.7`. */
  readonly runtimeVersion: string;
}

/** Folders with what Lambda's runtimes bring along and this machine does not: AWS SDKs, runtime clients. */
export interface RuntimeLibraries {
  /** `node_modules` folders, after those of layers in NODE_PATH. */
  readonly nodejs?: readonly string[];
  /** After those of layers in PYTHONPATH. */
  readonly python?: readonly string[];
  /** Folders of jars. */
  readonly java?: readonly string[];
}

/** A file of `bootstraps/`. */
export const bootstrapFile = (name: string): string => fileURLToPath(new URL(`./bootstraps/${name}`, import.meta.url));

/** Finds everything, or says what is missing. Reads the file system; the outcome holds for one revision. */
export async function planLaunch(
  fn: FunctionConfiguration,
  interpreters: Interpreters,
  libraries: RuntimeLibraries,
): Promise<Launch | Failure> {
  const family = familyOf(fn.runtime);
  if (family === undefined) return invalidEntrypoint(`runtime ${fn.runtime} is not supported`, hints.unknown);
  if (!existsSync(fn.code.directory)) {
    return invalidEntrypoint(`the function's directory ${fn.code.directory} does not exist`);
  }
  if (family === 'provided') return planProvided(fn);
  const interpreter = await interpreters.find(fn.runtime, family);
  if (interpreter === undefined) {
    const asked = interpreters.candidates(fn.runtime, family).join(', ');
    return invalidEntrypoint(
      `no interpreter for runtime ${fn.runtime} on this machine (tried ${asked})`,
      hints[family],
    );
  }
  const command = plans[family](fn, interpreter, libraries);
  if ('status' in command) return command;
  const environment = environmentOf(fn, family, interpreter, libraries);
  const wrapper = environment.AWS_LAMBDA_EXEC_WRAPPER;
  const line = [interpreter.path, ...command.args];
  if (wrapper !== undefined && wrapper !== '') line.unshift(hostPathOf(wrapper, fn));
  return {
    mode: command.mode,
    command: line[0]!,
    args: line.slice(1),
    environment,
    runtimeVersion: `${family}:${interpreter.version}`,
  };
}

const hints: Readonly<Record<Exclude<RuntimeFamily, 'provided'> | 'unknown', string>> = {
  nodejs: 'Set functions.interpreters.nodejs to the path of a Node.js from version 18 on.',
  python: 'Install Python 3.8 or later, or set functions.interpreters.python to its path.',
  java: 'Install a Java runtime, or set functions.interpreters.java to the path of its java command.',
  ruby: 'Install Ruby, or set functions.interpreters.ruby to its path.',
  dotnet: 'Install the .NET runtime, or set functions.interpreters.dotnet to the path of its dotnet command.',
  unknown: 'Supported are nodejs*, python3*, provided*, and java*, ruby*, dotnet* with their runtime clients.',
};

// ---- by runtime ------------------------------------------------------------------------------------------------------

type Plan = { readonly mode: 'own' | 'foreign'; readonly args: readonly string[] };

const plans: Readonly<
  Record<
    Exclude<RuntimeFamily, 'provided'>,
    (fn: FunctionConfiguration, interpreter: Interpreter, libraries: RuntimeLibraries) => Plan | Failure
  >
> = { nodejs: planNode, python: planPython, java: planJava, ruby: planRuby, dotnet: planDotnet };

function planNode(fn: FunctionConfiguration): Plan {
  const args = [
    // The heap's limit comes before the process's, so that a collection is tried before the end.
    `--max-old-space-size=${Math.max(16, Math.floor(Math.min(fn.memoryMb * 0.9, fn.memoryMb - 40)))}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(fn.memoryMb * 0.05))}`,
  ];
  if (fn.inspect !== undefined) {
    args.push(`--inspect${fn.inspect.wait ? '-brk' : ''}=127.0.0.1:${fn.inspect.port}`);
  }
  return { mode: 'own', args: [...args, bootstrapFile('nodejs/bootstrap.cjs')] };
}

function planPython(fn: FunctionConfiguration): Plan {
  return { mode: 'own', args: [bootstrapFile('python3/bootstrap.py'), ...(fn.code.watch ? ['edited'] : [])] };
}

const javaClient = 'com/amazonaws/services/lambda/runtime/api/client/AWSLambda';

function planJava(fn: FunctionConfiguration, _interpreter: Interpreter, libraries: RuntimeLibraries): Plan | Failure {
  const { directory } = fn.code;
  const jarFolders = [
    join(directory, 'lib'),
    ...layersLastFirst(fn).map((layer) => join(layer, 'java', 'lib')),
    ...(libraries.java ?? []),
  ].filter((folder) => existsSync(folder));
  const hasClient =
    existsSync(join(directory, `${javaClient}.class`)) ||
    jarFolders.some((folder) =>
      namesIn(folder).some((name) => /^aws-lambda-java-runtime-interface-client.*\.jar$/.test(name)),
    );
  if (!hasClient) {
    return invalidEntrypoint(
      'the Java runtime interface client is missing',
      "Add com.amazonaws:aws-lambda-java-runtime-interface-client to the package (its lib/ folder), to a layer's java/lib/, or to a folder named by functions.libraries.java.",
    );
  }
  const classPath = [directory, ...jarFolders.map((folder) => join(folder, '*'))].join(':');
  return {
    mode: 'foreign',
    args: [
      `-Xmx${Math.floor(fn.memoryMb * 0.85)}m`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath,
      javaClient.replaceAll('/', '.'),
      fn.handler,
    ],
  };
}

function planRuby(fn: FunctionConfiguration, interpreter: Interpreter): Plan | Failure {
  const { directory } = fn.code;
  const bundle = join(directory, 'vendor', 'bundle', 'ruby');
  const folders = [
    ...namesIn(bundle).map((version) => join(bundle, version, 'bin')),
    ...layersLastFirst(fn).map((layer) => join(layer, 'bin')),
    dirname(interpreter.path),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const client = folders.map((folder) => join(folder, 'aws_lambda_ric')).find((file) => existsSync(file));
  if (client === undefined) {
    return invalidEntrypoint(
      'the Ruby runtime interface client is missing',
      'Add the gem aws_lambda_ric to the package (vendor/bundle), or install it for this Ruby: gem install aws_lambda_ric.',
    );
  }
  return { mode: 'foreign', args: [client, fn.handler] };
}

function planDotnet(fn: FunctionConfiguration): Plan | Failure {
  const { directory } = fn.code;
  const files = namesIn(directory);
  if (!fn.handler.includes('::') && files.includes(`${fn.handler}.dll`)) {
    return { mode: 'foreign', args: [join(directory, `${fn.handler}.dll`)] };
  }
  const support = 'Amazon.Lambda.RuntimeSupport.dll';
  const settings = files.find((name) => name.endsWith('.runtimeconfig.json'));
  if (!files.includes(support) || settings === undefined) {
    return invalidEntrypoint(
      'the .NET runtime client is missing',
      `Reference Amazon.Lambda.RuntimeSupport and publish with its ${support} and a *.runtimeconfig.json, or make the function an executable assembly and name that as handler.`,
    );
  }
  const deps = join(directory, settings.replace('.runtimeconfig.json', '.deps.json'));
  return {
    mode: 'foreign',
    args: [
      'exec',
      '--runtimeconfig',
      join(directory, settings),
      ...(existsSync(deps) ? ['--depsfile', deps] : []),
      join(directory, support),
      fn.handler,
    ],
  };
}

/** The package brings its own `bootstrap`, or a layer does. */
function planProvided(fn: FunctionConfiguration): Launch | Failure {
  const places = [fn.code.directory, ...layersLastFirst(fn)].map((folder) => join(folder, 'bootstrap'));
  const bootstrap = places.find((file) => existsSync(file));
  if (bootstrap === undefined) return invalidEntrypoint(`Couldn't find valid bootstrap(s): [${places.join(' ')}]`);
  try {
    accessSync(bootstrap, constants.X_OK);
  } catch {
    return invalidEntrypoint(`fork/exec ${bootstrap}: permission denied`, `Make it executable: chmod +x ${bootstrap}`);
  }
  return {
    mode: 'foreign',
    command: bootstrap,
    args: [],
    environment: environmentOf(fn, 'provided', undefined, {}),
    runtimeVersion: fn.runtime,
  };
}

// ---- environment variables -------------------------------------------------------------------------------------------

/** Variables that a function's configuration may not set: Lambda refuses them by name. */
export const reservedVariables: readonly string[] = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
];

/** Nothing of the gateway's own environment gets in but PATH. */
function environmentOf(
  fn: FunctionConfiguration,
  family: RuntimeFamily,
  interpreter: Interpreter | undefined,
  libraries: RuntimeLibraries,
): Record<string, string> {
  const { directory } = fn.code;
  const layers = layersLastFirst(fn);
  const defaults: Record<string, string> = {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: pathOf(
      [...layers.map((layer) => join(layer, 'bin'))],
      [
        ...(interpreter === undefined ? [] : [dirname(interpreter.path)]),
        process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
      ],
    ),
    LD_LIBRARY_PATH: pathOf([directory, join(directory, 'lib'), ...layers.map((layer) => join(layer, 'lib'))], []),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    ...searchPaths(fn, family, interpreter, libraries),
    ...fn.environmentDefaults,
  };
  const region = regionOf(fn);
  const reserved: Record<string, string> = {
    _HANDLER: fn.handler,
    LAMBDA_TASK_ROOT: directory,
    LAMBDA_RUNTIME_DIR: bootstrapFile(family === 'python' ? 'python3' : family === 'nodejs' ? 'nodejs' : ''),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: fn.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: fn.logging.group,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  };
  if (family !== 'provided') reserved.AWS_EXECUTION_ENV = `AWS_Lambda_${fn.runtime}`;
  if (fn.logging.format === 'JSON') {
    reserved.AWS_LAMBDA_LOG_FORMAT = 'JSON';
    if (fn.logging.applicationLevel !== undefined) reserved.AWS_LAMBDA_LOG_LEVEL = fn.logging.applicationLevel;
  }
  if (fn.credentials !== undefined) {
    reserved.AWS_ACCESS_KEY_ID = fn.credentials.accessKeyId;
    reserved.AWS_SECRET_ACCESS_KEY = fn.credentials.secretAccessKey;
    if (fn.credentials.sessionToken !== undefined) reserved.AWS_SESSION_TOKEN = fn.credentials.sessionToken;
  }
  return { ...defaults, ...fn.environment, ...reserved };
}

/** Where each language looks for modules. */
function searchPaths(
  fn: FunctionConfiguration,
  family: RuntimeFamily,
  interpreter: Interpreter | undefined,
  libraries: RuntimeLibraries,
): Record<string, string> {
  const layers = layersLastFirst(fn);
  const within = (...paths: readonly string[]): string[] =>
    layers.flatMap((layer) => paths.map((path) => join(layer, path)));
  // What was made for the runtime that was asked for, then what the interpreter here would look for itself.
  const versions = new Set([fn.runtime, interpreter?.version ?? ''].flatMap((name) => /\d+\.\d+/.exec(name) ?? []));
  const byVersion = (path: (version: string) => string): string[] => [...versions].map(path);
  switch (family) {
    case 'nodejs': {
      const asked = /\d+/.exec(fn.runtime)?.[0] ?? '';
      const folders = [
        ...within(`nodejs/node${asked}/node_modules`, 'nodejs/node_modules'),
        ...(libraries.nodejs ?? []),
      ];
      const path = pathOf(folders, []);
      return path === '' ? {} : { NODE_PATH: path };
    }
    case 'python': {
      const packages = byVersion((version) => `python/lib/python${version}/site-packages`);
      const folders = [...within('python', ...packages), ...(libraries.python ?? [])];
      return {
        PYTHONPATH: pathOf(folders, fn.environment.PYTHONPATH === undefined ? [] : [fn.environment.PYTHONPATH]),
      };
    }
    case 'ruby': {
      const bundles = byVersion((version) => join(fn.code.directory, `vendor/bundle/ruby/${version}.0`));
      return {
        GEM_PATH: pathOf([...bundles, ...within(...byVersion((version) => `ruby/gems/${version}.0`))], []),
        RUBYLIB: pathOf([fn.code.directory, ...within('ruby/lib')], []),
      };
    }
    case 'java':
    case 'dotnet':
    case 'provided':
      return {};
    default: {
      const never: never = family;
      return never;
    }
  }
}

/** Folders that exist, then what is taken as it is. */
const pathOf = (folders: readonly string[], asTheyAre: readonly string[]): string =>
  [...folders.filter((folder) => existsSync(folder)), ...asTheyAre].join(':');

/** A later layer wins over an earlier one. */
const layersLastFirst = (fn: FunctionConfiguration): readonly string[] => fn.layers.toReversed();

/** A path inside Lambda's sandbox as one of this machine. */
function hostPathOf(path: string, fn: FunctionConfiguration): string {
  if (path.startsWith('/var/task/')) return join(fn.code.directory, path.slice('/var/task/'.length));
  if (!path.startsWith('/opt/')) return path;
  const candidates = layersLastFirst(fn).map((layer) => join(layer, path.slice('/opt/'.length)));
  return candidates.find((candidate) => existsSync(candidate)) ?? path;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
