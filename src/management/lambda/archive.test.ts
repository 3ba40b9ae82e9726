/** Archives: what is read of them, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { ArchiveError, linkTarget, readArchive, unpackEntry } from './archive.ts';

const bytesMax = 1_000_000;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const unix = (content: string, mode: number): Zippable[string] => [text(content), { os: 3, attrs: mode << 16 }];

/** Little-endian fields: value and bytes. */
const fields = (...values: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): Buffer =>
  Buffer.concat(
    values.map(([value, bytes]) => {
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt(value));
      return field.subarray(0, bytes);
    }),
  );

/** One stored file in the form of writers that are on the safe side: every size and offset in 64 bits. */
function zip64(name: string, content: string): Buffer {
  const data = Buffer.from(content);
  const path = Buffer.from(name);
  const unknown = 0xffffffff;
  const sum = crc32(data);
  const sizes = [
    [sum, 4],
    [unknown, 4],
    [unknown, 4],
    [path.length, 2],
  ] as const;
  const local = Buffer.concat([
    fields([0x04034b50, 4], [45, 2], [0, 2], [0, 2], [0, 4], ...sizes, [20, 2]),
    path,
    fields([1, 2], [16, 2], [data.length, 8], [data.length, 8]),
    data,
  ]);
  const central = Buffer.concat([
    fields([0x02014b50, 4], [45, 2], [45, 2], [0, 2], [0, 2], [0, 4], ...sizes, [28, 2], [0, 2], [0, 2], [0, 2]),
    fields([0, 4], [unknown, 4]),
    path,
    fields([1, 2], [24, 2], [data.length, 8], [data.length, 8], [0, 8]),
  ]);
  const end = [
    fields([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [1, 8], [1, 8]),
    fields([central.length, 8], [local.length, 8]),
    fields([0x07064b50, 4], [0, 4], [local.length + central.length, 8], [1, 4]),
    fields([0x06054b50, 4], [0, 2], [0, 2], [0xffff, 2], [0xffff, 2], [unknown, 4], [unknown, 4], [0, 2]),
  ];
  return Buffer.concat([local, central, ...end]);
}

test('files, folders, links and their modes are read', async () => {
  const archive = zipSync({
    'a.txt': unix('plain', 0o100644),
    'bin/run': unix('#!/bin/sh', 0o100755),
    'bin/link': unix('../a.txt', 0o120777),
    'empty/': unix('', 0o040755),
    './b//c.txt': [text('x'.repeat(5000)), { level: 9 }],
  });
  const entries = readArchive(archive, bytesMax);
  assert.deepEqual(
    entries.map(({ path, kind, mode, bytes }) => [path, kind, mode, bytes]),
    [
      ['a.txt', 'file', 0o644, 5],
      ['bin/run', 'file', 0o755, 9],
      ['bin/link', 'symlink', 0o777, 8],
      ['empty', 'directory', 0o755, 0],
      ['b/c.txt', 'file', 0, 5000],
    ],
  );
  assert.equal(Buffer.from(await unpackEntry(entries[4]!)).toString(), 'x'.repeat(5000));
  assert.equal(await linkTarget(entries[2]!), '../a.txt');
});

test('sizes of an archive in the 64-bit form are read', async () => {
  const [entry] = readArchive(zip64('a', 'hi'), bytesMax);
  assert.equal(entry?.path, 'a');
  assert.equal(Buffer.from(await unpackEntry(entry!)).toString(), 'hi');
});

for (const { when, files, kind = 'broken', message } of [
  { when: 'a path leads out', files: { '../a': text('') }, message: /leads out/ },
  { when: 'a path leads out later', files: { 'a/../../b': text('') }, message: /leads out/ },
  { when: 'a path leads out with backslashes', files: { 'a\\..\\..\\b': text('') }, message: /leads out/ },
  { when: 'a path is absolute', files: { '/etc/passwd': text('') }, message: /not one inside/ },
  { when: 'a path names a drive', files: { 'C:\\a': text('') }, message: /not one inside/ },
  { when: 'a path holds a zero byte', files: { 'a\0b': text('') }, message: /not one inside/ },
  { when: 'a name is too long for a disk', files: { [`${'a'.repeat(300)}`]: text('') }, message: /too long/ },
  {
    when: 'a file lies below a file',
    files: { a: text('1'), 'a/b': text('2') },
    message: /below a, which is no directory/,
  },
  {
    when: 'a file lies below a link',
    files: { a: unix('/etc', 0o120777), 'a/b': text('2') },
    message: /below a, which is no directory/,
  },
  {
    when: 'it unpacks to too much',
    files: { a: text('x'.repeat(2_000_000)) },
    kind: 'too large',
    message: /more than 1000000/,
  },
  { when: 'it is empty', files: {}, kind: 'empty', message: /no file/ },
  { when: 'it holds a folder only', files: { 'a/': text('') }, kind: 'empty', message: /no file/ },
] satisfies readonly { when: string; files: Zippable; kind?: string; message: RegExp }[])
  test(`an archive is refused when ${when}`, () =>
    assert.throws(() => readArchive(zipSync(files), bytesMax), { name: 'ArchiveError', kind, message }));

for (const target of ['/etc/passwd', '../../x', '..', ''])
  test(`a link to ${JSON.stringify(target)} is refused`, async () => {
    const [entry] = readArchive(zipSync({ link: unix(target, 0o120777), a: text('') }), bytesMax);
    await assert.rejects(linkTarget(entry!), { name: 'ArchiveError', message: /leads out/ });
  });

test('content that is not what the directory says is refused', async () => {
  const archive = Buffer.from(zipSync({ a: [text('x'.repeat(1000)), { level: 9 }] }));
  const central = archive.indexOf(Buffer.from('504b0102', 'hex'));
  for (const change of [
    { at: central + 16, value: 1, message: /checksum/ },
    { at: central + 24, value: 999, message: /cannot be decompressed/ },
    { at: central + 24, value: 1001, message: /not as long/ },
  ]) {
    const altered = Buffer.from(archive);
    altered.writeUInt32LE(change.value, change.at);
    const [entry] = readArchive(altered, bytesMax);
    await assert.rejects(unpackEntry(entry!), { name: 'ArchiveError', message: change.message });
  }
});

test('an encrypted entry and one of another compression are refused', () => {
  const archive = Buffer.from(zipSync({ a: text('x') }));
  const central = archive.indexOf(Buffer.from('504b0102', 'hex'));
  for (const [at, value, message] of [
    [8, 1, /encrypted/],
    [10, 12, /method 12/],
  ] as const) {
    const altered = Buffer.from(archive);
    altered.writeUInt16LE(value, central + at);
    assert.throws(() => readArchive(altered, bytesMax), { name: 'ArchiveError', message });
  }
});

test('whatever bytes arrive, they are read or refused, and never more is unpacked than allowed', async () => {
  const archive = Buffer.from(zipSync({ 'a/b.txt': text('hello'), c: unix('a', 0o120777) }));
  const damaged = fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
    const bytes = Buffer.from(archive);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes;
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      try {
        let total = 0;
        for (const entry of readArchive(bytes, bytesMax)) {
          if (entry.kind === 'file') total += (await unpackEntry(entry)).length;
          if (entry.kind === 'symlink') await linkTarget(entry);
          assert.doesNotMatch(entry.path, /(^|\/)\.\.(\/|$)|^\/|\0/);
        }
        assert.ok(total <= bytesMax);
      } catch (error) {
        assert.ok(error instanceof ArchiveError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
