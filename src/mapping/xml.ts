/**
 * JSON to XML and back, for `$util.toXml` and `$util.parseXml`: extensions of ours, API Gateway has no such functions.
 * An object is an element for each member, a list repeats its element; `@name` is an attribute, `#text` the text of an
 * element that has attributes or children besides. Values of parsed XML are texts: XML knows no numbers.
 *
 * Documents with a DOCTYPE are refused, so there are no entities but those of XML and HTML, and character references; depth
 * and size are bounded. Elements named `__proto__`, `prototype` or `constructor` are refused.
 */
import { createRequire } from 'node:module';

export class XmlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'XmlError';
  }
}

/** Reading this much takes a tenth of a second, during which nothing else is answered. */
const charactersMax = 1024 * 1024;
const depthMax = 200;
const nodesMax = 100_000;
const attributePrefix = '@';
const textName = '#text';

/** Loaded when a template first asks for XML: few do, and every thread would carry it (7 MB). */
const codecs = once(() => {
  const library: typeof import('fast-xml-parser') = createRequire(import.meta.url)('fast-xml-parser');
  const builder = new library.XMLBuilder({
    attributeNamePrefix: attributePrefix,
    textNodeName: textName,
    ignoreAttributes: false,
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
    processEntities: true,
    maxNestedTags: depthMax + 2,
  });
  const parser = new library.XMLParser({
    attributeNamePrefix: attributePrefix,
    textNodeName: textName,
    ignoreAttributes: false,
    parseTagValue: false,
    parseAttributeValue: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    htmlEntities: true,
    processEntities: { enabled: true, maxTotalExpansions: Number.POSITIVE_INFINITY, maxExpandedLength: charactersMax },
    maxNestedTags: depthMax,
  });
  return { builder, parser, validate: (text: string) => library.XMLValidator.validate(text) };
});

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * @param value an object with one member is that element; anything else stands in an element `root`
 * @throws XmlError for a value that is nested too deeply, or names that no element can have
 */
export function toXml(value: unknown): string {
  const document = isDocument(value) ? value : { root: listItem(value) };
  const budget = { nodes: nodesMax };
  return codecs().builder.build(buildable(document, 0, budget));
}

/**
 * @returns the document as an object with one member, its root element; repeated elements are lists
 * @throws XmlError for text that is not well-formed, has a DOCTYPE, or is nested too deeply
 */
export function parseXml(text: string): unknown {
  if (text.length > charactersMax) throw new XmlError(`XML of more than ${charactersMax} characters is not read`);
  if (/<!DOCTYPE/i.test(text)) throw new XmlError('XML with a DOCTYPE is not read');
  const { parser, validate } = codecs();
  const verdict = validate(text);
  if (verdict !== true) {
    const { msg, line, col } = verdict.err;
    throw new XmlError(`XML is not well-formed, line ${line ?? 1}, column ${col ?? 1}: ${msg}`);
  }
  let document: unknown;
  try {
    document = parser.parse(text);
  } catch (error) {
    throw new XmlError(error instanceof Error ? error.message : String(error));
  }
  if (!isDocument(document)) throw new XmlError('XML is not well-formed: it has more than one root element');
  return document;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One element, which is not repeated, not text, and no attribute. */
function isDocument(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && elementName.test(name) && !Array.isArray(value[name]);
}

const nameStart = String.raw`:A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}`;
const elementName = new RegExp(
  String.raw`^[${nameStart}][${nameStart}\-.0-9\u{B7}\u{300}-\u{36F}\u{203F}\u{2040}]*$`,
  'u',
);

/** A copy that the builder can take: names that elements can have, texts without characters that XML can not have. */
function buildable(value: unknown, depth: number, budget: { nodes: number }): unknown {
  if (--budget.nodes < 0) throw new XmlError(`XML of more than ${nodesMax} elements is not written`);
  if (depth > depthMax) throw new XmlError(`Values nested more than ${depthMax} deep are not written as XML`);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => buildable(listItem(item), depth + 1, budget));
  if (!isObject(value)) return legal(String(value));
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const isAttribute = name.startsWith(attributePrefix);
    const plain = isAttribute ? name.slice(attributePrefix.length) : name;
    if (name !== textName && !elementName.test(plain)) throw new XmlError(`${name} can not be the name of an element`);
    const isText = isAttribute || name === textName;
    const built = isText ? legal(textOf(member)) : buildable(member, depth + 1, budget);
    Object.defineProperty(out, name, { value: built, enumerable: true, configurable: true, writable: true });
  }
  return out;
}

/** A list that is no member has no name of its own: its items stand in elements `item`. */
const listItem = (item: unknown): unknown => (Array.isArray(item) ? { item } : item);

const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Without the control characters and halves of characters that XML 1.0 can not hold at all. */
const legal = (text: string): string =>
  text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '');
