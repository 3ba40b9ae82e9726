/**
 * Signature Version 4: verifies requests signed in the Authorization header or in the URL, and signs requests to AWS
 * services. Management, execute-api and @connections share it; what they do with a failure is theirs
 * (`sigv4-failures.ts` has AWS's codes). Keys and sessions come from whoever calls.
 * Source: IAM User Guide, "AWS Signature Version 4 for API requests".
 */
import { timingSafeEqual } from 'node:crypto';
import { type Authorization, isoBasic, readAuthorization } from './sigv4-authorization.ts';
import { canonicalRequest, type SignedMessage, type UriRule } from './sigv4-canonical.ts';
import {
  expiredToken,
  mismatch,
  notHonoured,
  outsideWindow,
  type SignatureFailure,
  unknownKey,
  wrongScope,
} from './sigv4-failures.ts';
import {
  algorithm,
  deriveSigningKey,
  hmac,
  type Scope,
  type SigningKeys,
  scopeText,
  stringToSign,
} from './sigv4-keys.ts';

export { isoBasic, readScope } from './sigv4-authorization.ts';
export type { SignedMessage } from './sigv4-canonical.ts';
export { type ErrorStyle, errorOf, type SignatureFailure } from './sigv4-failures.ts';
export { type Scope, SigningKeys, sha256 } from './sigv4-keys.ts';

/** What a verifier must know of an access key; holders add what they need (account, ARN …). */
export interface SigningCredentials {
  readonly secretAccessKey: string;
  /** Of temporary credentials: must arrive with the request. */
  readonly sessionToken?: string;
  /** Milliseconds since the epoch at which temporary credentials end. */
  readonly expiresAtMs?: number;
}

export interface Verification<Credentials extends SigningCredentials> {
  readonly credentialsOf: (accessKeyId: string) => Credentials | undefined | Promise<Credentials | undefined>;
  /** Hex SHA-256 of the body as received; asked for only when the signature covers the body. */
  readonly payloadHash: () => string | Promise<string>;
  /** The service that the scope must name. */
  readonly service: string;
  /** Regions that the scope may name; every well-formed one when absent. */
  readonly validRegion?: (region: string) => boolean;
  readonly nowMs: number;
  /** How far the caller's clock may be off, either way. */
  readonly windowMs: number;
  /** `window`: X-Amz-Expires is ignored, as IAM and STS do. Otherwise it counts, up to this many seconds. */
  readonly presigned: 'window' | { readonly secondsMax: number };
  readonly uri?: UriRule;
  readonly keys: SigningKeys;
}

export interface VerifiedSignature<Credentials> {
  readonly kind: 'verified';
  readonly accessKeyId: string;
  readonly credentials: Credentials;
  readonly scope: Scope;
  /** The seed of signed chunks. */
  readonly signature: string;
  readonly timestamp: string;
  /** `x-amz-content-sha256` where it was signed and stands for the body: UNSIGNED-PAYLOAD or a streaming form. */
  readonly payloadForm: string | undefined;
}

const signatureParameter: ReadonlySet<string> = new Set(['X-Amz-Signature']);
const signatureAndToken: ReadonlySet<string> = new Set(['X-Amz-Signature', 'X-Amz-Security-Token']);

/**
 * Checks in AWS's order: form, key, session, scope, time, signature.
 * @returns who signed, or the first failure
 */
export async function verifySignature<Credentials extends SigningCredentials>(
  message: SignedMessage,
  verification: Verification<Credentials>,
): Promise<VerifiedSignature<Credentials> | SignatureFailure> {
  const authorization = readAuthorization(message);
  if ('kind' in authorization) return authorization;
  const { accessKeyId, scope, timestamp } = authorization;
  const credentials = await verification.credentialsOf(accessKeyId);
  if (credentials === undefined || !tokenMatches(authorization.sessionToken, credentials.sessionToken))
    return unknownKey;
  if (credentials.expiresAtMs !== undefined && credentials.expiresAtMs <= verification.nowMs) return expiredToken;
  const refusal = scopeFailure(authorization, verification) ?? timeFailure(authorization, verification);
  if (refusal !== undefined) return refusal;
  if (!authorization.signedHeaders.includes('host') && !authorization.signedHeaders.includes(':authority'))
    return notHonoured("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");

  const payloadForm = payloadFormOf(message, authorization, verification.uri);
  const payloadHash = payloadForm ?? (await verification.payloadHash());
  const key = verification.keys.of(accessKeyId, credentials.secretAccessKey, scope);
  const { signedHeaders } = authorization;
  const uri = verification.uri ?? 'normalized';
  const attempt = (leaveOut: ReadonlySet<string>) => {
    const canonical = canonicalRequest(message, { uri, signedHeaders, payloadHash, leaveOut });
    const toSign = stringToSign(timestamp, scope, canonical);
    return { canonical, toSign, matches: equal(hmac(key, toSign).toString('hex'), authorization.signature) };
  };
  const signed = attempt(signatureParameter);
  // Some clients append the session token to a URL that they have signed without it.
  const tokenAppended = authorization.form === 'query' && authorization.sessionToken !== undefined;
  if (!signed.matches && !(tokenAppended && attempt(signatureAndToken).matches))
    return mismatch(signed.canonical, signed.toSign);
  return {
    kind: 'verified',
    accessKeyId,
    credentials,
    scope,
    signature: authorization.signature,
    timestamp,
    payloadForm,
  };
}

