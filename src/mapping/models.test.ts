import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type Draft4 from 'ajv-draft-04';
import fc from 'fast-check';
import { modelTemplate } from './model-template.ts';
import { compileModel, ModelError, validationErrorString } from './models.ts';

const url = (name: string): string => `https://apigateway.amazonaws.com/restapis/a1/models/${name}`;
const modelsOf = (schemas: Readonly<Record<string, unknown>>): Record<string, { schema: string }> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, { schema: JSON.stringify(schema) }]));
const faultsOf = (schema: unknown, body: unknown): string[] => compileModel(modelsOf({ M: schema }), 'M', 'a1')(body);

// Texts and order are those of json-schema-validator 2.2.
for (const { schema, body, faults } of [
  {
    schema: { type: 'object', required: ['b', 'a'], properties: { c: { type: 'integer' } } },
    body: { c: 'x' },
    faults: [
      'object has missing required properties (["a","b"])',
      'instance type (string) does not match any allowed primitive type (allowed: ["integer"])',
    ],
  },
  {
    schema: { enum: [1, 'a', null], type: ['string', 'number'] },
    body: true,
    faults: [
      'instance value (true) not found in enum (possible values: [1,"a",null])',
      'instance type (boolean) does not match any allowed primitive type (allowed: ["integer","number","string"])',
    ],
  },
  {
    schema: { minimum: 5, exclusiveMinimum: true, multipleOf: 2 },
    body: 5,
    faults: [
      'numeric instance is not strictly greater than the required minimum 5',
      'remainder of division is not zero (5 / 2)',
    ],
  },
  {
    schema: { minLength: 5, maxLength: 2, pattern: '^a+$', format: 'email' },
    body: 'xyz',
    faults: [
      'string "xyz" is too long (length: 3, maximum allowed: 2)',
      'string "xyz" is too short (length: 3, required minimum: 5)',
      'ECMA 262 regex "^a+$" does not match input string "xyz"',
      'string "xyz" is not a valid email address',
    ],
  },
  {
    schema: { items: { type: 'string' }, minItems: 3, maxItems: 1, uniqueItems: true },
    body: [1, 1],
    faults: [
      'array is too long: must have at most 1 elements but instance has 2 elements',
      'array is too short: must have at least 3 elements but instance has 2 elements',
      'array must not contain duplicate elements',
      'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
      'instance type (integer) does not match any allowed primitive type (allowed: ["string"])',
    ],
  },
  {
    schema: { additionalProperties: false, properties: { z: {} }, patternProperties: { '^x': {} }, minProperties: 4 },
    body: { b: 1, a: 2, x1: 3 },
    faults: [
      'object instance has properties which are not allowed by the schema: ["a","b"]',
      'object has too few properties (found 3 but schema requires at least 4)',
    ],
  },
  {
    schema: {
      anyOf: [{ type: 'string' }, { minimum: 5 }],
      oneOf: [{}, { minimum: 0 }],
      not: {},
      allOf: [{}, { minimum: 5 }],
    },
    body: 1,
    faults: [
      'instance failed to match all required schemas (matched only 1 out of 2)',
      'instance failed to match at least one required schema among 2',
      'instance matched a schema which it should not have',
      'instance failed to match exactly one schema (matched 2 out of 2)',
    ],
  },
  {
    schema: { dependencies: { a: ['c', 'b'], d: { required: ['e'] } } },
    body: { a: 1, d: 2 },
    faults: [
      'property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["b","c"])',
      'object has missing required properties (["e"])',
    ],
  },
  {
    schema: { items: [{}], additionalItems: false },
    body: [1, 2],
    faults: ['schema only allows 1 elements in array but instance has 2 elements'],
  },
  {
    schema: { format: 'date-time' },
    body: '2020-02-30T00:00:00Z',
    faults: [
      `string "2020-02-30T00:00:00Z" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`,
    ],
  },
])
  test(`models: ${JSON.stringify(schema)} tells all faults of ${JSON.stringify(body)}`, () =>
    assert.deepEqual(faultsOf(schema, body), faults));

test('models: faults are shown in brackets', () =>
  assert.equal(
    validationErrorString(faultsOf({ required: ['NoteId'] }, {})),
    '[object has missing required properties (["NoteId"])]',
  ));

