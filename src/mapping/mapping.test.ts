/** The door: `$input`, `$util`, `$context` and the overrides, as API Gateway has them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readShared, withoutShared } from '../../test/shared.ts';
import { compileTemplate, type MappingInput, renderMapping, TemplateRenderError } from './index.ts';
import { parseJson, stringifyJson } from './json.ts';
import { escapeJavaScript, urlDecode, urlEncode } from './util.ts';
import { defaultLimits, Rendering } from './vtl/java/rendering.ts';

interface InputVectors extends Pick<Required<MappingInput>, 'params' | 'context' | 'stageVariables'> {
  readonly vectors: readonly {
    readonly id: string;
    readonly template: string;
    readonly body: string;
    readonly expected: string;
    readonly overrides?: { readonly request: unknown; readonly response: unknown };
  }[];
}

test('mapping: $input, $util and $context as Velocity and Jayway make them', { skip: withoutShared }, () => {
  const { vectors, ...given } = readShared('vectors/vtl/apigw-input.json') as InputVectors;
  assert.ok(vectors.length > 100);
  for (const { id, template, body, expected, overrides } of vectors) {
    const { output, requestOverride, responseOverride } = renderMapping(template, { ...structuredClone(given), body });
    assert.equal(output, expected, `${id} ${template}`);
    if (overrides !== undefined) {
      assert.deepEqual({ request: requestOverride, response: responseOverride }, overrides, id);
    }
  }
});

interface RecordedVectors {
  readonly vectors: readonly (MappingInput & {
    readonly id: string;
    readonly template: string;
    readonly expect: {
      readonly output?: string;
      readonly outputJson?: unknown;
      readonly keyOrderMatters?: boolean;
      readonly requestOverride?: unknown;
      readonly responseOverride?: Record<string, unknown>;
    };
  })[];
}

/** Equal as JSON, where `{"$json": …}` stands for a text that holds it; recordings write numbers without quotes. */
function assertLike(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected !== 'object' || expected === null) assert.equal(String(actual), String(expected), where);
  else if (Object.hasOwn(expected, '$json')) {
    assert.deepEqual(JSON.parse(String(actual)), (expected as { $json: unknown }).$json, where);
  } else {
    assert.ok(typeof actual === 'object' && actual !== null, where);
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), where);
    for (const [key, value] of Object.entries(expected)) {
      assertLike((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    }
  }
}

test('mapping: renders as recorded from AWS', { skip: withoutShared }, () => {
  const { vectors } = readShared('vectors/rest/mapping-templates.json') as RecordedVectors;
  assert.ok(vectors.length > 40);
  for (const { id, template, expect, ...input } of vectors) {
    const { output, requestOverride, responseOverride } = renderMapping(compileTemplate(template, id), input);
    if (expect.output !== undefined) assert.equal(output, expect.output, id);
    if (expect.outputJson !== undefined) {
      const actual: unknown = JSON.parse(output);
      assertLike(actual, expect.outputJson, id);
      if (expect.keyOrderMatters === true) {
        for (const [part, value] of Object.entries(expect.outputJson as Record<string, object>)) {
          assert.deepEqual(Object.keys((actual as Record<string, object>)[part]!), Object.keys(value), id);
        }
      }
    }
    if (expect.requestOverride !== undefined) assert.deepEqual(requestOverride, expect.requestOverride, id);
    if (expect.responseOverride !== undefined)
      assert.deepEqual(responseOverride, { header: {}, ...expect.responseOverride }, id);
  }
});

const rendered = (template: string, input: MappingInput = {}): string => renderMapping(template, input).output;

