/**
 * Whether a document has the form of a JSON Schema, draft 4: what its meta-schema asks of each keyword, as a table.
 * Whether references lead anywhere and patterns are sound shows when the model is compiled (`mapping/models.ts`).
 * Source: http://json-schema.org/draft-04/schema#
 */
import { isJsonObject } from './json.ts';

type Form = (value: unknown) => boolean;

const isText: Form = (value) => typeof value === 'string';
const isFlag: Form = (value) => typeof value === 'boolean';
const isNumber: Form = (value) => typeof value === 'number';
const isCount: Form = (value) => Number.isInteger(value) && Number(value) >= 0;
const isPositive: Form = (value) => typeof value === 'number' && value > 0;
const isType: Form = (value) =>
  ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'].some((type) => type === value);

const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(form);
const distinct: Form = (value) =>
  Array.isArray(value) && new Set(value.map((each) => JSON.stringify(each))).size === value.length;
const both =
  (...forms: readonly Form[]): Form =>
  (value) =>
    forms.every((form) => form(value));
const either =
  (...forms: readonly Form[]): Form =>
  (value) =>
    forms.some((form) => form(value));
const eachMember =
  (form: Form): Form =>
  (value) =>
    isJsonObject(value) && Object.values(value).every(form);

const names = both(listOf(isText), distinct);

/** @param value parsed, and of bounded depth (`parsedJson`) */
export const isDraft4: Form = (value) =>
  isJsonObject(value) &&
  Object.entries(value).every(([keyword, operand]) => forms.get(keyword)?.(operand) ?? true) &&
  needed.every(([keyword, other]) => !Object.hasOwn(value, keyword) || Object.hasOwn(value, other));

/** A keyword that says nothing without another one. */
const needed: readonly (readonly [string, string])[] = [
  ['exclusiveMaximum', 'maximum'],
  ['exclusiveMinimum', 'minimum'],
];

const forms: ReadonlyMap<string, Form> = new Map([
  ['id', isText],
  ['$schema', isText],
  ['$ref', isText],
  ['title', isText],
  ['description', isText],
  ['format', isText],
  ['pattern', isText],
  ['multipleOf', isPositive],
  ['maximum', isNumber],
  ['minimum', isNumber],
  ['exclusiveMaximum', isFlag],
  ['exclusiveMinimum', isFlag],
  ['maxLength', isCount],
  ['minLength', isCount],
  ['maxItems', isCount],
  ['minItems', isCount],
  ['maxProperties', isCount],
  ['minProperties', isCount],
  ['uniqueItems', isFlag],
  ['required', names],
  [
    'enum',
    both(
      listOf(() => true),
      distinct,
    ),
  ],
  ['type', either(isType, both(listOf(isType), distinct))],
  ['items', either(isDraft4, listOf(isDraft4))],
  ['additionalItems', either(isFlag, isDraft4)],
  ['additionalProperties', either(isFlag, isDraft4)],
  ['definitions', eachMember(isDraft4)],
  ['properties', eachMember(isDraft4)],
  ['patternProperties', eachMember(isDraft4)],
  ['dependencies', eachMember(either(isDraft4, names))],
  ['allOf', listOf(isDraft4)],
  ['anyOf', listOf(isDraft4)],
  ['oneOf', listOf(isDraft4)],
  ['not', isDraft4],
]);
