import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { selfSigned } from './client-certificates.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

for (const { when, serial, notBeforeMs, notAfterMs, serialNumber } of [
  {
    when: 'the usual year',
    serial: Buffer.from('0123456789abcdef', 'hex'),
    notBeforeMs: Date.UTC(2026, 10, 20, 13, 28),
    notAfterMs: Date.UTC(2027, 10, 20, 13, 28),
    serialNumber: '0123456789ABCDEF',
  },
  {
    when: 'a serial number that would be negative, an end beyond 2049',
    serial: Buffer.from('00ff00000000000000000000000000000000ff01', 'hex'),
    notBeforeMs: Date.UTC(2049, 11, 31, 23, 59, 59),
    notAfterMs: Date.UTC(2050, 0, 1),
    serialNumber: 'FF00000000000000000000000000000000FF01',
  },
])
  test(`a client certificate reads as it was written: ${when}`, () => {
    const certificate = new X509Certificate(selfSigned({ ...keys, serial, notBeforeMs, notAfterMs }));
    assert.equal(certificate.serialNumber, serialNumber);
    assert.equal(certificate.subject, 'O=Gatewright\nCN=ApiGateway');
    assert.equal(certificate.issuer, certificate.subject);
    assert.equal(certificate.validFromDate.getTime(), notBeforeMs);
    assert.equal(certificate.validToDate.getTime(), notAfterMs);
    assert.ok(certificate.verify(keys.publicKey), 'signed by its own key');
    assert.ok(certificate.checkPrivateKey(keys.privateKey));
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'], 'for clients of TLS');
  });
