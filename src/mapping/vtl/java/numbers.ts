/**
 * Java's numbers. Most are plain JavaScript numbers: one that is a safe integer is an Integer when it fits 32 bits and
 * a Long when it does not, any other is a Double. What that cannot say is boxed: a Double such as 1500.0, a Long that
 * is small or beyond 2^53, Float, Short, Byte. A bigint is a BigInteger, a `Decimal` a BigDecimal.
 * Arithmetic and comparison are Velocity's (MathUtils): integers grow to the next type when they overflow.
 */
import { JavaException } from '../errors.ts';
import { marked } from './mark.ts';

export type NumberKind = 'Byte' | 'Short' | 'Integer' | 'Long' | 'BigInteger' | 'Float' | 'Double' | 'BigDecimal';

export const INT_MIN = -2147483648;
export const INT_MAX = 2147483647;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** A number whose Java type a JavaScript number does not tell. */
export class JavaNumber {
  readonly kind: 'Byte' | 'Short' | 'Long' | 'Float' | 'Double';
  /** A bigint for Long, otherwise a number. */
  readonly value: number | bigint;

  constructor(kind: 'Byte' | 'Short' | 'Long' | 'Float' | 'Double', value: number | bigint) {
    this.kind = kind;
    this.value = value;
  }

  get [marked](): true {
    return true;
  }

  valueOf(): number | bigint {
    return this.value;
  }

  toString(): string {
    return numberText(this);
  }
}

/** A BigDecimal: `unscaled * 10 ** -scale`. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  get [marked](): true {
    return true;
  }

  valueOf(): number {
    return Number(`${this.unscaled}e${-this.scale}`);
  }

  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString();
    const sign = this.unscaled < 0n ? '-' : '';
    if (this.scale === 0) return sign + digits;
    const exponent = digits.length - 1 - this.scale;
    if (this.scale > 0 && exponent >= -6) return sign + plainDigits(digits, this.scale);
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    return exponent === 0 ? sign + mantissa : `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`;
  }

  toPlainString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString();
    const sign = this.unscaled < 0n ? '-' : '';
    if (this.scale > 0) return sign + plainDigits(digits, this.scale);
    return sign + digits + (this.unscaled === 0n ? '' : '0'.repeat(-this.scale));
  }
}

const plainDigits = (digits: string, scale: number): string => {
  const padded = digits.padStart(scale + 1, '0');
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
};

/** The Java type of a number; undefined for everything else. */
export function kindOf(value: unknown): NumberKind | undefined {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return 'Double';
    return value <= INT_MAX && value >= INT_MIN ? 'Integer' : 'Long';
  }
  if (typeof value === 'bigint') return 'BigInteger';
  if (value instanceof JavaNumber) return value.kind;
  return value instanceof Decimal ? 'BigDecimal' : undefined;
}

export type JavaNumeric = number | bigint | JavaNumber | Decimal;

export const isNumeric = (value: unknown): value is JavaNumeric => kindOf(value) !== undefined;

export const double = (value: number): JavaNumeric =>
  Number.isSafeInteger(value) ? new JavaNumber('Double', value) : value;

export const float = (value: number): JavaNumeric => new JavaNumber('Float', Math.fround(value));

/** A Long, wrapped around as Java's arithmetic does. */
export function long(value: bigint | number): JavaNumeric {
  const wrapped = BigInt.asIntN(64, BigInt(value));
  const number = Number(wrapped);
  if (Number.isSafeInteger(number) && (number > INT_MAX || number < INT_MIN)) return number;
  return new JavaNumber('Long', wrapped);
}

export const integer = (value: number | bigint): number =>
  typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));

/** The smallest of Integer, Long and BigInteger that a whole number fits. */
export function wholeNumber(value: bigint): JavaNumeric {
  if (value >= BigInt(INT_MIN) && value <= BigInt(INT_MAX)) return Number(value);
  return value >= LONG_MIN && value <= LONG_MAX ? long(value) : value;
}

