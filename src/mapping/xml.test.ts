import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseXml, toXml, XmlError } from './xml.ts';

for (const { value, xml, why } of [
  { value: { pet: { id: 1, ok: true, none: null } }, xml: '<pet><id>1</id><ok>true</ok><none/></pet>', why: 'members' },
  { value: { a: 1, b: 2 }, xml: '<root><a>1</a><b>2</b></root>', why: 'several members need a root' },
  { value: { pets: { pet: ['x', { n: 1 }] } }, xml: '<pets><pet>x</pet><pet><n>1</n></pet></pets>', why: 'a list' },
  { value: [1, [2]], xml: '<root><item>1</item><item><item>2</item></item></root>', why: 'lists without a name' },
  { value: { a: { '@id': 1, '#text': 'x' } }, xml: '<a id="1">x</a>', why: 'attributes and text' },
  { value: { a: '<&">\u0001' }, xml: '<a>&lt;&amp;&quot;&gt;</a>', why: 'escapes; control characters go' },
  { value: 'x', xml: '<root>x</root>', why: 'a text' },
])
  test(`xml: ${JSON.stringify(value)} is written: ${why}`, () => assert.equal(toXml(value), xml));

for (const { xml, value, why } of [
  { xml: '<?xml version="1.0"?><a><b>1</b><b/></a>', value: { a: { b: ['1', ''] } }, why: 'repeated elements' },
  { xml: '<a x="1&amp;2">t<b/></a>', value: { a: { '@x': '1&2', '#text': 't', b: '' } }, why: 'attributes, text' },
  { xml: '<a>&lt;&#65;&#x42;<![CDATA[<&lt;]]></a>', value: { a: '<AB<&lt;' }, why: 'references and CDATA' },
])
  test(`xml: ${xml} is read: ${why}`, () => assert.deepEqual(parseXml(xml), value as unknown));

for (const { xml, why } of [
  { xml: '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', why: 'entities of its own' },
  { xml: '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', why: 'a document type elsewhere' },
  { xml: '<a><b></a>', why: 'a tag that is not closed' },
  { xml: '<a/><b/>', why: 'two roots' },
  { xml: '', why: 'nothing' },
  { xml: 'text', why: 'no element' },
  { xml: `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`, why: 'too deep' },
  { xml: `<a>${'x'.repeat(2 ** 20)}</a>`, why: 'too long' },
  { xml: '<a><__proto__>1</__proto__></a>', why: 'a name that could change a prototype' },
  { xml: '<a><constructor>1</constructor></a>', why: 'a name that could change a prototype' },
])
  test(`xml: ${xml.slice(0, 40)} is refused: ${why}`, () => assert.throws(() => parseXml(xml), XmlError));

test('xml: values that no XML can hold are refused', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 10_000; i++) deep = { a: deep };
  assert.throws(() => toXml(deep), XmlError);
  assert.throws(() => toXml({ 'a b': 1 }), XmlError);
  assert.throws(() => toXml({ a: { '@<': 1 } }), XmlError);
  assert.throws(() => toXml(Array.from({ length: 200_000 }, () => 1)), XmlError);
});

test('xml: what is written can be read', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      try {
        parseXml(toXml(value));
      } catch (error) {
        assert.ok(
          error instanceof XmlError && !error.message.includes('well-formed'),
          `${JSON.stringify(value)}: ${error}`,
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

test('xml: any text is read or refused', () => {
  const piece = fc.constantFrom(
    '<a>',
    '</a>',
    '<b c="d"/>',
    '&amp;',
    '&',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?x',
    '?>',
    'x',
    '"',
    '>',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        parseXml(pieces.join(''));
      } catch (error) {
        assert.ok(error instanceof XmlError, `${pieces.join('')}: ${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
