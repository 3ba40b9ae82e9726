/** A gate behind a real listener, calling real upstreams: all on free ports of this machine, gone after the test. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { DeployedRestStage } from '../src/definition/stage.ts';
import { Exchange } from '../src/gate/exchange.ts';
import { Gate, type GateOptions } from '../src/gate/gate.ts';
import { UpstreamHttpIntegrator } from '../src/integrations/http.ts';
import type { Log } from '../src/observe/log.ts';
import { type Listener, listen } from '../src/wire/http-server.ts';
import { Upstream, type UpstreamLimits } from '../src/wire/upstream.ts';
import { apiId } from './rest-stage.ts';

/** Lines of the application log, for tests that expect one. */
export class HeardLog implements Log {
  readonly lines: {
    readonly level: string;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly message: string;
  }[] = [];
  debug(): void {}
  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }
  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }
  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
  /** All lines as text, to be matched against. */
  get text(): string {
    return this.lines.map(({ level, fields, message }) => `${level} ${message} ${JSON.stringify(fields)}`).join('\n');
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Host header; by default the API's own. */
  readonly host?: string;
}

export class RunningGate implements AsyncDisposable {
  readonly gate: Gate;
  readonly listener: Listener;
  readonly log: HeardLog;
  readonly #upstream: Upstream;

  private constructor(gate: Gate, listener: Listener, upstream: Upstream, log: HeardLog) {
    this.gate = gate;
    this.listener = listener;
    this.#upstream = upstream;
    this.log = log;
  }

  static async start(
    stages: readonly DeployedRestStage[],
    options: Partial<GateOptions> & { readonly upstream?: Partial<UpstreamLimits> } = {},
  ): Promise<RunningGate> {
    const log = new HeardLog();
    const upstream = new Upstream(options.upstream);
    const integrators = { http: new UpstreamHttpIntegrator(upstream), aws: null };
    const gate = new Gate({ integrators, log, ...options });
    for (const stage of stages) gate.deploy(stage);
    const listener = await listen({
      port: 0,
      host: '127.0.0.1',
      exchange: Exchange,
      handle: (x) => gate.handle(x),
      log,
    });
    return new RunningGate(gate, listener, upstream, log);
  }

  /** @param target path and query, from the stage on */
  async call(target: string, call: Call = {}): Promise<Answer> {
    const sent = request({
      port: this.listener.port,
      host: '127.0.0.1',
      path: target,
      method: call.method ?? 'GET',
      headers: { host: call.host ?? `${apiId}.execute-api.localhost`, ...call.headers },
      agent: false,
    });
    sent.end(call.body);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    const pieces: Buffer[] = [];
    for await (const piece of response!) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const { statusCode = 0, headers, rawHeaders } = response!;
    return { status: statusCode, headers, rawHeaders, bytes, text: bytes.toString() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close(0);
    this.#upstream.close();
  }
}

/** An HTTP server that stands behind the gate. */
export class Backend implements AsyncDisposable {
  readonly server;
  readonly sockets = new Set<Socket>();
  /** What arrived, oldest first. */
  readonly requests: IncomingMessage[] = [];

  private constructor(answer: RequestListener) {
    this.server = createServer({ maxHeaderSize: 262_144 }, (received, response) => {
      this.requests.push(received);
      answer(received, response);
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(answer: RequestListener): Promise<Backend> {
    const backend = new Backend(answer);
    backend.server.listen(0, '127.0.0.1');
    await once(backend.server, 'listening');
    return backend;
  }

  /** A backend that answers with what it was asked, as JSON. */
  static async echo(): Promise<Backend> {
    return Backend.start(echo);
  }

  get url(): string {
    const address = this.server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

export interface Echoed {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

async function echo(received: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of received) pieces.push(piece);
  } catch {
    return; // whoever asks has gone
  }
  const { method = '', url = '', rawHeaders } = received;
  const echoed: Echoed = { method, target: url, headers: rawHeaders, body: Buffer.concat(pieces).toString('latin1') };
  const body = JSON.stringify(echoed);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-backend': 'echo',
  });
  response.end(body);
}

export const echoed = ({ text }: Answer): Echoed => JSON.parse(text);

/** Value of a header in a flat list, by name in any case. */
export function headerIn(headers: readonly string[], name: string): string | undefined {
  const index = headers.findIndex((entry, at) => at % 2 === 0 && entry.toLowerCase() === name.toLowerCase());
  return index === -1 ? undefined : headers[index + 1];
}
