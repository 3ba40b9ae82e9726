/**
 * The query protocol: input as form parameters (`Tags.member.1.Key=a`), output as XML.
 * Source: Smithy specification, "AWS query protocol".
 */
import { serializationFailure } from '../../definition/errors.ts';
import { type Member, membersOf, type ServiceModel } from './model.ts';
import { decodeText, encodeText } from './text.ts';
import type { TimestampPrecision } from './timestamps.ts';

/** Dotted names as a tree. */
class Parameter {
  value: string | undefined;
  readonly children = new Map<string, Parameter>();
}

/** Members of AWS's models lie no deeper. */
const depthMax = 32;

/** @throws SerializationException */
export function decodeQueryInput(
  model: ServiceModel,
  shape: string | undefined,
  parameters: readonly (readonly [name: string, value: string])[],
): Record<string, unknown> {
  const root = new Parameter();
  for (const [name, value] of parameters) {
    const steps = name.split('.');
    if (steps.length > depthMax) throw serializationFailure('Maximum nesting depth exceeded');
    let parameter = root;
    for (const step of steps) {
      const next: Parameter = parameter.children.get(step) ?? new Parameter();
      parameter.children.set(step, next);
      parameter = next;
    }
    parameter.value ??= value;
  }
  return structureOf(model, shape, root);
}

function structureOf(model: ServiceModel, shape: string | undefined, parameter: Parameter): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, member] of Object.entries(membersOf(model, shape))) {
    const child = parameter.children.get(member.xmlName ?? name);
    if (child !== undefined) entries.push([name, decoded(model, member, child)]);
  }
  return Object.fromEntries(entries);
}

function decoded(model: ServiceModel, member: Member, parameter: Parameter): unknown {
  const { of } = member;
  switch (member.type) {
    case 'structure':
      return structureOf(model, member.shape, parameter);
    case 'list': {
      const items = member.flattened ? parameter : parameter.children.get(of?.xmlName ?? 'member');
      return of === undefined ? [] : inOrder(items).map((item) => decoded(model, of, item));
    }
    case 'map': {
      const items = inOrder(member.flattened ? parameter : parameter.children.get('entry'));
      const entries = items.map((item): [string, unknown] => {
        const value = item.children.get('value');
        return [
          item.children.get('key')?.value ?? '',
          value === undefined || of === undefined ? null : decoded(model, of, value),
        ];
      });
      return Object.fromEntries(entries);
    }
    default:
      if (parameter.value === undefined)
        throw serializationFailure('Start of structure or map found where not expected.');
      return decodeText(member, parameter.value, 'date-time');
  }
}

const inOrder = (parameter: Parameter | undefined): Parameter[] =>
  [...(parameter?.children ?? [])]
    .filter(([index]) => /^\d{1,9}$/.test(index))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);

/** The whole answer of an operation. */
export function encodeQueryOutput(
  model: ServiceModel,
  operation: string,
  output: unknown,
  requestId: string,
  precision: TimestampPrecision,
): string {
  const shape = model.operations[operation]?.output;
  const result =
    shape === undefined ? '' : element(`${operation}Result`, structureXml(model, shape, output, precision));
  const metadata = element('ResponseMetadata', element('RequestId', escapeXml(requestId)));
  return `<${operation}Response xmlns="${escapeXml(model.xmlNamespace ?? '')}">${result}${metadata}</${operation}Response>`;
}

function structureXml(
  model: ServiceModel,
  shape: string | undefined,
  value: unknown,
  precision: TimestampPrecision,
): string {
  const source = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  let xml = '';
  for (const [name, member] of Object.entries(membersOf(model, shape)))
    xml += memberXml(model, member.xmlName ?? name, member, source[name], precision);
  return xml;
}

function memberXml(
  model: ServiceModel,
  name: string,
  member: Member,
  value: unknown,
  precision: TimestampPrecision,
): string {
  if (value === undefined || value === null) return '';
  const { of } = member;
  switch (member.type) {
    case 'structure':
      return element(name, structureXml(model, member.shape, value, precision));
    case 'list': {
      const itemName = member.flattened ? name : (of?.xmlName ?? 'member');
      const items = Array.from(value as Iterable<unknown>, (item) =>
        of === undefined ? '' : memberXml(model, itemName, of, item, precision),
      ).join('');
      return member.flattened ? items : element(name, items);
    }
    case 'map': {
      const items = Object.entries(value)
        .map(([key, item]) =>
          element(
            member.flattened ? name : 'entry',
            element('key', escapeXml(key)) + (of === undefined ? '' : memberXml(model, 'value', of, item, precision)),
          ),
        )
        .join('');
      return member.flattened ? items : element(name, items);
    }
    default:
      return element(name, escapeXml(encodeText(member, value, 'date-time', precision)));
  }
}

const element = (name: string, content: string): string =>
  content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Characters that XML cannot hold at all are left out. */
export const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids
    .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? character);
