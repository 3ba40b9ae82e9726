/**
 * The sample mapping template that API Gateway makes of a model (GetModelTemplate): a body of the model's shape with a
 * sample for each value, and a loop, to be completed by hand, for each list. Source: API reference, GetModelTemplate;
 * the loop and its comment are as the console generates them.
 */
import { type FindDocument, memberAt, type SchemaDocument, type SchemaObject } from './json-schema/index.ts';
import { type ModelSchema, schemaDocuments } from './models.ts';

const samples: Readonly<Record<string, string>> = { string: '"foo"', integer: '42', number: '42', boolean: 'true' };
const linesMax = 5_000;
const depthMax = 30;

/**
 * @param models all models of the API, by name
 * @throws ModelError for a model that is not there, or whose schema is not JSON
 */
export function modelTemplate(models: Readonly<Record<string, ModelSchema>>, name: string, restApiId: string): string {
  const { root, find } = schemaDocuments(models, name, restApiId);
  const sketch = new Sketch(find);
  sketch.value({ schema: root?.root, document: root }, { indent: '', before: '', after: '' });
  return ["#set($inputRoot = $input.path('$'))", ...sketch.lines].join('\n');
}

/** A schema, and the document that its references start from. */
interface Placed {
  readonly schema: unknown;
  readonly document: SchemaDocument | undefined;
}

/** What stands before a value on its first line and behind it on its last, and the indent of its lines. */
interface Around {
  readonly indent: string;
  readonly before: string;
  readonly after: string;
}

class Sketch {
  readonly lines: string[] = [];
  readonly #find: FindDocument;
  /** Schemas that are being written: one that contains itself ends there. */
  readonly #open = new Set<unknown>();

  constructor(find: FindDocument) {
    this.#find = find;
  }

  value(placed: Placed, around: Around): void {
    const { schema, document } = this.#resolved(placed);
    const { before, after } = around;
    const type = typeOf(schema);
    const ends = this.#open.has(schema) || this.#open.size >= depthMax || this.lines.length >= linesMax;
    if (type !== 'object' && type !== 'array') this.lines.push(before + (samples[type] ?? 'null') + after);
    else if (ends) this.lines.push(`${before}${type === 'object' ? '{ }' : '[ ]'}${after}`);
    else {
      this.#open.add(schema);
      if (type === 'object') this.#object(memberOf(schema, 'properties'), document, around);
      else this.#array(memberOf(schema, 'items'), document, around);
      this.#open.delete(schema);
    }
  }

  #object(properties: unknown, document: SchemaDocument | undefined, { indent, before, after }: Around): void {
    const names = isSchema(properties) ? Object.keys(properties) : [];
    if (!isSchema(properties) || names.length === 0) {
      this.lines.push(`${before}{ }${after}`);
      return;
    }
    this.lines.push(`${before}{`);
    const inner = `${indent}  `;
    for (const [index, name] of names.entries()) {
      this.value(
        { schema: properties[name], document },
        {
          indent: inner,
          before: `${inner}${JSON.stringify(name)} : `,
          after: index < names.length - 1 ? ',' : '',
        },
      );
    }
    this.lines.push(`${indent}}${after}`);
  }

  #array(items: unknown, document: SchemaDocument | undefined, { indent, before, after }: Around): void {
    this.lines.push(
      `${before}[`,
      '##TODO: Update this foreach loop to reference array from input json',
      '#foreach($elem in $inputRoot.TODO)',
    );
    const schema = Array.isArray(items) ? items[0] : items;
    this.value({ schema, document }, { indent, before: `${indent} `, after: ' ' });
    this.lines.push('#if($foreach.hasNext),#end', '#end', `${indent}]${after}`);
  }

  /** Follows references; what leads nowhere is an empty schema. */
  #resolved(placed: Placed): { readonly schema: SchemaObject; readonly document: SchemaDocument | undefined } {
    let { schema, document } = placed;
    for (let hops = 0; hops < depthMax && isSchema(schema); hops++) {
      const reference = memberOf(schema, '$ref');
      if (typeof reference !== 'string') return { schema, document };
      const [base = '', fragment = ''] = reference.split('#', 2);
      if (base !== '') document = this.#find(base);
      schema = memberAt(document?.root, fragment);
    }
    return { schema: {}, document };
  }
}

const isSchema = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const memberOf = (schema: SchemaObject, name: string): unknown =>
  Object.hasOwn(schema, name) ? schema[name] : undefined;

/** A schema that names no type is of the one that its keywords speak of. */
function typeOf(schema: SchemaObject): string {
  const type = memberOf(schema, 'type');
  const named: unknown = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
  if (typeof named === 'string') return named;
  return memberOf(schema, 'items') === undefined ? 'object' : 'array';
}
