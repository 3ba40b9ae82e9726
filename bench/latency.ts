/**
 * Asks over plain sockets and takes the time of every answer: wrk only tells quantiles, and not what the answer says
 * of itself.
 */
import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

/** One kept connection with one request at a time. */
class Connection {
  readonly #socket: Socket;
  readonly #request: string;
  #received: Buffer = Buffer.alloc(0);
  #resolve: ((body: string) => void) | null = null;
  #reject: ((error: Error) => void) | null = null;

  constructor(url: URL) {
    this.#request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#reject?.(error));
    this.#socket.on('close', () => this.#reject?.(new Error('the connection was closed')));
  }

  /** @returns the body @throws when the status is not 200 */
  ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(this.#request, 'latin1');
    });
  }

  close(): void {
    this.#reject = null;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end === -1) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.toString('utf8', end + 4, end + 4 + length);
    this.#received = Buffer.alloc(0);
    if (head.startsWith('HTTP/1.1 200 ')) this.#resolve?.(body);
    else this.#reject?.(new Error(`${head.split('\r\n')[0]}: ${body}`));
  }
}

async function withConnections<T>(
  url: string,
  count: number,
  work: (all: readonly Connection[]) => Promise<T>,
): Promise<T> {
  const connections = Array.from({ length: count }, () => new Connection(new URL(url)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Milliseconds of one request on a connection of its own. */
export function firstAnswerMs(url: string): Promise<number> {
  return withConnections(url, 1, async ([connection]) => {
    const startedMs = performance.now();
    await connection?.ask();
    return performance.now() - startedMs;
  });
}

/**
 * As fast as answers come, on all connections.
 * @returns milliseconds of each, less what its body says that the handler took itself
 */
export function overheadsMs(url: string, connections: number, each: number): Promise<number[]> {
  return withConnections(url, connections, async (all) => {
    const times: number[] = [];
    await Promise.all(
      all.map(async (connection) => {
        for (let n = 0; n < each; n++) {
          const startedMs = performance.now();
          const body = await connection.ask();
          times.push(performance.now() - startedMs - (Number(body) || 0));
        }
      }),
    );
    return times;
  });
}

/**
 * At a fixed rate over all connections, whatever the answers do.
 * @returns milliseconds of each; what had to wait for a free connection, from when it was due
 */
export function timesAtRateMs(url: string, connections: number, perSecond: number, seconds: number): Promise<number[]> {
  return withConnections(url, connections, async (all) => {
    const free = [...all];
    const times: number[] = [];
    const count = perSecond * seconds;
    const startedMs = performance.now();
    let asked = 0;
    let late = false;
    await new Promise<void>((resolve, reject) => {
      const timer = setInterval(() => {
        late = late && performance.now() > startedMs + ((asked + 1) * 1000) / perSecond;
        for (; asked < count && performance.now() >= startedMs + (asked * 1000) / perSecond; asked++) {
          const connection = free.pop();
          if (connection === undefined) {
            late = true;
            return;
          }
          const askedMs = late ? startedMs + (asked * 1000) / perSecond : performance.now();
          connection.ask().then(() => {
            times.push(performance.now() - askedMs);
            free.unshift(connection);
            if (times.length < count) return;
            clearInterval(timer);
            resolve();
          }, reject);
        }
      }, 1);
    });
    return times;
  });
}