for (const { why, template, body, expected } of [
  {
    why: 'Doubles stay Doubles',
    template: "$input.json('$') $input.path('$').a",
    body: '{"a": 10.00, "b": 1e7, "c": 1.5}',
    expected: '{"a":10.0,"b":1.0E7,"c":1.5} 10.0',
  },
  {
    why: 'large numbers keep their digits',
    template: "$input.json('$')",
    body: '[9007199254740993, 123456789012345678901234567890, 0.1234567890123456789]',
    expected: '[9007199254740993,123456789012345678901234567890,0.1234567890123456789]',
  },
  {
    why: 'arithmetic knows their types',
    template: "#set($x = $input.path('$.a') + 1)$x",
    body: '{"a": 9007199254740993}',
    expected: '9007199254740994',
  },
  {
    why: 'members keep their order',
    template: "$input.json('$') $input.path('$').keySet()",
    body: '{"b":1,"10":2,"2":3}',
    expected: '{"b":1,"10":2,"2":3} [b, 10, 2]',
  },
  {
    why: 'filters compare Doubles',
    template: "$input.json('$.p[?(@.price < 9)].n')",
    body: '{"p":[{"n":"a","price":8.00},{"n":"b","price":10.0}]}',
    expected: '["a"]',
  },
  {
    why: 'functions of paths give what Jayway gives',
    template:
      "$input.path('$.n.max()') $input.path('$.n.length()') $input.path('$.keys()') $input.path('$.concat($.s, 1)')",
    body: '{"n":[1,3],"s":"x"}',
    expected: '3.0 2 [n, s] x1',
  },
  {
    why: 'paths see what a template has put in',
    template: "#set($b = $input.path('$'))#set($b.x = {'y': [1, 'z']})$input.path('$.x.y[1]') $input.json('$.x')",
    body: '{}',
    expected: 'z {"y":[1,"z"]}',
  },
  {
    why: 'lists of a template print as Java prints them, those of a body as JSON',
    template: "#set($l = [1, 'a'])$l $input.path('$')",
    body: '[1,"a"]',
    expected: '[1, a] [1,"a"]',
  },
  {
    why: 'a printed list escapes slashes, JSON does not',
    template: "$input.path('$.l') $input.json('$.l')",
    body: '{"l":["a/b"]}',
    expected: '["a\\/b"] ["a/b"]',
  },
  {
    why: 'null and what is missing are alike',
    template: "[$input.path('$.n')][$input.path('$.m')]$input.json('$.n')$input.json('$.m')",
    body: '{"n":null}',
    expected: '[][]""""',
  },
  {
    why: 'an empty body',
    template: "$input.body [$input.path('$')] $input.json('$.a')",
    body: '',
    expected: '{} [] ""',
  },
  {
    why: 'no body',
    template: "$input.body $input.json('$') [$input.path('$.a')]",
    body: undefined,
    expected: '{} {} []',
  },
  {
    why: 'a body that is no JSON is a text',
    template: "$input.path('$') $input.json('$') $input.body",
    body: 'a=1&b=2',
    expected: 'a=1&b=2 "a=1&b=2" a=1&b=2',
  },
  {
    why: 'a path may be made while rendering',
    template: `#foreach($i in [0..1])$input.path("$.l[\${i}]")#end`,
    body: '{"l":["a","b"]}',
    expected: 'ab',
  },
  {
    why: 'hostile names are names',
    template: "$input.path('$').get('__proto__').x $input.json('$')",
    body: '{"__proto__":{"x":1},"constructor":2}',
    expected: '1 {"__proto__":{"x":1},"constructor":2}',
  },
  {
    why: 'parseJson of nothing is nothing',
    template: "[$util.parseJson('')][$util.parseJson('[1.0]')[0]]",
    body: '',
    expected: '[][1.0]',
  },
  {
    why: 'text of XML and back',
    template: "$util.toXml({'a': {'@id': 1, 'b': ['x', 'y < z']}}) $util.parseXml('<r><i>1</i><i>2</i></r>').r.i[1]",
    body: '',
    expected: '<a id="1"><b>x</b><b>y &lt; z</b></a> 2',
  },
  {
    why: 'base64 of UTF-8',
    template: "$util.base64Encode('é') $util.base64Decode('w6k=')",
    body: '',
    expected: 'w6k= é',
  },
] satisfies readonly { why: string; template: string; body: string | undefined; expected: string }[])
  test(`mapping: ${why}`, () => assert.equal(rendered(template, { body }), expected));

test('mapping: parameters come from path, query string and header, in this order', () => {
  const params = { path: { a: 'p' }, querystring: { a: 'q', b: 'q' }, header: { a: 'h', b: 'h', c: 'h' } };
  assert.equal(
    rendered("$input.params('a')$input.params('b')$input.params('c') [$input.params('d')]", { params }),
    'pqh []',
  );
  assert.equal(rendered('$input.params().header.c$input.params().get("querystring").keySet()', { params }), 'h[a, b]');
  assert.equal(rendered("[$input.params('constructor')][$input.params().path.toString]", { params }), '[][]');
});

test('mapping: what a request template overrides is told, and can be read by the response template', () => {
  const request = renderMapping(
    `#set($context.requestOverride.header.X-Amz-Target = "Queue.Send")#set($context.requestOverride.querystring["list"] = ["1", 2])$context.requestOverride.path.put("id", $input.path('$.id'))`,
    { body: '{"id": 7}' },
  );
  assert.deepEqual(request.requestOverride, {
    path: { id: 7 },
    header: { 'X-Amz-Target': 'Queue.Send' },
    querystring: { list: ['1', 2] },
  });
  const response = renderMapping(
    '#set($context.responseOverride.status = 201)#set($context["responseOverride"].header["X"] = 1.50)$context.requestOverride.path.id',
    {
      context: { stage: 's', requestOverride: request.requestOverride },
    },
  );
  assert.equal(response.output, '7');
  assert.deepEqual(response.responseOverride, { header: { X: 1.5 }, status: 201 });
  assert.deepEqual(request.requestOverride.path, { id: 7 }, 'what was handed over is not written to');
});