/** Takes the same time wherever the texts differ; the length of a signature is no secret. */
function equal(a: string, b: string): boolean {
  const bytesA = Buffer.from(a, 'utf8');
  const bytesB = Buffer.from(b, 'utf8');
  return bytesA.length === bytesB.length && timingSafeEqual(bytesA, bytesB);
}

const tokenMatches = (sent: string | undefined, wanted: string | undefined): boolean =>
  sent === undefined || wanted === undefined ? sent === wanted : equal(sent, wanted);

function scopeFailure(
  { scope, terminator, timestamp }: Authorization,
  { service, validRegion }: Verification<SigningCredentials>,
): SignatureFailure | undefined {
  const day = timestamp.slice(0, 8);
  const faults: string[] = [];
  if (scope.date !== day)
    faults.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${timestamp}'. `,
    );
  const wellFormed = /^[a-z0-9-]{1,64}$/.test(scope.region);
  if (!wellFormed || validRegion?.(scope.region) === false)
    faults.push(`Credential should be scoped to a valid region, not '${scope.region}'. `);
  if (scope.service !== service) faults.push(`Credential should be scoped to correct service: '${service}'. `);
  if (terminator !== 'aws4_request')
    faults.push(`Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `);
  if (faults.length === 0) return undefined;
  const text = faults.join('');
  return wrongScope(faults.length === 1 && scope.date !== day ? text.trimEnd() : text);
}

function timeFailure(
  { form, timestamp, timestampMs, expiresSeconds }: Authorization,
  { nowMs, windowMs, presigned }: Verification<SigningCredentials>,
): SignatureFailure | undefined {
  const now = isoBasic(nowMs);
  const latestMs = nowMs + windowMs;
  if (timestampMs > latestMs)
    return outsideWindow(
      `Signature not yet current: ${timestamp} is still later than ${isoBasic(latestMs)} (${now} + ${duration(windowMs)})`,
    );
  const counts = form === 'query' && expiresSeconds !== undefined && presigned !== 'window';
  const lifetimeMs = counts ? Math.min(expiresSeconds, presigned.secondsMax) * 1000 : windowMs;
  const earliestMs = nowMs - lifetimeMs;
  if (timestampMs < earliestMs)
    return outsideWindow(
      `Signature expired: ${timestamp} is now earlier than ${isoBasic(earliestMs)} (${now} - ${duration(lifetimeMs)})`,
    );
  return undefined;
}

const duration = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min.` : `${Math.floor(ms / 1000)} sec.`);

/** The literal that stands for the body in the canonical request; undefined when the body's own digest does. */
function payloadFormOf(
  { headers }: SignedMessage,
  { form, signedHeaders }: Authorization,
  uri: UriRule | undefined,
): string | undefined {
  // Presigned URLs of S3 never cover the body.
  if (form === 'query' && uri === 'as sent') return 'UNSIGNED-PAYLOAD';
  const header = Object.hasOwn(headers, 'x-amz-content-sha256') ? headers['x-amz-content-sha256'] : undefined;
  if (header === undefined || !signedHeaders.includes('x-amz-content-sha256')) return undefined;
  if (header === 'UNSIGNED-PAYLOAD') return header;
  return uri === 'as sent' && header.startsWith('STREAMING-') ? header : undefined;
}

export interface RequestToSign extends SignedMessage {
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
  readonly service: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  readonly nowMs: number;
}

/** Headers that something between the two ends may change; the SDKs leave them out too. */
const neverSigned =
  /^(?:authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

/** @returns all headers to send: those given (among them `host`, lower-case names) and those of the signature */
export function signRequest(request: RequestToSign): Record<string, string> {
  const { credentials, nowMs, payloadHash, region, service } = request;
  const timestamp = isoBasic(nowMs);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers[name] = value;
  headers['x-amz-date'] = timestamp;
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const isS3 = service === 's3';
  if (isS3 || payloadHash === 'UNSIGNED-PAYLOAD') headers['x-amz-content-sha256'] = payloadHash;
  const signedHeaders = Object.keys(headers)
    .filter((name) => !neverSigned.test(name))
    .sort();
  const scope = { date: timestamp.slice(0, 8), region, service };
  const canonical = canonicalRequest(
    { method: request.method, path: request.path, query: request.query, headers },
    { uri: isS3 ? 'as sent' : 'normalized', signedHeaders, payloadHash, leaveOut: signatureParameter },
  );
  const key = deriveSigningKey(credentials.secretAccessKey, scope);
  const signature = hmac(key, stringToSign(timestamp, scope, canonical)).toString('hex');
  headers.authorization = `${algorithm} Credential=${credentials.accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
  return headers;
}