/** A number as JSON and templates write it. */
export function parseNumber(text: string): JavaNumeric {
  if (/^[-+]?\d+$/.test(text)) {
    if (text.length < 16) return Number(text) || 0;
    return wholeNumber(BigInt(text.startsWith('+') ? text.slice(1) : text));
  }
  return double(Number(text));
}

/** `intValue()`, with Java's conversion of doubles: no wrapping, NaN is zero. */
export function toInt(value: JavaNumeric): number {
  const plain = value instanceof JavaNumber ? value.value : value;
  if (typeof plain === 'bigint') return integer(plain);
  if (plain instanceof Decimal) return integer(truncated(plain));
  if (isWholeKind(value)) return integer(BigInt(plain));
  if (Number.isNaN(plain)) return 0;
  return Math.trunc(Math.min(INT_MAX, Math.max(INT_MIN, plain))) | 0;
}

/** `longValue()`. */
export function toLong(value: JavaNumeric): bigint {
  const plain = value instanceof JavaNumber ? value.value : value;
  if (typeof plain === 'bigint') return BigInt.asIntN(64, plain);
  if (plain instanceof Decimal) return BigInt.asIntN(64, truncated(plain));
  if (Number.isNaN(plain)) return 0n;
  if (plain >= 2 ** 63) return LONG_MAX;
  if (plain <= -(2 ** 63)) return LONG_MIN;
  return BigInt(Math.trunc(plain));
}

/** `doubleValue()` as a JavaScript number. */
export const toDouble = (value: JavaNumeric): number =>
  typeof value === 'number' ? value : Number(value instanceof JavaNumber ? value.value : value.valueOf());

const truncated = (value: Decimal): bigint =>
  value.scale <= 0 ? value.unscaled * 10n ** BigInt(-value.scale) : value.unscaled / 10n ** BigInt(value.scale);

/** Whether a number's type is one of the integers, BigInteger included. */
export function isWholeKind(value: JavaNumeric): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value === 'bigint') return true;
  return value instanceof JavaNumber && value.kind !== 'Float' && value.kind !== 'Double';
}

// Text

