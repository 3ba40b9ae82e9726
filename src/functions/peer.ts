/**
 * Who is at the other end of a loopback connection. A runtime that is not ours connects by TCP, where any user of the
 * machine could: only connections of our own user are let in. Where the system does not tell (no /proc), all are.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

export async function isOwnUser(socket: Socket): Promise<boolean> {
  const us = process.getuid?.();
  const port = socket.remotePort;
  if (us === undefined || port === undefined) return us === undefined;
  let table: string;
  try {
    table = await readFile('/proc/net/tcp', 'latin1');
  } catch {
    return true;
  }
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    // sl local_address rem_address st queues timer retransmits uid …
    const fields = line.trim().split(/\s+/);
    if (fields[1] === local && fields[2]?.endsWith(`:${hexPort(socket.localPort)}`)) return Number(fields[7]) === us;
  }
  return false;
}

const hexPort = (port: number | undefined): string => (port ?? 0).toString(16).toUpperCase().padStart(4, '0');
