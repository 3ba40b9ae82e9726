/**
 * What a function behind an HTTP API or its own URL has returned, as an answer: what it says itself, or, but for payload
 * version 1.0, what its form suggests. Pure.
 * Source: Amazon API Gateway Developer Guide, "Lambda function response for format 2.0"; facts/http-api-integrations.md;
 * Lambda Developer Guide, "Invoking Lambda function URLs".
 */
import { isFieldName } from '../../wire/field-name.ts';
import { isSent } from './pass-response.ts';

/** Payload version of an integration, or `url`: 2.0 with two differences. */
export type ResponseFormat = '1.0' | '2.0' | 'url';

export interface ProxyResponse {
  readonly status: number;
  /** Name, value, name, value … */
  readonly headers: string[];
  readonly body: string | Uint8Array;
}

/** What the function returned is no answer; the message says which part of it. */
export interface MalformedResponse {
  readonly problem: string;
}

/** @param keepsCors whether the function's own CORS headers count: there is no configuration */
export function proxyResponse(
  payload: Uint8Array,
  format: ResponseFormat,
  keepsCors: boolean,
): ProxyResponse | MalformedResponse {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (format === '1.0') return { problem: 'the function returned no JSON' };
    return inferred(text);
  }
  if (isObject(value) && Object.hasOwn(value, 'statusCode')) return proxyResponseOf(value, format, keepsCors);
  if (format === '1.0') return { problem: 'the function returned no object with a statusCode' };
  return inferred(typeof value === 'string' && format !== 'url' ? value : text);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inferred = (body: string): ProxyResponse => ({
  status: 200,
  headers: ['content-type', 'application/json'],
  body,
});

/** An answer that the function has spelt out. @param value with a `statusCode` */
export function proxyResponseOf(
  value: Readonly<Record<string, unknown>>,
  format: ResponseFormat,
  keepsCors: boolean,
): ProxyResponse | MalformedResponse {
  const status = statusOf(value.statusCode);
  if (status === undefined) return { problem: `statusCode ${shown(value.statusCode)} is no status` };
  const headers = headersIn(value, format, keepsCors);
  if ('problem' in headers) return headers;
  const body = bodyIn(value.body, value.isBase64Encoded);
  if ('problem' in body) return body;
  if (!headers.list.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type'))
    headers.list.push('content-type', format === 'url' ? 'application/json' : 'text/plain; charset=utf-8');
  return { status, headers: headers.list, body: body.bytes };
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  return status;
}

/** A name in both maps: the value of `headers` first. */
function headersIn(
  { headers, multiValueHeaders, cookies }: Readonly<Record<string, unknown>>,
  format: ResponseFormat,
  keepsCors: boolean,
): { readonly list: string[] } | MalformedResponse {
  const list: string[] = [];
  const add = (name: string, value: unknown): MalformedResponse | undefined => {
    const text = textOf(value);
    if (text === undefined || !isFieldName(name)) return { problem: `the header ${shown(name)} can not be sent` };
    if (isSent(name, keepsCors)) list.push(name, text);
    return undefined;
  };
  for (const [name, value] of entriesOf(headers)) {
    const problem = value === null ? undefined : add(name, value);
    if (problem !== undefined) return problem;
  }
  if (format !== '1.0') {
    if (cookies !== undefined && cookies !== null && !Array.isArray(cookies)) return { problem: 'cookies is no list' };
    for (const cookie of cookies ?? []) {
      const problem = add('set-cookie', cookie);
      if (problem !== undefined) return problem;
    }
    return { list };
  }
  for (const [name, values] of entriesOf(multiValueHeaders)) {
    if (!Array.isArray(values)) return { problem: `multiValueHeaders ${shown(name)} is no list` };
    for (const value of values) {
      const problem = add(name, value);
      if (problem !== undefined) return problem;
    }
  }
  return { list };
}

const entriesOf = (map: unknown): [string, unknown][] => (isObject(map) ? Object.entries(map) : []);

/** A header's value; text beyond latin1 goes out as UTF-8. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(text)) return undefined;
  return /[^\t\x20-\x7e]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function bodyIn(body: unknown, isBase64Encoded: unknown): { readonly bytes: string | Uint8Array } | MalformedResponse {
  if (body === undefined || body === null) return { bytes: '' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (isBase64Encoded !== true) return { bytes: text };
  const digits = text.replaceAll(/[\r\n]/g, '').replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/_-]*$/.test(digits) || digits.length % 4 === 1) return { problem: 'body is no base64' };
  return { bytes: Buffer.from(digits, 'base64') };
}

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 80) ?? 'undefined';
