/** `npm run soak`: a million requests through one gateway; its memory must not grow with them. */
import { benchGateway } from './http.ts';

const requestsWanted = 1_000_000;

await using gateway = await benchGateway(1);
const samples: string[] = [];
let requests = 0;
const note = (): void => {
  samples.push(`${requests.toLocaleString('en').padStart(10)} requests: ${gateway.residentMiB()} MiB`);
  console.log(samples.at(-1));
};
note();
while (requests < requestsWanted) {
  requests += (await gateway.load('/pets/1', 10)).requests;
  note();
}
