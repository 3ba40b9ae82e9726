/**
 * What a function behind a proxy integration returns, and what of it is wrong: the client hears 502, the log which
 * member. Members in other forms than the documented ones are taken where AWS takes them: numbers and booleans as text.
 * Source: Developer Guide, "Lambda proxy integrations in API Gateway"; recorded answers, facts/lambda-proxy-event.md and
 * vectors rest/lambda-proxy-responses.json.
 */

export interface ProxyAnswer {
  readonly status: number;
  /** Name, value, name, value …, as the function spelt them. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly isBase64: boolean;
}

/** An answer that can not be sent to a client. */
export class MalformedAnswer {
  /** `headers.X: must be a text, not an object` */
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
    Object.freeze(this);
  }
}

type Members = Readonly<Record<string, unknown>>;

const ofAnswers = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);
/** Of the metadata in front of a streamed answer. */
const ofMetadata = new Set(['statusCode', 'headers', 'multiValueHeaders', 'cookies']);

/** @param payload of an invocation that succeeded */
export function readProxyAnswer(payload: Uint8Array): ProxyAnswer | MalformedAnswer {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    return new MalformedAnswer(`the answer is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return new MalformedAnswer(`the answer must be an object, not ${kindOf(answer)}`);
  return read(Object.fromEntries(Object.entries(answer)), ofAnswers);
}

/** @param metadata in front of a streamed answer; the body follows it */
export const readStreamMetadata = (metadata: Members): ProxyAnswer | MalformedAnswer => read(metadata, ofMetadata);

function read(answer: Members, known: ReadonlySet<string>): ProxyAnswer | MalformedAnswer {
  for (const name of Object.keys(answer))
    if (!known.has(name)) return new MalformedAnswer(`${name}: is no member of an answer (${[...known].join(', ')})`);
  const status = statusOf(answer.statusCode);
  if (status === undefined)
    return new MalformedAnswer(`statusCode: ${JSON.stringify(answer.statusCode)} is no HTTP status`);
  const headers: string[] = [];
  // A pair that is in both is sent as often as `multiValueHeaders` has it.
  const wrong =
    addMulti(headers, answer.multiValueHeaders) ??
    addSingle(headers, answer.headers) ??
    addCookies(headers, answer.cookies);
  if (wrong !== undefined) return new MalformedAnswer(wrong);
  const { body = null } = answer;
  if (body !== null && typeof body === 'object')
    return new MalformedAnswer(`body: must be a text, not ${kindOf(body)}: JSON.stringify it`);
  const isBase64 = booleanOf(answer.isBase64Encoded);
  if (isBase64 === undefined)
    return new MalformedAnswer(`isBase64Encoded: must be true or false, not ${kindOf(answer.isBase64Encoded)}`);
  return { status, headers, body: body === null ? '' : String(body), isBase64 };
}

/** A number, or the text of one; 200 when there is none. */
function statusOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return 200;
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined;
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === undefined || value === null || value === 'false') return false;
  if (value === 'true') return true;
  return typeof value === 'boolean' ? value : undefined;
}

/** Headers of one name in different spellings are one, spelt as the first. */
function spelt(headers: readonly string[], name: string): string {
  const lower = name.toLowerCase();
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === lower) return headers[i]!;
  return name;
}

/** @param end of those that are looked at @param name as it is spelt among them */
function holds(headers: readonly string[], end: number, name: string, value: string): boolean {
  for (let i = 0; i < end; i += 2) if (headers[i] === name && headers[i + 1] === value) return true;
  return false;
}

function addMulti(headers: string[], value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value))
    return `multiValueHeaders: must be an object, not ${kindOf(value)}`;
  for (const [name, values] of Object.entries(value)) {
    if (values === null) continue;
    if (!Array.isArray(values)) return `multiValueHeaders.${name}: must be a list, not ${kindOf(values)}`;
    const sent = spelt(headers, name);
    for (const each of values) {
      const wrong = add(headers, sent, each, `multiValueHeaders.${name}`);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

function addSingle(headers: string[], value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) return `headers: must be an object, not ${kindOf(value)}`;
  const multi = headers.length;
  for (const [name, each] of Object.entries(value)) {
    const sent = spelt(headers, name);
    if (typeof each !== 'object' && holds(headers, multi, sent, String(each))) continue;
    const wrong = add(headers, sent, each, `headers.${name}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function addCookies(headers: string[], value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return `cookies: must be a list, not ${kindOf(value)}`;
  for (const [index, each] of value.entries()) {
    const wrong = add(headers, 'Set-Cookie', each, `cookies[${index}]`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function add(headers: string[], name: string, value: unknown, place: string): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'object') return `${place}: must be a text, not ${kindOf(value)}`;
  headers.push(name, String(value));
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a text';
    case 'undefined':
      return 'nothing';
    default:
      return `a ${typeof value}`;
  }
}
