/**
 * The canonical request of Signature Version 4: the text that both sides hash, built from the message as it was on the
 * wire and from the list of signed headers.
 * Source: IAM User Guide, "Create a signed AWS API request"; S3 differs in the URI.
 */

/** A message whose signature is made or checked. */
export interface SignedMessage {
  readonly method: string;
  /** As on the wire: percent-encoded, without query. */
  readonly path: string;
  /** As on the wire, without `?`. */
  readonly query: string;
  /** By lower-case name; repeated headers joined with a bare comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Name, value, name, value … as received; where given, it is believed rather than `headers`. */
  readonly rawHeaders?: readonly string[];
}

/** `normalized`: dot segments resolved, empty ones dropped, encoded once more. `as sent`: S3. */
export type UriRule = 'normalized' | 'as sent';

export interface CanonicalOptions {
  readonly uri: UriRule;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  /** Hex digest of the body, or the literal that stands for it. */
  readonly payloadHash: string;
  /** Query parameters that the signature does not cover. */
  readonly leaveOut: ReadonlySet<string>;
}

export function canonicalRequest(message: SignedMessage, options: CanonicalOptions): string {
  const headerValue = headerReader(message);
  const headers = options.signedHeaders.map((name) => `${name}:${headerValue(name)}\n`).join('');
  return [
    message.method,
    canonicalUri(message.path, options.uri),
    canonicalQuery(message.query, options.leaveOut),
    headers,
    options.signedHeaders.join(';'),
    options.payloadHash,
  ].join('\n');
}

export function canonicalUri(path: string, rule: UriRule): string {
  if (rule === 'as sent') return path === '' ? '/' : path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(encode(Buffer.from(segment, 'utf8')));
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

export function canonicalQuery(query: string, leaveOut: ReadonlySet<string>): string {
  const parameters: (readonly [name: string, value: string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = encode(decode(equals === -1 ? part : part.slice(0, equals)));
    if (!leaveOut.has(name)) parameters.push([name, equals === -1 ? '' : encode(decode(part.slice(equals + 1)))]);
  }
  parameters.sort(([nameA, valueA], [nameB, valueB]) =>
    nameA === nameB ? compare(valueA, valueB) : compare(nameA, nameB),
  );
  return parameters.map(([name, value]) => `${name}=${value}`).join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Canonical values by signed name; a header that was signed but did not arrive has an empty one. */
function headerReader({ headers, rawHeaders }: SignedMessage): (name: string) => string {
  const canonical = (value: string): string => value.replaceAll(/[ \t\r\n]+/g, ' ').trim();
  const read = rawHeaders === undefined ? undefined : new Map<string, string>();
  for (let i = 0; read !== undefined && rawHeaders !== undefined && i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const before = read.get(name);
    const value = canonical(rawHeaders[i + 1] ?? '');
    read.set(name, before === undefined ? value : `${before},${value}`);
  }
  const received = (name: string): string | undefined =>
    read?.get(name) ?? (Object.hasOwn(headers, name) ? headers[name] : undefined);
  return (name) => canonical(received(name) ?? (name === ':authority' ? received('host') : undefined) ?? '');
}

/** Percent-decoding that leaves alone what is not well-formed, so that every message has a canonical form. */
function decode(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'utf8');
  const bytes: Buffer[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/%[0-9A-Fa-f]{2}/g)) {
    if (index > from) bytes.push(Buffer.from(text.slice(from, index), 'utf8'));
    bytes.push(Buffer.from(text.slice(index + 1, index + 3), 'hex'));
    from = index + 3;
  }
  bytes.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(bytes);
}

const encoded: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

function encode(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) text += encoded[byte];
  return text;
}

/** Value of a query parameter, decoded; undefined when absent. The first one counts. */
export function queryParameter(query: string, name: string): string | undefined {
  for (const part of query.split('&')) {
    const equals = part.indexOf('=');
    if ((equals === -1 ? part : part.slice(0, equals)) !== name) continue;
    return equals === -1 ? '' : decode(part.slice(equals + 1)).toString('utf8');
  }
  return undefined;
}
