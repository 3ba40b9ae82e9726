/** The thread of a gate worker: one thread with its own listeners, plans and upstream connections, told by the main thread what to serve. */

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { FunctionPort } from '../functions/function-port.ts';
import { Exchange } from '../gate/exchange.ts';
import { Gate } from '../gate/gate.ts';
import { SharedAnswersPort } from '../integrations/shared-answers.ts';
import { AccessLogFiles } from '../observe/access-log-files.ts';
import { forwardedLog } from '../observe/forwarded-log.ts';
import { PlanError } from '../plan/plan-error.ts';
import { type Listener, listen } from '../wire/http-server.ts';
import { FunctionDirectoryPort } from './function-directory-port.ts';
import type { FromWorker, GateWorkerOptions, ToWorker } from './gate-messages.ts';
import { createIntegrators } from './integrators.ts';
import { collectStartGarbage } from './start-garbage.ts';

const port = parentPort;
if (port === null) throw new Error('a gate worker runs in a worker thread');
// Only `gate-workers.ts` starts this file, and it sends exactly this.
const options = workerData as GateWorkerOptions;

const tell = (message: FromWorker): void => port.postMessage(message);
const log = forwardedLog(options.logLevel, (line) => tell({ type: 'log', line }));
const invoker = new FunctionPort(options.invoker);
const directory = new FunctionDirectoryPort(options.directory);
const accessLogs = new AccessLogFiles(join(options.dataDir, 'logs', 'access'), log);
const integrators = createIntegrators({
  ...options,
  invoker,
  directory,
  enqueue: (event) => directory.enqueue(event),
});
const gate = new Gate({
  integrators: { ...integrators, functions: new SharedAnswersPort(integrators.functions, options.answers) },
  throttling: options.throttling,
  accessLogs,
  limits: options.limits,
  log,
});
const listeners: Listener[] = [];

function act(message: ToWorker): void {
  switch (message.type) {
    case 'deploy':
      deploy(message.deployed.restApiId, message.deployed.stage.stageName, () => gate.deploy(message.deployed));
      return;
    case 'deploy-api':
      deploy(message.deployed.apiId, message.deployed.stage.stageName, () => gate.deployApi(message.deployed));
      return;
    case 'flush-authorizers':
      gate.flushAuthorizers(message.restApiId, message.stageName);
      return;
    case 'invoker':
      invoker.attach(message.port);
      return;
    case 'retire':
      gate.retire(message.restApiId, message.stageName);
      return;
    case 'function-urls':
      gate.serveFunctionUrls(message.functionArn, message.urls);
      return;
    case 'domain':
      gate.mapDomain(message.domain);
      return;
    case 'domain-gone':
      gate.unmapDomain(message.domainName);
      return;
    case 'sync':
      tell({ type: 'synced', sequence: message.sequence });
      return;
    case 'listen':
      open(message.port, message.tlsPort).catch((error) => {
        // Ends this thread; the main thread hears of it as of any crash.
        setImmediate(() => {
          throw error;
        });
      });
      return;
    case 'drain':
      drain(message.drainMs).catch((error) => log.error({ error }, 'the drain failed'));
      return;
    default: {
      const never: never = message;
      throw new Error(`unexpected message ${JSON.stringify(never)}`);
    }
  }
}

function deploy(restApiId: string, stageName: string, compile: () => void): void {
  try {
    compile();
  } catch (error) {
    // A definition that does not compile is the owner's to mend; anything else is ours, and kills no thread either.
    if (!(error instanceof PlanError)) log.error({ error, restApiId }, 'a deployment failed');
    tell({ type: 'refused', restApiId, stageName, problem: error instanceof Error ? error.message : String(error) });
  }
}

async function open(trafficPort: number, tlsPort: number): Promise<void> {
  const common = {
    host: options.host,
    reusePort: true,
    exchange: Exchange,
    handle: (x: Exchange) => gate.handle(x),
    // With room for the request line, and for what is a little too much to be refused by the gate.
    limits: { headBytes: Math.max(65_536, (options.limits.headerBytes ?? 0) + 32_768) },
    log,
  };
  const plain = await listen({ ...common, port: trafficPort });
  listeners.push(plain);
  const { tls } = options;
  const secure = tls === undefined ? undefined : await listen({ ...common, port: tlsPort, tls });
  if (secure !== undefined) listeners.push(secure);
  tell({ type: 'listening', port: plain.port, tlsPort: secure?.port ?? null });
  collectStartGarbage();
}

async function drain(drainMs: number): Promise<void> {
  const abandoned = await Promise.all(listeners.map((listener) => listener.close(drainMs)));
  await accessLogs.flush();
  tell({ type: 'drained', abandoned: abandoned.reduce((sum, count) => sum + count, 0) });
}

port.on('message', act);
