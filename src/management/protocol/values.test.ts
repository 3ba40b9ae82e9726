/** Kinds of values that the real models use here and there, in one toy service that speaks JSON and query. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializationFailure } from '../../definition/errors.ts';
import { decodeJson, decodeStructure, encodeStructure } from './json.ts';
import { type Member, membersOf, type ServiceModel } from './model.ts';
import { decodeQueryInput, encodeQueryOutput, escapeXml } from './query.ts';
import { createManagementProtocol } from './server.ts';
import { protocolOptions } from './testing/loopback.ts';
import { decodeText } from './text.ts';

const string: Member = { type: 'string' };
const members: Readonly<Record<string, Member>> = {
  Text: { type: 'string', required: true },
  Colour: { type: 'string', enum: 'Colour' },
  Secret: { type: 'string', enum: 'Colour', sensitive: true },
  Whole: { type: 'integer' },
  Long: { type: 'long' },
  Fraction: { type: 'double' },
  Flag: { type: 'boolean' },
  When: { type: 'timestamp' },
  WhenDate: { type: 'timestamp', format: 'date-time' },
  Bytes: { type: 'blob' },
  Anything: { type: 'document' },
  Names: { type: 'list', of: string },
  Flat: { type: 'list', flattened: true, of: { type: 'string', xmlName: 'item' }, xmlName: 'FlatItem' },
  Labels: { type: 'map', of: string },
  Holes: { type: 'list', of: string, sparse: true },
  Inner: { type: 'structure', shape: 'Thing' },
  Inners: { type: 'list', of: { type: 'structure', shape: 'Thing' } },
  ByName: { type: 'map', of: { type: 'structure', shape: 'Thing' } },
  Grid: { type: 'list', of: { type: 'list', of: { type: 'long' } } },
};
const toy: ServiceModel = {
  service: 'toy',
  sdk: 'none',
  serviceId: 'Toy',
  signingName: 'toy',
  apiVersion: '2020-01-01',
  protocols: ['awsJson1.1', 'awsQuery'],
  targetPrefix: 'Toy_2020',
  xmlNamespace: 'https://toy/',
  operations: { Play: { input: 'Thing', output: 'Thing', unsigned: true }, Rest: { unsigned: true } },
  shapes: {
    Thing: { members: { ...members } },
    BrokenException: {
      error: { fault: 'client', status: 400 },
      queryError: ['Broken', 409],
      members: { message: string, Why: string },
    },
  },
  enums: { Colour: ['red', 'green'] },
};
const thing = membersOf(toy, 'Thing');
const everything = {
  Text: 'ü <&>"\'',
  Colour: 'red',
  Whole: -5,
  Long: 9_007_199_254_740_991,
  Fraction: 0.25,
  Flag: false,
  When: new Date('2020-02-03T04:05:06.789Z'),
  WhenDate: new Date('2020-02-03T04:05:06Z'),
  Bytes: Buffer.from([0, 255]),
  Names: ['a', ''],
  Flat: ['x', 'y'],
  Labels: { a: '1', 'b c': '2' },
  Inner: { Text: 'deep', Inner: { Text: 'deeper' } },
  Inners: [{ Text: '1' }, { Text: '2', Names: ['n'] }],
  ByName: { one: { Text: 'x' } },
  Grid: [[1, 2], [3]],
};

test('JSON: what is encoded is decoded to the same', () => {
  const encoded = JSON.stringify(
    encodeStructure(toy, thing, { ...everything, Anything: [{ a: null }] }, 'milliseconds'),
  );
  assert.match(encoded, /"When":1580702706.789,"WhenDate":"2020-02-03T04:05:06Z","Bytes":"AP8="/);
  const decoded = decodeStructure(toy, thing, JSON.parse(encoded));
  assert.deepEqual(decoded, { ...everything, Anything: [{ a: null }] });
});

for (const { when, member, value, expect } of [
  { when: 'a fraction for a whole number is cut off', member: 'Whole', value: 1.9, expect: 1 },
  { when: 'a whole number that does not fit ends at the last', member: 'Whole', value: 1e12, expect: 2_147_483_647 },
  {
    when: 'an infinite fraction likewise',
    member: 'Fraction',
    value: Number.POSITIVE_INFINITY,
    expect: Number.MAX_VALUE,
  },
  { when: 'words for booleans', member: 'Flag', value: 'YES', expect: true },
])
  test(`JSON: ${when}`, () => assert.equal(decodeJson(toy, thing[member] ?? assert.fail(), value), expect));

for (const { when, member, value, text } of [
  {
    when: 'a boolean for a timestamp',
    member: 'When',
    value: true,
    text: 'class java.lang.Boolean can not be converted to milliseconds since epoch',
  },
  {
    when: 'a date that is none',
    member: 'WhenDate',
    value: 'soon',
    text: "'soon' can not be converted to milliseconds since epoch",
  },
  {
    when: 'a timestamp beyond time',
    member: 'When',
    value: 1e300,
    text: "'1e+300' can not be converted to milliseconds since epoch",
  },
  {
    when: 'bytes in no base64',
    member: 'Bytes',
    value: 'ä',
    text: "'ä' can not be converted to a Blob: Invalid Base64 character: 'ä'",
  },
  {
    when: 'bytes cut short',
    member: 'Bytes',
    value: 'AAA',
    text: "'AAA' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3",
  },
  { when: 'text for a structure', member: 'Inner', value: 'x', text: 'Expected null' },
  { when: 'text for a map', member: 'Labels', value: 'x', text: 'Expected map or null' },
  { when: 'a list for a map', member: 'Labels', value: [], text: 'Start of list found where not expected' },
  {
    when: 'a structure for a list',
    member: 'Names',
    value: {},
    text: 'Start of structure or map found where not expected.',
  },
  {
    when: 'a number for a boolean',
    member: 'Flag',
    value: 1,
    text: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an Boolean',
  },
])
  test(`JSON refused: ${when}`, () =>
    assert.throws(() => decodeJson(toy, thing[member] ?? assert.fail(), value), serializationFailure(text)));

test('JSON: shapes that contain themselves end somewhere', () => {
  let value: object = {};
  for (let i = 0; i < 1000; i++) value = { Inner: value };
  assert.throws(() => decodeStructure(toy, thing, value), serializationFailure('Maximum nesting depth exceeded'));
});

test('query: every kind of parameter', () => {
  const parameters = {
    Text: 'a=b',
    Whole: '7',
    Fraction: '1e-3',
    Flag: 'true',
    When: '2020-02-03T04:05:06.789Z',
    Bytes: 'AP8=',
    'Names.member.10': 'last',
    'Names.member.2': 'second',
    'Names.member.1': 'first',
    'FlatItem.1': 'x',
    'FlatItem.2': 'y',
    'Labels.entry.1.key': '__proto__',
    'Labels.entry.1.value': 'v',
    'Inner.Inner.Text': 'deep',
    'Inners.member.1.Text': 'one',
    'ByName.entry.1.key': 'k',
    'ByName.entry.1.value.Text': 't',
    Holes: '',
    'Unknown.member.1': 'dropped',
  };
  const decoded = decodeQueryInput(toy, 'Thing', Object.entries(parameters));
  assert.deepEqual(
    { ...decoded, Labels: undefined },
    {
      Text: 'a=b',
      Whole: 7,
      Fraction: 0.001,
      Flag: true,
      When: everything.When,
      Bytes: everything.Bytes,
      Names: ['first', 'second', 'last'],
      Flat: ['x', 'y'],
      Labels: undefined,
      Holes: [],
      Inner: { Inner: { Text: 'deep' } },
      Inners: [{ Text: 'one' }],
      ByName: { k: { Text: 't' } },
    },
  );
  assert.deepEqual(Object.entries(decoded.Labels ?? {}), [['__proto__', 'v']]);
});

test('query: every kind of output', () => {
  assert.equal(
    encodeQueryOutput(toy, 'Play', { ...everything, Holes: [], Grid: undefined }, 'r<1>', 'seconds'),
    '<PlayResponse xmlns="https://toy/"><PlayResult><Text>ü &lt;&amp;&gt;&quot;\'</Text><Colour>red</Colour>' +
      '<Whole>-5</Whole><Long>9007199254740991</Long><Fraction>0.25</Fraction><Flag>false</Flag>' +
      '<When>2020-02-03T04:05:06Z</When><WhenDate>2020-02-03T04:05:06Z</WhenDate><Bytes>AP8=</Bytes>' +
      '<Names><member>a</member><member/></Names><FlatItem>x</FlatItem><FlatItem>y</FlatItem>' +
      '<Labels><entry><key>a</key><value>1</value></entry><entry><key>b c</key><value>2</value></entry></Labels>' +
      '<Holes/><Inner><Text>deep</Text><Inner><Text>deeper</Text></Inner></Inner>' +
      '<Inners><member><Text>1</Text></member><member><Text>2</Text><Names><member>n</member></Names></member></Inners>' +
      '<ByName><entry><key>one</key><value><Text>x</Text></value></entry></ByName></PlayResult>' +
      '<ResponseMetadata><RequestId>r&lt;1&gt;</RequestId></ResponseMetadata></PlayResponse>',
  );
  assert.equal(
    encodeQueryOutput(toy, 'Rest', undefined, 'r', 'seconds'),
    '<RestResponse xmlns="https://toy/"><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></RestResponse>',
    'an operation without output has no result element',
  );
  assert.equal(escapeXml('a\u0000\u0008\n\ud800b'), 'a\n\ufffdb');
});

for (const { text, type, expect } of [
  { text: '+7', type: 'integer', expect: 7 },
  { text: '99999999999', type: 'integer', expect: 2_147_483_647 },
  { text: '.5', type: 'double', expect: 0.5 },
  { text: 'False', type: 'boolean', expect: false },
] as const)
  test(`text: '${text}' is a ${type}`, () => assert.equal(decodeText({ type }, text, 'date-time'), expect));

for (const { text, type } of [
  { text: '0x10', type: 'integer' },
  { text: '', type: 'long' },
  { text: 'NaN', type: 'double' },
  { text: '1e9999', type: 'double' },
  { text: '2020-01-01', type: 'timestamp' },
] as const)
  test(`text: '${text}' is no ${type}`, () =>
    assert.throws(() => decodeText({ type }, text, 'date-time'), { code: 'SerializationException' }));

let received: unknown;
const protocol = createManagementProtocol(
  protocolOptions({
    services: [
      {
        model: toy,
        handlers: {
          Play: (input: { Text: string }) => {
            received = input;
            if (input.Text === 'break')
              throw Object.assign(serializationFailure('broken'), { code: 'BrokenException', members: { Why: 'w' } });
            return input;
          },
          Rest: () => undefined,
        },
      },
    ],
  }),
);
const json = (operation: string, body: string, version = '1.1') =>
  protocol.handle({
    method: 'POST',
    path: '/',
    query: '',
    headers: {
      host: 'h',
      'x-amz-target': `Toy_2020.${operation}`,
      'content-type': `application/x-amz-json-${version}`,
    },
    body: Buffer.from(body),
  });
const query = (body: string) =>
  protocol.handle({
    method: 'POST',
    path: '/',
    query: '',
    headers: { host: 'h', 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: Buffer.from(body),
  });

test('one service answers JSON to some and XML to others', async () => {
  const answer = await json('Play', '{"Text":"t","When":1.5}', '1.0');
  assert.deepEqual(answer, {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'request-1' },
    body: '{"Text":"t","When":1.5}',
  });
  assert.deepEqual(received, { Text: 't', When: new Date(1500) });
  assert.equal((await json('Rest', '')).body, '{}');
  const xml = await query('Action=Play&Version=2020-01-01&Text=a+b%2B');
  assert.match(String(xml.body), /<Text>a b\+<\/Text>/);
});

test('an error has its type in the body of JSON and its own code in XML', async () => {
  const answer = await json('Play', '{"Text":"break"}');
  assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [400, 'BrokenException']);
  assert.equal(answer.body, '{"__type":"BrokenException","message":"broken","Why":"w"}');
  const xml = await query('Action=Play&Text=break');
  assert.equal(xml.status, 409);
  assert.match(String(xml.body), /<Error><Type>Sender<\/Type><Code>Broken<\/Code><Message>broken<\/Message><\/Error>/);
});

test('refused values are named by their place; secrets are not quoted', async () => {
  const body = {
    Colour: 'blue',
    Secret: 'x',
    Inners: [{ Text: 'ok' }, { Colour: 'pink' }],
    ByName: { key: { Text: 'ok', Inner: {} } },
  };
  const { message }: { message: string } = JSON.parse(String((await json('Play', JSON.stringify(body))).body));
  const set = 'failed to satisfy constraint: Member must satisfy enum value set: [red, green]';
  const missing = 'failed to satisfy constraint: Member must not be null';
  assert.deepEqual(message.split(/: (.*)/s)[1]?.split('; '), [
    `Value null at 'text' ${missing}`,
    `Value 'blue' at 'colour' ${set}`,
    `Value at 'secret' ${set}`,
    `Value null at 'inners.2.member.text' ${missing}`,
    `Value 'pink' at 'inners.2.member.colour' ${set}`,
    `Value null at 'byName.key.member.inner.text' ${missing}`,
  ]);
  assert.match(message, /^6 validation errors detected: /);
});
