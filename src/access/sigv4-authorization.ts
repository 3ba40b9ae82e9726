/**
 * Reads what a message says about its own signature: the Authorization header, or the `X-Amz-*` query parameters of a
 * presigned URL. Says nothing about whether it is true.
 * Messages and their order: IAM User Guide and answers quoted in public issues.
 */
import { queryParameter, type SignedMessage } from './sigv4-canonical.ts';
import { headerDigest, incomplete, notHonoured, type SignatureFailure, unsigned } from './sigv4-failures.ts';
import { algorithm, type Scope } from './sigv4-keys.ts';

export interface Authorization {
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Last part of the scope; must be `aws4_request`. */
  readonly terminator: string;
  /** Lower-case, sorted. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** ISO 8601 basic format, as it was signed. */
  readonly timestamp: string;
  readonly timestampMs: number;
  readonly sessionToken: string | undefined;
  /** `X-Amz-Expires` of a presigned URL. */
  readonly expiresSeconds: number | undefined;
}

const isFailure = (value: object): value is SignatureFailure => 'kind' in value;

export function readAuthorization(message: SignedMessage): Authorization | SignatureFailure {
  const header = headerOf(message, 'authorization');
  const queryAlgorithm = queryParameter(message.query, 'X-Amz-Algorithm');
  if (queryAlgorithm === undefined) return header === undefined ? unsigned : readHeader(message, header);
  if (header !== undefined)
    return notHonoured("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  return readQuery(message, queryAlgorithm);
}

/** The scope alone, for choosing a service before anything is verified; undefined when there is none to read. */
export function readScope(message: SignedMessage): Scope | undefined {
  const header = headerOf(message, 'authorization');
  const credential =
    queryParameter(message.query, 'X-Amz-Credential') ??
    (header === undefined ? undefined : /\bCredential=([^,\s]+)/.exec(header)?.[1]);
  const [, date, region, service] = credential?.split('/').slice(-5) ?? [];
  return date === undefined || region === undefined || service === undefined ? undefined : { date, region, service };
}

function headerOf({ headers }: SignedMessage, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function readHeader(message: SignedMessage, header: string): Authorization | SignatureFailure {
  const digest = headerDigest(header);
  const [scheme = '', ...rest] = header.trim().split(/\s+/);
  if (scheme.includes('='))
    return incomplete(
      `Authorization header must begin with the algorithm name, which cannot include an equal-sign (hashed with SHA-256 and encoded with Base64): '${digest}'.`,
    );
  // Services that know only symmetric keys take any other algorithm of the family for no signature.
  if (scheme.startsWith('AWS4-ECDSA')) return unsigned;
  const pieces = new Map<string, string>();
  for (const piece of rest.join(' ').split(',')) {
    const text = piece.trim();
    if (text === '') continue;
    const equals = text.indexOf('=');
    if (equals === -1)
      return incomplete(
        `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${digest}'.`,
      );
    pieces.set(text.slice(0, equals), text.slice(equals + 1));
  }
  const timestamp = headerOf(message, 'x-amz-date') ?? headerOf(message, 'date');
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !pieces.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (timestamp === undefined)
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  if (missing.length > 0)
    return incomplete(`${missing.join(' ')} (Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`);
  if (scheme !== algorithm) return incomplete(`Unsupported AWS 'algorithm': '${scheme}'.`);
  return assemble('header', {
    credential: pieces.get('Credential') ?? '',
    signature: pieces.get('Signature') ?? '',
    signedHeaders: pieces.get('SignedHeaders') ?? '',
    timestamp: timestamp ?? '',
    sessionToken: headerOf(message, 'x-amz-security-token'),
  });
}

function readQuery(message: SignedMessage, queryAlgorithm: string): Authorization | SignatureFailure {
  const parameter = (name: string): string => queryParameter(message.query, name) ?? '';
  if (queryAlgorithm.startsWith('AWS4-ECDSA')) return unsigned;
  const missing = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date']
    .filter((name) => parameter(name) === '')
    .map((name) => `AWS query-string parameters must include '${name}'.`);
  if (missing.length > 0) return incomplete(`${missing.join(' ')} Re-examine the query-string parameters.`);
  if (queryAlgorithm !== algorithm) return incomplete(`Unsupported AWS 'algorithm': '${queryAlgorithm}'.`);
  const expires = queryParameter(message.query, 'X-Amz-Expires');
  if (expires !== undefined && !/^\d{1,9}$/.test(expires)) return incomplete('X-Amz-Expires should be a number');
  return assemble('query', {
    credential: parameter('X-Amz-Credential'),
    signature: parameter('X-Amz-Signature'),
    signedHeaders: parameter('X-Amz-SignedHeaders'),
    timestamp: parameter('X-Amz-Date'),
    sessionToken: queryParameter(message.query, 'X-Amz-Security-Token') ?? headerOf(message, 'x-amz-security-token'),
    ...(expires !== undefined && { expiresSeconds: Number(expires) }),
  });
}

interface Pieces {
  readonly credential: string;
  readonly signature: string;
  readonly signedHeaders: string;
  readonly timestamp: string;
  readonly sessionToken: string | undefined;
  readonly expiresSeconds?: number;
}

function assemble(form: Authorization['form'], pieces: Pieces): Authorization | SignatureFailure {
  const elements = pieces.credential.split('/');
  const [accessKeyId, date, region, service, terminator] = elements;
  if (
    elements.length !== 5 ||
    accessKeyId === undefined ||
    date === undefined ||
    region === undefined ||
    service === undefined ||
    terminator === undefined
  )
    return incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${pieces.credential}'`,
    );
  const time = readTime(pieces.timestamp);
  if (isFailure(time)) return time;
  return {
    form,
    accessKeyId,
    scope: { date, region, service },
    terminator,
    signedHeaders: [...new Set(pieces.signedHeaders.toLowerCase().split(';'))].sort(),
    signature: pieces.signature,
    ...time,
    sessionToken: pieces.sessionToken,
    expiresSeconds: pieces.expiresSeconds,
  };
}

function readTime(text: string): { readonly timestamp: string; readonly timestampMs: number } | SignatureFailure {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const timestampMs =
    basic !== null
      ? Date.parse(`${basic[1]}-${basic[2]}-${basic[3]}T${basic[4]}:${basic[5]}:${basic[6]}Z`)
      : /^[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)
        ? Date.parse(text)
        : Number.NaN;
  if (Number.isNaN(timestampMs))
    return incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  return { timestamp: isoBasic(timestampMs), timestampMs };
}

/** `20150830T123600Z`. */
export const isoBasic = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
