/** An upstream that does everything wrong, told by the path of the request how. Plain sockets: no library corrects it. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

type Misbehaviour = (socket: Socket) => void;

const manyLines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `X-${i}: ${'y'.repeat(50)}\r\n`).join('');

/** By the last part of the path. Each is free to leave the connection open: the test closes what is left. */
const misbehaviours = {
  /** Behaves, for comparison. */
  'is-fine': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nfine'),
  'is-silent': () => {},
  'closes-at-once': (socket) => socket.end(),
  'resets-at-once': (socket) => socket.resetAndDestroy(),
  'closes-in-the-status-line': (socket) => socket.end('HTTP/1.1 20'),
  'closes-in-the-headers': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/pl'),
  'closes-before-a-short-body': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'),
  'closes-in-a-short-body': (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  'closes-in-a-long-body': (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1000)}`),
  'closes-in-a-chunk': (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf'),
  'closes-before-the-last-chunk': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
  'ends-by-closing': (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'),
  'is-slow-with-its-head': (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow'),
  'is-slow-with-a-short-body': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n');
    drip(socket, 'x'.repeat(400));
  },
  'drips-without-end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    drip(socket, '1\r\nx\r\n'.repeat(10_000));
  },
  'speaks-another-protocol': (socket) => socket.write('220 mail.example ESMTP\r\n'),
  'has-a-malformed-status': (socket) => socket.write('HTTP/1.1 OK\r\n\r\n'),
  'has-an-endless-head': (socket) => socket.write(`HTTP/1.1 200 OK\r\n${manyLines(5_000)}`),
  'has-a-header-without-colon': (socket) => socket.write('HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n'),
  'has-two-lengths': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfours'),
  'has-length-and-chunks': (socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n'),
  'has-a-malformed-chunk': (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhalf\r\n'),
  'has-a-negative-length': (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nfour'),
  'says-more-than-announced': (socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfourHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen'),
  'switches-protocols': (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'),
  'continues-for-ever': (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)),
} as const satisfies Record<string, Misbehaviour>;

export type HowItMisbehaves = keyof typeof misbehaviours;

const isKnown = (name: string): name is HowItMisbehaves => Object.hasOwn(misbehaviours, name);

/** A byte every 10 ms, until somebody closes. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < text.length) socket.write(text[at++]!);
  }, 10);
  socket.on('close', () => clearInterval(timer));
}

export class MisbehavingUpstream implements AsyncDisposable {
  readonly sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.on('data', (bytes) => {
        const request = bytes.toString('latin1');
        const [, how = ''] = /^\w+ \/(?:[^ ?]*\/)?([^ /?]*)/.exec(request) ?? [];
        if (isKnown(how)) misbehaviours[how](socket);
      });
    });
  }

  static async start(): Promise<MisbehavingUpstream> {
    const upstream = new MisbehavingUpstream();
    upstream.#server.listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get url(): string {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? `http://127.0.0.1:${address.port}` : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