test('models: refer to each other by URL, also in circles', () => {
  const models = modelsOf({
    Person: { required: ['name'], properties: { house: { $ref: url('House') } } },
    House: {
      properties: { people: { items: { $ref: url('Person') } }, size: { $ref: '#/definitions/size' } },
      definitions: { size: { type: 'integer' } },
    },
    Size: { $ref: `${url('House')}#/definitions/size` },
  });
  assert.deepEqual(
    compileModel(models, 'Person', 'a1')({ name: 'a', house: { people: [{ name: 'b' }], size: 1 } }),
    [],
  );
  assert.deepEqual(compileModel(models, 'Person', 'a1')({ name: 'a', house: { people: [{}], size: 'x' } }), [
    'object has missing required properties (["name"])',
    'instance type (string) does not match any allowed primitive type (allowed: ["integer"])',
  ]);
  assert.equal(compileModel(models, 'Size', 'a1')('x').length, 1);
});

for (const { schemas, name = 'M', says, why } of [
  { schemas: {}, says: 'no such model', why: 'a model that is not there' },
  { schemas: {}, name: 'constructor', says: 'no such model', why: 'a name that is inherited' },
  { schemas: { M: { $ref: url('Nope') } }, says: 'leads to no model', why: 'a reference to no model' },
  { schemas: { M: { $ref: 'http://example.com/x' } }, says: 'leads to no model', why: 'a reference to elsewhere' },
  { schemas: { M: { $ref: '#/definitions/x' } }, says: 'leads nowhere', why: 'a pointer to nothing' },
  { schemas: { M: { $ref: '#/constructor' } }, says: 'leads nowhere', why: 'a pointer to what is inherited' },
  { schemas: { M: { properties: { a: { type: 'nope' } } } }, says: '/properties/a/type', why: 'an unknown type' },
  { schemas: { M: { properties: { a: 1 } } }, says: '/properties/a', why: 'a schema that is no object' },
  { schemas: { M: { pattern: '(' } }, says: 'pattern (', why: 'a pattern that does not compile' },
  { schemas: { M: { required: 'a' } }, says: '/required', why: 'a keyword of the wrong type' },
  { schemas: { M: [] }, says: 'must be an object', why: 'a list' },
])
  test(`models: ${JSON.stringify(schemas)} is refused: ${why}`, () =>
    assert.throws(
      () => compileModel(modelsOf(schemas), name, 'a1'),
      (error) => error instanceof ModelError && error.message.includes(says) && error.model === name,
    ));

test('models: a schema that is no JSON is refused, one that is missing accepts everything', () => {
  assert.throws(() => compileModel({ M: { schema: '{' } }, 'M', 'a1'), ModelError);
  assert.deepEqual(compileModel({ M: {} }, 'M', 'a1')('anything'), []);
});

for (const name of ['__proto__', 'constructor', 'toString'])
  test(`models: ${name} is a member like any other`, () => {
    const schema: unknown = JSON.parse(
      `{"properties":{"${name}":{"type":"integer"}},"required":["${name}"],"additionalProperties":false}`,
    );
    assert.equal(faultsOf(schema, {}).length, 1);
    assert.deepEqual(faultsOf(schema, JSON.parse(`{"${name}":1}`)), []);
    assert.equal(faultsOf(schema, JSON.parse(`{"${name}":"x"}`)).length, 1);
    assert.equal(faultsOf({ additionalProperties: false }, JSON.parse(`{"${name}":1}`)).length, 1);
  });

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let i = 0; i < depth; i++) value = { x: value };
  return value;
}

for (const { what, schema, body } of [
  {
    what: 'branches that double at each level',
    schema: {
      anyOf: [
        { properties: { x: { $ref: '#' } }, required: ['y'] },
        { properties: { x: { $ref: '#' } }, required: ['z'] },
      ],
    },
    body: nested(60),
  },
  { what: 'a body nested 10,000 deep', schema: { properties: { x: { $ref: '#' } } }, body: nested(10_000) },
  { what: 'a reference to itself', schema: { $ref: '#' }, body: {} },
  {
    what: 'references in a circle',
    schema: { allOf: [{ $ref: '#/definitions/a' }], definitions: { a: { $ref: '#' } } },
    body: 1,
  },
  { what: 'a pattern that runs away', schema: { pattern: '^(a+)+\\1$' }, body: `${'a'.repeat(50_000)}!` },
])
  test(`models: ${what}: ends with a fault`, () => assert.equal(faultsOf(schema, body).length > 0, true));

test('models: a list of many unlike elements is compared in one go', () => {
  const body = Array.from({ length: 200_000 }, (_, id) => ({ id }));
  assert.deepEqual(faultsOf({ uniqueItems: true }, body), []);
});

test('models: a fault repeats the start of a long value only', () => {
  const [fault = ''] = faultsOf(
    { enum: [1] },
    Array.from({ length: 100_000 }, () => 'x'.repeat(10)),
  );
  assert.ok(fault.length < 5_000 && fault.includes('…'));
});

