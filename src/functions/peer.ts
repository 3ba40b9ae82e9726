/**
 * Who is at the other end of a loopback connection. A runtime that is not ours connects by TCP, where any user of the
 * machine could: only connections of our own user are let in. Where the system does not tell (no /proc), all are.
 */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Java's sockets speak IPv6 also to 127.0.0.1: they are in the other table, with the IPv4 address at the end. */
const tables = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

export async function isOwnUser(socket: Socket): Promise<boolean> {
  const us = process.getuid?.();
  const { remotePort, localPort } = socket;
  if (us === undefined) return true;
  if (remotePort === undefined || localPort === undefined) return false;
  for (const file of tables) {
    let table: string;
    try {
      table = await readFile(file, 'latin1');
    } catch {
      if (file === '/proc/net/tcp') return true;
      continue;
    }
    for (const line of table.split('\n')) {
      // sl local_address rem_address st queues timer retransmits uid …
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(loopback(remotePort)) && fields[2]?.endsWith(loopback(localPort))) {
        return Number(fields[7]) === us;
      }
    }
  }
  return false;
}

/** As the tables write 127.0.0.1 and a port. */
const loopback = (port: number): string => `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
