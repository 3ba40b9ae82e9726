/**
 * The management endpoint: health and readiness for machines, a page for people who open it in a browser, and
 * everything else to the AWS management APIs. Bodies are collected here, within a bound; what a call means is
 * decided by `management/protocol/`.
 */

import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { ManagementRequest, ManagementResponse } from '../management/protocol/request.ts';
import type { Log } from '../observe/log.ts';
import { createServer, type IncomingMessage, type ServerResponse } from '../wire/node-http.ts';

export interface ManagementServerOptions {
  readonly host: string;
  readonly port: number;
  /** A body that is longer is cut there and handed on as it is: the protocol refuses it in the caller's own format. */
  readonly bodyBytesMax: number;
  readonly handle: (request: ManagementRequest) => Promise<ManagementResponse>;
  /** Paths with an answer of their own, by exact path. */
  readonly pages: Readonly<Record<string, () => ManagementResponse>>;
  readonly log: Log;
}

export interface ManagementServer {
  readonly port: number;
  /** Stops listening, and waits for calls in flight, which may outlast it. */
  drain(withinMs: number): Promise<void>;
  /** Stops listening, waits for calls in flight, then closes what connections there are. */
  close(withinMs: number): Promise<void>;
}

export async function serveManagement(options: ManagementServerOptions): Promise<ManagementServer> {
  let ended: Promise<void> | undefined;
  const server = createServer(
    { keepAliveTimeout: 65_000, requestTimeout: 300_000, headersTimeout: 30_000, maxHeaderSize: 65_536 },
    (request, response) => {
      // A connection that is kept alive would keep a server from closing.
      response.on('close', () => {
        if (ended !== undefined) setImmediate(() => server.closeIdleConnections());
      });
      answer(request, response, options, () => ended !== undefined).catch((error) => {
        if (hasLeft(request, error)) {
          options.log.debug({ method: request.method, path: request.url }, 'a client left before its answer was whole');
          return;
        }
        options.log.error({ error, method: request.method, path: request.url }, 'a management call failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const drain = async (withinMs: number): Promise<void> => {
    ended ??= new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const { promise: late, resolve: give } = Promise.withResolvers<void>();
    const timer = setTimeout(give, withinMs);
    await Promise.race([ended, late]);
    clearTimeout(timer);
  };
  return {
    port: (server.address() as AddressInfo).port,
    drain,
    close: async (withinMs) => {
      await drain(withinMs);
      server.closeAllConnections();
      await ended;
    },
  };
}

/** Whether an answer failed only because nobody waits for it any more. */
const hasLeft = ({ socket }: IncomingMessage, error: unknown): boolean =>
  socket.destroyed && error instanceof Error && 'code' in error && leavingCodes.has(String(error.code));

const leavingCodes: ReadonlySet<string> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE']);

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { bodyBytesMax, handle, pages }: ManagementServerOptions,
  isClosing: () => boolean,
): Promise<void> {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const page = request.method === 'GET' && Object.hasOwn(pages, path) ? pages[path] : undefined;
  const { status, headers, body, stream } =
    page?.() ??
    (await handle({
      method: request.method ?? 'GET',
      path,
      query: mark === -1 ? '' : target.slice(mark + 1),
      headers: joined(request),
      rawHeaders: request.rawHeaders,
      body: await collect(request, bodyBytesMax + 1),
    }));
  if (stream !== undefined) {
    response.writeHead(status, { ...headers, ...(isClosing() && { connection: 'close' }) });
    await pipeline(stream, response);
    return;
  }
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  // A body that was not read to its end would be taken for the next request.
  const last = !request.complete || isClosing();
  response.writeHead(status, { ...headers, 'content-length': length, ...(last && { connection: 'close' }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * A client that is still sending when the connection closes may never see the answer: of a body that is too long this
 * much is read and thrown away first.
 */
const discardedBytesMax = 256 * 1024 * 1024;

/** Up to `bytesMax` bytes of the body; what follows is thrown away. */
async function collect(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (bytes < bytesMax) chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax + discardedBytesMax) break;
  }
  return Buffer.concat(chunks, Math.min(bytes, bytesMax));
}

function joined(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = values?.join(',');
  return headers;
}
