/**
 * What can be wrong with a signature, in AWS's words. Codes and statuses differ by the protocol of the service that
 * was called: the same failure is a 400 in JSON protocols and a 403 elsewhere.
 * Sources: IAM User Guide, "Troubleshoot Signature Version 4"; answers quoted in public issues.
 */
import { createHash } from 'node:crypto';

export type SignatureFailureKind =
  | 'unsigned'
  | 'incomplete'
  | 'unknownKey'
  | 'expiredToken'
  | 'mismatch'
  | 'outsideWindow'
  | 'wrongScope'
  | 'notHonoured';

export interface SignatureFailure {
  readonly kind: SignatureFailureKind;
  readonly message: string;
  /**
   * The server's view of what should have been signed; holds header values and tokens in clear. It may be shown to
   * the caller, who sent them, but never be logged.
   */
  readonly expected?: string;
}

/** How the caller speaks; decides code and status. */
export type ErrorStyle = 'query' | 'awsJson' | 'rest';

const names: Readonly<Record<SignatureFailureKind, { readonly query: string; readonly other: string }>> = {
  unsigned: { query: 'MissingAuthenticationToken', other: 'MissingAuthenticationTokenException' },
  incomplete: { query: 'IncompleteSignature', other: 'IncompleteSignatureException' },
  unknownKey: { query: 'InvalidClientTokenId', other: 'UnrecognizedClientException' },
  expiredToken: { query: 'ExpiredToken', other: 'ExpiredTokenException' },
  mismatch: { query: 'SignatureDoesNotMatch', other: 'InvalidSignatureException' },
  outsideWindow: { query: 'SignatureDoesNotMatch', other: 'InvalidSignatureException' },
  wrongScope: { query: 'SignatureDoesNotMatch', other: 'InvalidSignatureException' },
  notHonoured: { query: 'SignatureDoesNotMatch', other: 'InvalidSignatureException' },
};

/** The failure as its protocol sends it. */
export function errorOf(
  failure: SignatureFailure,
  style: ErrorStyle,
): { readonly code: string; readonly status: number; readonly message: string } {
  const name = names[failure.kind];
  const code = style === 'query' ? name.query : name.other;
  const status = style === 'awsJson' || (failure.kind === 'incomplete' && style === 'query') ? 400 : 403;
  if (failure.kind === 'unsigned' && style === 'query')
    return { code, status, message: 'Request is missing Authentication Token' };
  // STS and IAM keep their view of the request to themselves.
  const expected = style === 'query' ? '' : (failure.expected ?? '');
  return { code, status, message: failure.message + expected };
}

export const unsigned: SignatureFailure = Object.freeze({ kind: 'unsigned', message: 'Missing Authentication Token' });

export const unknownKey: SignatureFailure = Object.freeze({
  kind: 'unknownKey',
  message: 'The security token included in the request is invalid.',
});

export const expiredToken: SignatureFailure = Object.freeze({
  kind: 'expiredToken',
  message: 'The security token included in the request is expired',
});

export const incomplete = (message: string): SignatureFailure => ({ kind: 'incomplete', message });
export const wrongScope = (message: string): SignatureFailure => ({ kind: 'wrongScope', message });
export const notHonoured = (message: string): SignatureFailure => ({ kind: 'notHonoured', message });
export const outsideWindow = (message: string): SignatureFailure => ({ kind: 'outsideWindow', message });

export const mismatch = (canonical: string, toSign: string): SignatureFailure => ({
  kind: 'mismatch',
  message:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  expected: `\n\nThe Canonical String for this request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${toSign}'\n`,
});

/** AWS no longer echoes a broken Authorization header, only its digest. */
export const headerDigest = (header: string): string => createHash('sha256').update(header).digest('base64');
