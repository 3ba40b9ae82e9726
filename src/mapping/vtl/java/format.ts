/**
 * `String.format`: the conversions of java.util.Formatter that have a meaning for what templates hold, with flags,
 * width, precision and argument numbers. No dates.
 */
import { JavaException } from '../errors.ts';
import {
  Decimal,
  decimalOf,
  doubleText,
  isNumeric,
  isWholeKind,
  type JavaNumeric,
  kindOf,
  toDouble,
  toLong,
} from './numbers.ts';
import { type Rendering, valueDepthMax } from './rendering.ts';
import { Character, javaHash, textOf } from './values.ts';

const specifier = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y;
const widthMax = 100_000;

const illegal = (exception: string, message: string): JavaException =>
  new JavaException(`java.util.${exception}`, message);

export function format(rendering: Rendering, pattern: string, args: readonly unknown[]): string {
  let out = '';
  let next = 0;
  let last = -1;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== '%') {
      out += pattern[i];
      continue;
    }
    specifier.lastIndex = i;
    const found = specifier.exec(pattern);
    if (found === null) throw illegal('UnknownFormatConversionException', `Conversion = '${pattern[i + 1] ?? '%'}'`);
    i += found[0].length - 1;
    const [, position, previous, flags = '', width, precision, conversion = ''] = found;
    const options: Options = {
      flags,
      width: width === undefined ? 0 : Number(width),
      precision: precision === undefined ? undefined : Number(precision),
    };
    if (options.width > widthMax || (options.precision ?? 0) > valueDepthMax)
      throw illegal('IllegalFormatWidthException', `${width}`);
    if (conversion === 'n') out += '\n';
    else if (conversion === '%') out += padded('%', options);
    else {
      const at = position !== undefined ? Number(position) - 1 : previous !== undefined ? last : next++;
      if (at < 0 || at >= args.length)
        throw illegal('MissingFormatArgumentException', `Format specifier '${found[0]}'`);
      last = at;
      const text = converted(rendering, conversion, args[at], options);
      out += /[A-Z]/.test(conversion) ? text.toUpperCase() : text;
    }
    rendering.sized(out);
  }
  return out;
}