const memberName = fc.constantFrom('a', 'b', 'constructor');
const count = fc.nat({ max: 3 });

/** Schemas of up to four keywords, nested to a depth. */
function schemaArbitrary(depth: number): fc.Arbitrary<object> {
  const keyword = (name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<[string, unknown]> =>
    value.map((given) => [name, given]);
  const leaves = [
    keyword('type', fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null')),
    keyword('enum', fc.constantFrom<unknown[]>([1, 'a'], [{ a: 1 }], [[1], null])),
    keyword('required', fc.array(memberName, { minLength: 1, maxLength: 2 })),
    ...['minProperties', 'maxProperties', 'minItems', 'maxItems', 'minLength', 'maxLength', 'minimum', 'maximum'].map(
      (name) => keyword(name, count),
    ),
    keyword('uniqueItems', fc.boolean()),
    keyword('pattern', fc.constantFrom('^a+$', 'b', '[^a]', '^$')),
    keyword('multipleOf', fc.constantFrom(1, 2, 0.5)),
  ];
  const inner = (): fc.Arbitrary<[string, unknown]>[] => {
    const schema = schemaArbitrary(depth - 1);
    const list = fc.array(schema, { minLength: 1, maxLength: 2 });
    const byName = (name: fc.Arbitrary<string>) => fc.dictionary(name, schema, { maxKeys: 2, noNullPrototype: true });
    return [
      keyword('properties', byName(memberName)),
      keyword('patternProperties', byName(fc.constantFrom('^a', 'o'))),
      keyword('additionalProperties', fc.oneof(fc.boolean(), schema)),
      keyword('items', fc.oneof(schema, list)),
      ...['allOf', 'anyOf', 'oneOf'].map((name) => keyword(name, list)),
      keyword('not', schema),
    ];
  };
  const entry = fc.oneof(...leaves, ...(depth > 0 ? inner() : []));
  return fc.array(entry, { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

const { bodyArbitrary } = fc.letrec<{ bodyArbitrary: unknown }>((tie) => ({
  bodyArbitrary: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(0, 1, 2, 0.5, 'a', 'aa', 'b', '', true, false, null),
    fc.array(tie('bodyArbitrary'), { maxLength: 3 }),
    fc.dictionary(memberName, tie('bodyArbitrary'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test('models: accept and refuse what ajv accepts and refuses', () => {
  // Loaded as CommonJS, the form in which its types say what its default export is.
  const Ajv = createRequire(import.meta.url)('ajv-draft-04') as typeof Draft4.default;
  const ajv = new Ajv({
    strict: false,
    validateFormats: false,
    logger: false,
    ownProperties: true,
    validateSchema: false,
  });
  fc.assert(
    fc.property(schemaArbitrary(3), bodyArbitrary, (draft, value) => {
      assert.equal(faultsOf(draft, value).length === 0, ajv.compile(draft)(value), JSON.stringify(draft));
    }),
    { numRuns: 500 },
  );
});

test('model template: samples of all members, and a loop for each list', () => {
  const models = modelsOf({
    Pets: { type: 'array', items: { $ref: url('Pet') } },
    Pet: {
      type: 'object',
      properties: {
        id: { type: 'integer' },
        name: { type: 'string' },
        sold: { type: 'boolean' },
        owner: { properties: { tags: { type: 'array', items: { type: 'string' } } } },
        mother: { $ref: '#' },
      },
    },
    Empty: { type: 'object' },
  });
  assert.equal(modelTemplate(models, 'Empty', 'a1'), "#set($inputRoot = $input.path('$'))\n{ }");
  assert.equal(
    modelTemplate(models, 'Pets', 'a1'),
    [
      "#set($inputRoot = $input.path('$'))",
      '[',
      '##TODO: Update this foreach loop to reference array from input json',
      '#foreach($elem in $inputRoot.TODO)',
      ' {',
      '  "id" : 42,',
      '  "name" : "foo",',
      '  "sold" : true,',
      '  "owner" : {',
      '    "tags" : [',
      '##TODO: Update this foreach loop to reference array from input json',
      '#foreach($elem in $inputRoot.TODO)',
      '     "foo" ',
      '#if($foreach.hasNext),#end',
      '#end',
      '    ]',
      '  },',
      '  "mother" : { }',
      '} ',
      '#if($foreach.hasNext),#end',
      '#end',
      ']',
    ].join('\n'),
  );
  assert.throws(() => modelTemplate(models, 'Nope', 'a1'), ModelError);
});
