/** The PetStore behind the sample API: a real HTTP server with three operations, its pets kept in memory. */

import type { AddressInfo } from 'node:net';
import { createServer, type IncomingMessage } from '../../wire/node-http.ts';

interface Pet {
  readonly id: number;
  readonly type: string;
  readonly price: number;
}

const bodyBytesMax = 65_536;
const petsMax = 1_000;

export interface PetStore {
  readonly port: number;
  close(): Promise<void>;
}

/** @param preferredPort taken when it is free, so that addresses handed out earlier stay true; 0 for any */
export async function startPetStore(preferredPort: number): Promise<PetStore> {
  const pets: Pet[] = [
    { id: 1, type: 'dog', price: 249.99 },
    { id: 2, type: 'cat', price: 124.99 },
    { id: 3, type: 'fish', price: 0.99 },
  ];
  const server = createServer((request, response) => {
    reply(request, pets)
      .catch((): [number, unknown] => [400, { message: 'expected a JSON object with a type and a price' }])
      .then(([status, body]) => {
        const text = JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
        response.end(text);
      });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(preferredPort).catch((error: Error) => {
    if (preferredPort === 0) throw error;
    return listen(0);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function reply(request: IncomingMessage, pets: Pet[]): Promise<[number, unknown]> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://petstore');
  const [collection, id, ...rest] = pathname.split('/').slice(1);
  if (collection !== 'pets' || rest.length > 0) return [404, { message: 'no such page' }];
  if (id !== undefined && request.method === 'GET') {
    const pet = pets.find((candidate) => String(candidate.id) === id);
    return pet === undefined ? [404, { message: `no pet ${id}` }] : [200, pet];
  }
  if (id === undefined && request.method === 'GET') {
    const type = searchParams.get('type');
    return [200, type === null ? pets : pets.filter((pet) => pet.type === type)];
  }
  if (id === undefined && request.method === 'POST') {
    const given: unknown = JSON.parse(await textOf(request));
    if (given === null || typeof given !== 'object' || !('type' in given) || typeof given.type !== 'string')
      return [400, { message: 'expected a JSON object with a type and a price' }];
    const price = 'price' in given && typeof given.price === 'number' ? given.price : 0;
    const pet = { id: (pets.at(-1)?.id ?? 0) + 1, type: given.type, price };
    pets.push(pet);
    if (pets.length > petsMax) pets.shift();
    return [200, { pet, message: 'success' }];
  }
  return [405, { message: `${request.method} is not offered here` }];
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > bodyBytesMax) throw new Error('body too large');
  }
  return text;
}