test("mapping: a template cannot change the gateway's own objects", () => {
  const context = Object.freeze({ stage: 'dev', identity: Object.freeze({ sourceIp: '1.2.3.4' }) });
  const stageVariables = Object.freeze({ url: 'h' });
  assert.equal(
    rendered('#set($context.stage = "x")#set($context.extra = 1)$context.stage$context.extra', { context }),
    'x1',
  );
  assert.throws(() => rendered('#set($stageVariables.url = "x")', { stageVariables }), TemplateRenderError);
  assert.throws(() => rendered('#set($context.identity.sourceIp = "x")', { context }), TemplateRenderError);
  assert.equal(context.stage, 'dev');
});

test('mapping: WebSocket templates see the members of their own $context', () => {
  const context = { connectionId: 'c1=', routeKey: 'send', eventType: 'MESSAGE', apiId: 'a1' };
  const body = '{"action":"send","data":"hi"}';
  assert.equal(
    rendered('$context.connectionId $context.routeKey $context.keySet() $input.path("$.data")', { context, body }),
    'c1= send [requestOverride, responseOverride, apiId, connectionId, routeKey, eventType] hi',
  );
});

test('mapping: errors tell a bad body from a failing template and from a bound', () => {
  const faultOf = (template: string, body?: string): string | undefined => {
    try {
      rendered(template, { body });
      return undefined;
    } catch (error) {
      assert.ok(error instanceof TemplateRenderError);
      return error.fault;
    }
  };
  assert.equal(faultOf("$input.json('$')", '{"a":'), 'body');
  assert.equal(faultOf('$input.body', '{"a":'), undefined, 'nobody asked for JSON');
  assert.equal(faultOf("$input.path('$')", '['.repeat(10_000) + ']'.repeat(10_000)), 'body');
  assert.equal(faultOf("$input.path('$.a')", '{"a":'.repeat(10_000)), 'body');
  assert.equal(faultOf("$input.path('$[')", '{}'), 'template');
  assert.equal(faultOf("$util.parseJson('{')"), 'template');
  assert.equal(faultOf("$util.urlDecode('%zz')"), 'template');
  assert.equal(faultOf('#set($s = "xx")#foreach($i in [1..100])#set($s = "$s$s")#end'), 'limit');
});

test('mapping: 10 MB of JSON are read and written, and nothing runs away with them', () => {
  const body = `[${'{"a":"b","c":[1,2,3]},'.repeat(450_000)}{}]`;
  assert.equal(rendered("$input.json('$')", { body }).length, body.length);
  for (const template of [
    '#foreach($i in [1..1000])$input.body.contains("zz")#end',
    "#foreach($i in [1..1000])#set($x = $input.path('$..a'))#end",
    '#foreach($i in [1..1000])#set($x = $util.parseJson($input.body))#end',
    "#foreach($i in [1..1000])#set($x = $input.json('$'))#end",
  ]) {
    const startedMs = performance.now();
    assert.throws(() => rendered(template, { body }), TemplateRenderError);
    assert.ok(performance.now() - startedMs < 10_000, template);
  }
});

test('mapping: JSON is read as JSON.parse reads it, but for numbers and order', () => {
  const rendering = (): Rendering => new Rendering(defaultLimits, true);
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const { value, ordinary } = parseJson(text);
      const written = stringifyJson(value, ordinary, rendering());
      assert.deepEqual(JSON.parse(written), JSON.parse(text));
      assert.equal(stringifyJson(value, false, rendering()), written, 'both ways of writing agree');
    }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.oneof(fc.string(), fc.nat().map(String)),
        fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      ),
      (map) => {
        const entries = Object.entries(map).reverse();
        const text = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
        const { value, ordinary } = parseJson(text);
        const names = Array.from(
          stringifyJson(value, ordinary, rendering()).matchAll(/(?<=[{,])("(?:[^"\\]|\\.)*"):/g),
          ([, name]) => JSON.parse(name!) as string,
        );
        assert.deepEqual(
          names,
          entries.map(([key]) => key),
        );
      },
    ),
  );
});

test('mapping: functions of $util', () => {
  assert.equal(
    escapeJavaScript(`it's "a/b" \\ \n\t\u0001 é 😀`),
    `it\\'s \\"a\\/b\\" \\\\ \\n\\t\\u0001 \\u00E9 \\uD83D\\uDE00`,
  );
  assert.equal(urlEncode("a b+c&d=é~*'()!-_."), 'a+b%2Bc%26d%3D%C3%A9%7E*%27%28%29%21-_.');
  assert.equal(urlDecode('a+b%2Bc%C3%A9%FF'), 'a b+cé\ufffd');
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(urlDecode(urlEncode(text)), text)));
});
