/**
 * Client certificates: what a stage shows to its backends to prove that a request came through the gateway. Writes a
 * self-signed X.509 certificate; the key pair, the serial number and the time are handed in.
 * Source: RFC 5280 (certificate), X.690 (its encoding); Amazon API Gateway Developer Guide, "Generate and configure
 * an SSL certificate for backend authentication" (RSA, 2048 bits, one year).
 */
import { type KeyObject, sign } from 'node:crypto';
import type { ClientCertificate } from './account.ts';
import { notFound, type ServiceError } from './errors.ts';
import { patchTable, refuseListing, set, text } from './patch.ts';

export const invalidClientCertificate = (): ServiceError => notFound('Invalid Client Certificate identifier specified');

export const validityMs = 365 * 86_400_000;

export const clientCertificatePatch = patchTable<ClientCertificate>(refuseListing, [
  { path: '/description', replace: set('description', text) },
]);

export interface SelfSigned {
  /** RSA. */
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** 1 to 20 bytes. */
  readonly serial: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const oids = {
  sha256WithRsa: '1.2.840.113549.1.1.11',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  extendedKeyUsage: '2.5.29.37',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** @returns PEM */
export function selfSigned({ publicKey, privateKey, serial, notBeforeMs, notAfterMs }: SelfSigned): string {
  const algorithm = sequence(oid(oids.sha256WithRsa), der(0x05));
  const name = sequence(attribute(oids.organization, 'Gatewright'), attribute(oids.commonName, 'ApiGateway'));
  const usage = sequence(oid(oids.extendedKeyUsage), der(0x04, sequence(oid(oids.clientAuth))));
  const version3 = der(0xa0, der(0x02, Buffer.of(2)));
  const toBeSigned = sequence(
    version3,
    der(0x02, positive(serial)),
    algorithm,
    name,
    sequence(time(notBeforeMs), time(notAfterMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(usage)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A value with its tag and its length before it. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = Buffer.from(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);

const attribute = (type: string, value: string): Buffer =>
  der(0x31, sequence(oid(type), der(0x0c, Buffer.from(value, 'utf8'))));

/** Seven bits a byte, the first two numbers in one. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

/** Without the leading zeros that an integer may not have, and with the one that keeps it from being negative. */
function positive(bytes: Uint8Array): Buffer {
  const from = bytes.findIndex((byte) => byte !== 0);
  const significant = from === -1 ? Buffer.of(1) : Buffer.from(bytes.subarray(from));
  return (significant[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), significant]) : significant;
}

/** Whole seconds; two digits of the year up to 2049, four from then on. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? der(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : der(0x18, Buffer.from(digits, 'latin1'));
}