interface Options {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

const padded = (text: string, { flags, width }: Options): string =>
  flags.includes('-') ? text.padEnd(width) : text.padStart(width);

function converted(rendering: Rendering, conversion: string, value: unknown, options: Options): string {
  const { precision } = options;
  const kind = conversion.toLowerCase();
  switch (kind) {
    case 's':
      return padded(textOf(rendering, value).slice(0, precision), options);
    case 'b':
      return padded(
        String(value === null ? false : typeof value === 'boolean' ? value : true).slice(0, precision),
        options,
      );
    case 'h':
      return padded(
        value === null ? 'null' : (javaHash(rendering, value) >>> 0).toString(16).slice(0, precision),
        options,
      );
    case 'c': {
      if (value === null) return padded('null', options);
      if (value instanceof Character) return padded(value.char, options);
      if (isNumeric(value) && isWholeKind(value))
        return padded(String.fromCodePoint(Number(toLong(value)) & 0x1fffff), options);
      throw mismatch(conversion, value);
    }
    case 'd':
    case 'x':
    case 'o':
      if (value === null) return padded('null', options);
      if (!isNumeric(value) || !isWholeKind(value)) throw mismatch(conversion, value);
      if (precision !== undefined) throw illegal('IllegalFormatPrecisionException', `${precision}`);
      return kind === 'd' ? decimalText(value, options) : radixText(value, kind === 'x' ? 16 : 8, options);
    case 'f':
    case 'e':
    case 'g':
      if (value === null) return padded('null', options);
      if (!isNumeric(value) || isWholeKind(value)) throw mismatch(conversion, value);
      return realText(value, kind, options);
    default:
      throw illegal('UnknownFormatConversionException', `Conversion = '${conversion}'`);
  }
}

const mismatch = (conversion: string, value: unknown): JavaException => {
  const kind = kindOf(value);
  const name =
    kind === undefined
      ? typeof value === 'string'
        ? 'java.lang.String'
        : 'java.lang.Object'
      : kind.startsWith('Big')
        ? `java.math.${kind}`
        : `java.lang.${kind}`;
  return illegal('IllegalFormatConversionException', `${conversion} != ${name}`);
};

/** Sign, grouping, zeros and width around digits. */
function dressed(digits: string, negative: boolean, { flags, width }: Options): string {
  let text = digits;
  if (flags.includes(',')) {
    const [whole = '', fraction] = text.split('.');
    text = whole.replace(/\B(?=(?:\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
  }
  const before = negative
    ? flags.includes('(')
      ? '('
      : '-'
    : flags.includes('+')
      ? '+'
      : flags.includes(' ')
        ? ' '
        : '';
  const after = negative && flags.includes('(') ? ')' : '';
  if (flags.includes('0')) text = text.padStart(width - before.length - after.length, '0');
  return padded(before + text + after, { flags, width, precision: undefined });
}

function decimalText(value: JavaNumeric, options: Options): string {
  const whole = typeof value === 'bigint' ? value : toLong(value);
  return dressed((whole < 0n ? -whole : whole).toString(), whole < 0n, options);
}

function radixText(value: JavaNumeric, radix: 16 | 8, options: Options): string {
  const bits =
    { Byte: 8, Short: 16, Integer: 32, Long: 64 }[kindOf(value) as 'Byte' | 'Short' | 'Integer' | 'Long'] ?? 0;
  const big = typeof value === 'bigint' ? value : toLong(value);
  const negative = bits === 0 && big < 0n;
  const digits = (bits === 0 ? (negative ? -big : big) : BigInt.asUintN(bits, big)).toString(radix);
  const lead = options.flags.includes('#') ? (radix === 16 ? '0x' : '0') : '';
  if (options.flags.includes('0'))
    return (negative ? '-' : '') + lead + digits.padStart(options.width - lead.length - (negative ? 1 : 0), '0');
  return padded((negative ? '-' : '') + lead + digits, options);
}

function realText(value: JavaNumeric, kind: 'f' | 'e' | 'g', options: Options): string {
  const number = toDouble(value);
  if (!Number.isFinite(number)) {
    const text = Number.isNaN(number)
      ? 'NaN'
      : number < 0
        ? options.flags.includes('(')
          ? '(Infinity)'
          : '-Infinity'
        : options.flags.includes('+')
          ? '+Infinity'
          : 'Infinity';
    return padded(text, options);
  }
  const precision = options.precision ?? 6;
  const negative = number < 0 || Object.is(number, -0);
  const decimal = shortestDecimal(value);
  if (kind === 'f') return dressed(rounded(decimal, precision), negative, options);
  const magnitude = Math.abs(number);
  if (kind === 'g') {
    const significant = precision === 0 ? 1 : precision;
    if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 10 ** significant)) {
      return dressed(scientific(decimal, significant - 1), negative, options);
    }
    const exponent = magnitude === 0 ? 0 : Math.floor(Math.log10(magnitude));
    return dressed(rounded(decimal, Math.max(0, significant - 1 - exponent)), negative, options);
  }
  return dressed(scientific(decimal, precision), negative, options);
}

/** Java rounds the digits that `toString` shows, not the binary value behind them. */
function shortestDecimal(value: JavaNumeric): Decimal {
  if (value instanceof Decimal) return value;
  const text = kindOf(value) === 'Double' ? doubleText(toDouble(value)) : String(value);
  const found = /^-?(\d+)\.?(\d*)(?:E(-?\d+))?$/.exec(text);
  if (found === null) return decimalOf(value);
  const [, whole = '0', fraction = '', exponent = '0'] = found;
  return new Decimal(BigInt(whole + fraction), fraction.length - Number(exponent));
}

/** The magnitude with a number of digits behind the point, halves rounded up. */
function rounded(value: Decimal, digits: number): string {
  const magnitude = value.unscaled < 0n ? -value.unscaled : value.unscaled;
  let unscaled: bigint;
  if (value.scale <= digits) unscaled = magnitude * 10n ** BigInt(digits - value.scale);
  else {
    const divisor = 10n ** BigInt(value.scale - digits);
    unscaled = (magnitude + divisor / 2n) / divisor;
  }
  return new Decimal(unscaled, digits).toPlainString();
}

function scientific(value: Decimal, digits: number): string {
  const magnitude = (value.unscaled < 0n ? -value.unscaled : value.unscaled).toString();
  if (magnitude === '0') return `${digits === 0 ? '0' : `0.${'0'.repeat(digits)}`}e+00`;
  let exponent = magnitude.length - 1 - value.scale;
  let text = rounded(new Decimal(BigInt(magnitude), magnitude.length - 1), digits);
  if (text.startsWith('10')) {
    exponent++;
    text = rounded(new Decimal(BigInt(magnitude), magnitude.length), digits);
  }
  return `${text}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
}
