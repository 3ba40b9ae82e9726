/** For tests: the management protocol behind a real HTTP server on a free port, with one access key. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '../../../observe/log.ts';
import type { ManagementRequest, ManagementResponse } from '../request.ts';
import { createManagementProtocol, type ProtocolOptions } from '../server.ts';

export const rootKey = {
  accessKeyId: 'AKIAROOTROOTROOTROOT',
  secretAccessKey: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
};
export const accountId = '000000000000';

/** Options that need no thought in a test. */
export const protocolOptions = (
  change: Partial<ProtocolOptions> & Pick<ProtocolOptions, 'services'>,
): ProtocolOptions => {
  let requests = 0;
  return {
    credentialsOf: (accessKeyId) =>
      accessKeyId === rootKey.accessKeyId
        ? { secretAccessKey: rootKey.secretAccessKey, accountId, callerArn: `arn:aws:iam::${accountId}:root` }
        : undefined,
    unsigned: { accountId, region: 'us-east-1' },
    now: () => Date.now(),
    requestId: () => `request-${++requests}`,
    newId: (length) => 'a1b2c3d4e5f6'.slice(0, length),
    log: silentLog,
    ...change,
  };
};

export interface Loopback extends AsyncDisposable {
  readonly endpoint: string;
  /** The last request and its answer, as they were on the wire. */
  readonly last: { request?: ManagementRequest; response?: ManagementResponse };
}

export async function serveOnLoopback(
  change: Partial<ProtocolOptions> & Pick<ProtocolOptions, 'services'>,
): Promise<Loopback> {
  const protocol = createManagementProtocol(protocolOptions(change));
  const last: { request?: ManagementRequest; response?: ManagementResponse } = {};
  const server = createServer({ keepAliveTimeout: 60_000 }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const [path = '', query = ''] = (incoming.url ?? '').split(/\?(.*)/s);
    const headers: Record<string, string | undefined> = {};
    for (const [name, values] of Object.entries(incoming.headersDistinct)) headers[name] = values?.join(',');
    const method = incoming.method ?? '';
    last.request = { method, path, query, headers, rawHeaders: incoming.rawHeaders, body: Buffer.concat(chunks) };
    last.response = await protocol.handle(last.request);
    outgoing.writeHead(last.response.status, last.response.headers);
    if (last.response.stream === undefined) outgoing.end(last.response.body);
    else last.response.stream.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    last,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
