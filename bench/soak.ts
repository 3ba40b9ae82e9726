/** `npm run soak`: a million requests through one gateway; its memory must not grow with them. */
import { startGateway } from './gateway.ts';
import { startUpstream } from './http.ts';
import { deployRestApi, restApi, stageName } from './http-apis.ts';
import { load } from './processes.ts';

const requestsWanted = 1_000_000;

await using stack = new AsyncDisposableStack();
const upstream = stack.adopt(await startUpstream(), (each) => each.stop());
const gateway = stack.use(await startGateway({ core: 0 }));
const url = gateway.urlOf(await deployRestApi(gateway.clients, restApi(upstream.url)), stageName, '/pets/1');
let requests = 0;
const note = (): void => {
  console.log(`${requests.toLocaleString('en').padStart(10)} requests: ${gateway.residentMiB()} MiB`);
};
note();
while (requests < requestsWanted) {
  requests += (await load(1, url, { seconds: 10, connections: 64 })).requests;
  note();
}
