/**
 * `$util`: the functions of API Gateway, and two of ours, `toXml` and `parseXml`.
 * Source: Amazon API Gateway Developer Guide, "Variables for data transformations", "Util variables".
 */
import { Buffer } from 'node:buffer';
import { parseJson } from './json.ts';
import { JavaException, UnreadableBody } from './vtl/errors.ts';
import { type MethodTable, method, OBJECT, type Parameter, TEXT, tableOf } from './vtl/java/methods.ts';
import { isNumeric, numberText } from './vtl/java/numbers.ts';
import type { Rendering } from './vtl/java/rendering.ts';
import { isList, isMap, JavaCollection, JavaObject, mapGet, mapKeys, textOf } from './vtl/java/values.ts';
import { parseXml, toXml, XmlError } from './xml.ts';

class UtilVariable extends JavaObject {
  override readonly className = 'com.amazonaws.apigateway.Util';
  readonly methods: MethodTable = utilMethods;

  override text(): string {
    return this.className;
  }
}

const UTIL: Parameter<UtilVariable> = {
  accepts: (value) => value instanceof UtilVariable,
  read: (value) => {
    if (!(value instanceof UtilVariable)) throw new TypeError('not $util');
    return value;
  },
};

const named: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\t': '\\t',
  '\f': '\\f',
  '\r': '\\r',
  "'": "\\'",
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
};

/** As Java's commons-lang escapes: quotes, backslashes, slashes, control characters and all beyond ASCII. */
export function escapeJavaScript(text: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code <= 0x7f && code !== 0x22 && code !== 0x27 && code !== 0x2f && code !== 0x5c) continue;
    const char = text[i]!;
    out += text.slice(from, i);
    out += Object.hasOwn(named, char) ? named[char] : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** `application/x-www-form-urlencoded`, as java.net.URLEncoder writes it. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

export function urlDecode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!/%(?![0-9a-fA-F]{2})/.test(spaced)) {
    try {
      return decodeURIComponent(spaced);
    } catch {
      return decodedBytes(spaced);
    }
  }
  throw new JavaException(
    'java.lang.IllegalArgumentException',
    `URLDecoder: ${JSON.stringify(text)} has a "%" without two hexadecimal digits`,
  );
}

/** Percent signs that are no UTF-8 become replacement characters. */
const decodedBytes = (text: string): string =>
  text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));

const base64 = (text: string, from: 'utf8' | 'base64', to: 'utf8' | 'base64'): string =>
  Buffer.from(text, from).toString(to);

/** Values as plain data for the XML writer: numbers as Java writes them. */
function plain(rendering: Rendering, value: unknown): unknown {
  rendering.spend(1);
  if (isNumeric(value)) return numberText(value);
  if (value instanceof JavaCollection) return plain(rendering, value.items());
  if (value instanceof JavaObject) return value.text(rendering);
  if (isList(value)) return Array.from(value, (item) => plain(rendering, item));
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key of mapKeys(value)) {
    const member = plain(rendering, mapGet(value, key));
    Object.defineProperty(out, textOf(rendering, key), {
      value: member,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return out;
}

function xml<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof XmlError) throw new JavaException('XmlError', error.message);
    throw error;
  }
}

/** Work of reading or writing the smallest document. */
const xmlCost = 100;

/** What a function takes its argument for: everything has a text. */
const text = (rendering: Rendering, value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : textOf(rendering, value);

const utilMethods: MethodTable = tableOf([
  method(UTIL, 'escapeJavaScript', [OBJECT], (rendering, _, value) =>
    rendering.sized(escapeJavaScript(text(rendering, value))),
  ),
  method(UTIL, 'parseJson', [TEXT], (rendering, _, json) => {
    rendering.spend(json.length >> 3);
    try {
      return json.trim() === '' ? null : parseJson(json).value;
    } catch (error) {
      if (error instanceof UnreadableBody) throw new JavaException('java.lang.IllegalArgumentException', error.message);
      throw error;
    }
  }),
  method(UTIL, 'urlEncode', [OBJECT], (rendering, _, value) => rendering.sized(urlEncode(text(rendering, value)))),
  method(UTIL, 'urlDecode', [OBJECT], (rendering, _, value) => rendering.sized(urlDecode(text(rendering, value)))),
  method(UTIL, 'base64Encode', [OBJECT], (rendering, _, value) =>
    rendering.sized(base64(text(rendering, value), 'utf8', 'base64')),
  ),
  method(UTIL, 'base64Decode', [OBJECT], (rendering, _, value) =>
    rendering.sized(base64(text(rendering, value), 'base64', 'utf8')),
  ),
  method(UTIL, 'toXml', [OBJECT], (rendering, _, value) => {
    const written = rendering.sized(xml(() => toXml(plain(rendering, value))));
    rendering.spend(xmlCost + written.length);
    return written;
  }),
  method(UTIL, 'parseXml', [TEXT], (rendering, _, source) => {
    rendering.spend(xmlCost + source.length);
    return xml(() => parseXml(source));
  }),
]);

/** One is enough: it keeps nothing. */
export const utilVariable: JavaObject = new UtilVariable();
