/** A request that nobody has sent, for tests of methods and authorizers, and the log that its way is told in. */
import { Readable } from 'node:stream';
import { Exchange } from '../exchange.ts';
import type { ExecutionLog } from '../execution-log.ts';

export interface TestRequest {
  readonly httpMethod: string;
  readonly pathWithQueryString: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
}

/** Where traffic would have a domain name and a client. */
const testHost = 'testPrefix.testDomainName';
const testAddress = 'test-invoke-source-ip';

export function testExchange({ headers, multiValueHeaders, body = '', ...request }: TestRequest): Exchange {
  const { httpMethod, pathWithQueryString } = request;
  const question = pathWithQueryString.indexOf('?');
  const path = question === -1 ? pathWithQueryString : pathWithQueryString.slice(0, question);
  const rawHeaders: string[] = [];
  for (const [name, value] of Object.entries(headers ?? {}))
    if (multiValueHeaders === undefined || !Object.hasOwn(multiValueHeaders, name)) rawHeaders.push(name, value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {}))
    for (const value of values) rawHeaders.push(name, value);
  const byName: Record<string, string> = Object.create(null);
  for (let i = 0; i < rawHeaders.length; i += 2) byName[rawHeaders[i]!.toLowerCase()] = rawHeaders[i + 1]!;
  const bytes = Buffer.from(body, 'utf8');
  const x = new Exchange({
    method: httpMethod,
    path,
    query: question === -1 ? '' : pathWithQueryString.slice(question + 1),
    rawHeaders,
    source: { headers: byName },
    scheme: 'https',
    protocol: 'HTTP/1.1',
    remoteAddress: testAddress,
    localAddress: '',
    localPort: 443,
    requestBody: bytes.length === 0 ? null : Readable.from([bytes]),
    requestBodyBytes: bytes.length,
    receivedAtMs: Date.now(),
  });
  x.host = testHost;
  x.stagePath = path;
  x.httpMethod = httpMethod;
  return x;
}

export class TestLog implements ExecutionLog {
  #text: string;

  constructor(requestId: string) {
    this.#text = `Execution log for request ${requestId}\n`;
  }

  line(text: string): void {
    this.#text += `${stampOf(new Date())} : ${text}\n`;
  }

  get text(): string {
    return this.#text;
  }
}

/** `Thu Apr 11 18:00:00 UTC 2024` */
function stampOf(at: Date): string {
  const [day = '', date = '', month = '', year = '', time = ''] = at.toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
