/** A client that sends exactly the bytes it is given, for what no library would send. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection was closed without one. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** All that came. */
  readonly text: string;
}

/** Interim answers come before the real one. */
const firstFinal = /^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)*HTTP\/1\.1 (\d{3}) (.*?)\r\n\r\n(.*)$/s;

function parsed(text: string): RawAnswer {
  const [, status = '0', head = '', body = ''] = firstFinal.exec(text) ?? [];
  return { status: Number(status), head, body, text };
}

const isWhole = ({ status, head, body }: RawAnswer): boolean =>
  status > 0 && body.length >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.POSITIVE_INFINITY);

/**
 * @param untilClose true: everything that the connection says until the server closes it, so that a second answer would
 *   show; false: until the first answer is whole
 */
export function exchangeRaw(port: number, bytes: string | Uint8Array, untilClose = true): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!untilClose && isWhole(parsed(text))) socket.destroy();
    });
    socket.on('error', () => {}); // the server may close while something is still being written
    socket.on('close', () => resolve(parsed(text)));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });
}