export function numberText(value: JavaNumeric): string {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${value}` : doubleText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Decimal) return value.toString();
  if (typeof value.value === 'bigint') return value.value.toString();
  if (value.kind === 'Double') return doubleText(value.value);
  return value.kind === 'Float' ? floatText(value.value) : `${value.value}`;
}

/** `Double.toString`: 1.5, 1.0E7, 1.0E-4. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Math.abs(value) === Number.MIN_VALUE) return value < 0 ? '-4.9E-324' : '4.9E-324';
  return scientific(value, String(value));
}

function floatText(value: number): string {
  if (Number.isNaN(value) || !Number.isFinite(value) || value === 0) return doubleText(value);
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  return scientific(value, String(Number(value.toPrecision(digits))));
}

/** Java's notation for the shortest digits that JavaScript finds. */
function scientific(value: number, shortest: string): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return shortest.includes('.') ? shortest : `${shortest}.0`;
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)\.?(\d*)(?:e([-+]\d+))?$/.exec(shortest) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const exponent = Number(power) + whole.length - 1 - (whole.length + fraction.length - digits.length);
  return `${sign}${digits[0]}.${digits.slice(1).replace(/0+$/, '') || '0'}E${exponent}`;
}

// Arithmetic

type Base = 'long' | 'float' | 'double' | 'integer' | 'decimal';

function baseOf(left: JavaNumeric, right: JavaNumeric): Base {
  const whole = isWholeKind(left) && isWholeKind(right);
  const big = typeof left === 'bigint' || typeof right === 'bigint';
  if (left instanceof Decimal || right instanceof Decimal || (!whole && big)) return 'decimal';
  if (whole) return big ? 'integer' : 'long';
  return kindOf(left) === 'Double' || kindOf(right) === 'Double' ? 'double' : 'float';
}

const sizes: readonly (NumberKind | undefined)[] = ['Byte', 'Short', 'Integer', 'Long', 'Float', 'Double'];

/** The result of integer arithmetic: the larger type of the operands, or the next one that it fits. */
function fitted(result: bigint, left: JavaNumeric, right: JavaNumeric): JavaNumeric {
  const size = Math.max(sizes.indexOf(kindOf(left)), sizes.indexOf(kindOf(right)));
  if (size === 0 && result <= 127n && result >= -128n) return new JavaNumber('Byte', Number(result));
  if (size <= 1 && result <= 32767n && result >= -32768n) return new JavaNumber('Short', Number(result));
  if (size <= 2 && result <= BigInt(INT_MAX) && result >= BigInt(INT_MIN)) return Number(result);
  return long(result);
}

const fitsLong = (value: bigint): boolean => value >= LONG_MIN && value <= LONG_MAX;

const bigOf = (value: JavaNumeric): bigint => (typeof value === 'bigint' ? value : toLong(value));

/** As `new BigDecimal(double)`: the exact value, with all its digits. */
export function decimalOf(value: JavaNumeric): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === 'bigint') return new Decimal(value, 0);
  const number = toDouble(value);
  if (!Number.isFinite(number)) throw new JavaException('java.lang.NumberFormatException', 'Infinite or NaN');
  if (Number.isInteger(number)) return new Decimal(BigInt(number), 0);
  let scale = 0;
  let mantissa = number;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    scale++;
  }
  return new Decimal(BigInt(mantissa) * 5n ** BigInt(scale), scale);
}

const rescaled = (value: Decimal, scale: number): bigint => value.unscaled * 10n ** BigInt(scale - value.scale);

export type Operation = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo';

/** Arithmetic on two numbers. @returns null for a division by zero */
export function calculate(operation: Operation, left: JavaNumeric, right: JavaNumeric): JavaNumeric | null {
  if ((operation === 'divide' || operation === 'modulo') && toDouble(right) === 0) return null;
  const base = baseOf(left, right);
  switch (base) {
    case 'long':
    case 'integer': {
      const result = wholeResult(operation, bigOf(left), bigOf(right), base === 'integer');
      return base === 'integer' || !fitsLong(result)
        ? overflowed(operation, result, base)
        : fitted(result, left, right);
    }
    case 'double':
      return double(realResult(operation, toDouble(left), toDouble(right)));
    case 'float': {
      const [a, b] = [Math.fround(toDouble(left)), Math.fround(toDouble(right))];
      return float(realResult(operation, a, b));
    }
    case 'decimal':
      return decimalResult(operation, decimalOf(left), decimalOf(right));
    default: {
      const never: never = base;
      return never;
    }
  }
}

/** A Long that overflows becomes a BigInteger; only a quotient wraps around. */
const overflowed = (operation: Operation, result: bigint, base: Base): JavaNumeric =>
  base === 'long' && operation === 'divide' ? long(result) : result;

/** Numbers beyond this are refused: arithmetic on them takes too long to be counted as one step. */
const bigMax = 2n ** 4096n;
const scaleMax = 5_000;

function bounded(value: bigint): bigint {
  if (value < bigMax && value > -bigMax) return value;
  throw new JavaException('java.lang.ArithmeticException', 'a number of more than 4096 bits');
}

function wholeResult(operation: Operation, a: bigint, b: bigint, big: boolean): bigint {
  switch (operation) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return bounded(bounded(a) * bounded(b));
    case 'divide':
      return a / b;
    case 'modulo': {
      if (!big) return a % b;
      if (b < 0n) throw new JavaException('java.lang.ArithmeticException', 'BigInteger: modulus not positive');
      return ((a % b) + b) % b;
    }
    default: {
      const never: never = operation;
      return never;
    }
  }
}

function realResult(operation: Operation, a: number, b: number): number {
  switch (operation) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    case 'modulo':
      return a % b;
    default: {
      const never: never = operation;
      return never;
    }
  }
}

function decimalResult(operation: Operation, a: Decimal, b: Decimal): Decimal {
  for (const { unscaled, scale } of [a, b]) {
    bounded(unscaled);
    if (Math.abs(scale) > scaleMax) throw new JavaException('java.lang.ArithmeticException', `a scale of ${scale}`);
  }
  const scale = Math.max(a.scale, b.scale);
  switch (operation) {
    case 'add':
      return new Decimal(rescaled(a, scale) + rescaled(b, scale), scale);
    case 'subtract':
      return new Decimal(rescaled(a, scale) - rescaled(b, scale), scale);
    case 'multiply':
      return new Decimal(a.unscaled * b.unscaled, a.scale + b.scale);
    case 'divide':
      // The scale stays that of the dividend; halves are rounded down.
      return new Decimal(
        halfDown(a.unscaled * 10n ** BigInt(Math.max(0, b.scale)), b.unscaled * 10n ** BigInt(Math.max(0, -b.scale))),
        a.scale,
      );
    case 'modulo':
      throw new JavaException('java.lang.ArithmeticException', 'Cannot calculate the modulo of BigDecimals.');
    default: {
      const never: never = operation;
      return never;
    }
  }
}

function halfDown(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const size = divisor < 0n ? -divisor : divisor;
  if (twice <= size) return quotient;
  return quotient + (dividend < 0n === divisor < 0n ? 1n : -1n);
}

/** -1, 0 or 1; 0 as well when one of them is NaN. */
export function compareNumbers(left: JavaNumeric, right: JavaNumeric): number {
  switch (baseOf(left, right)) {
    case 'long':
    case 'integer':
      return order(bigOf(left), bigOf(right));
    case 'double':
      return order(toDouble(left), toDouble(right));
    case 'float':
      return order(Math.fround(toDouble(left)), Math.fround(toDouble(right)));
    default: {
      const [a, b] = [decimalOf(left), decimalOf(right)];
      const scale = Math.max(a.scale, b.scale);
      return order(rescaled(a, scale), rescaled(b, scale));
    }
  }
}

const order = <Value extends number | bigint>(a: Value, b: Value): number => (a < b ? -1 : a > b ? 1 : 0);

/** `equals`: same type and same value. */
export function numbersEqual(left: JavaNumeric, right: JavaNumeric): boolean {
  if (kindOf(left) !== kindOf(right)) return false;
  if (left instanceof Decimal && right instanceof Decimal) {
    return left.unscaled === right.unscaled && left.scale === right.scale;
  }
  return Object.is(plainOf(left), plainOf(right));
}

const plainOf = (value: JavaNumeric): unknown => (value instanceof JavaNumber ? value.value : value);

const doubles = new DataView(new ArrayBuffer(8));

export function doubleBits(value: number): bigint {
  doubles.setFloat64(0, Number.isNaN(value) ? Number.NaN : value);
  return doubles.getBigInt64(0);
}

export function floatBits(value: number): number {
  doubles.setFloat32(0, value);
  return doubles.getInt32(0);
}

const longHash = (value: bigint): number => integer(value ^ (BigInt.asUintN(64, value) >> 32n));

export function numberHash(value: JavaNumeric): number {
  if (typeof value === 'bigint') return bigHash(value);
  if (value instanceof Decimal) return (Math.imul(31, bigHash(value.unscaled)) + value.scale) | 0;
  switch (kindOf(value)) {
    case 'Long':
      return longHash(toLong(value));
    case 'Double':
      return longHash(doubleBits(toDouble(value)));
    case 'Float':
      return floatBits(toDouble(value));
    default:
      return toInt(value);
  }
}

function bigHash(value: bigint): number {
  let hash = 0;
  const magnitude = value < 0n ? -value : value;
  for (let shift = BigInt(Math.ceil(magnitude.toString(2).length / 32) * 32 - 32); shift >= 0n; shift -= 32n) {
    hash = (Math.imul(31, hash) + Number((magnitude >> shift) & 0xffffffffn)) | 0;
  }
  return value < 0n ? -hash | 0 : hash;
}
