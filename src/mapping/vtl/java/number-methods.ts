/**
 * The methods of `java.lang.Integer`, `Long`, `Double` and their kin, of `java.math.BigInteger` and `BigDecimal`, and
 * of `java.lang.Boolean`; static ones included, because templates call them on any number at hand (`$n.parseInt($s)`).
 */
import { JavaException } from '../errors.ts';
import {
  BIG_INTEGER,
  BOOLEAN,
  DECIMAL,
  DOUBLE,
  exactly,
  FLOAT,
  INT,
  LONG,
  type MethodTable,
  method,
  NUMBER,
  OBJECT,
  type Row,
  statically,
  TEXT,
  tableOf,
} from './methods.ts';
import {
  calculate,
  compareNumbers,
  Decimal,
  decimalOf,
  double,
  doubleBits,
  doubleText,
  float,
  floatBits,
  INT_MAX,
  INT_MIN,
  integer,
  JavaNumber,
  type JavaNumeric,
  type kindOf,
  long,
  numberHash,
  numberText,
  toDouble,
  toInt,
  toLong,
} from './numbers.ts';

const wrongNumber = (text: string): JavaException =>
  new JavaException('java.lang.NumberFormatException', `For input string: ${JSON.stringify(text)}`);

const digitsMax = 1000;

/** A whole number as `Integer.parseInt` reads one. */
function parseWhole(text: string, radix: number, min: bigint, max: bigint): bigint {
  if (radix < 2 || radix > 36)
    throw new JavaException('java.lang.NumberFormatException', `radix ${radix} is not from 2 to 36`);
  const digits = /^[-+]?([0-9a-zA-Z]+)$/.exec(text)?.[1];
  if (digits === undefined || digits.length > digitsMax) throw wrongNumber(text);
  let value = 0n;
  for (const char of digits) {
    const digit = Number.parseInt(char, 36);
    if (digit >= radix) throw wrongNumber(text);
    value = value * BigInt(radix) + BigInt(digit);
  }
  if (text.startsWith('-')) value = -value;
  if (value < min || value > max) throw wrongNumber(text);
  return value;
}

const parseInt32 = (text: string, radix = 10): number =>
  Number(parseWhole(text, radix, BigInt(INT_MIN), BigInt(INT_MAX)));
const parseLong = (text: string, radix = 10): JavaNumeric =>
  long(parseWhole(text, radix, -(2n ** 63n), 2n ** 63n - 1n));

/** `0x1f`, `#1f`, `017` and `12`. */
function decoded(text: string): [digits: string, radix: number] {
  const [, sign = '', prefix = '', digits = ''] = /^([-+]?)(0[xX]|#|0(?=.))?([\s\S]*)$/.exec(text) ?? [];
  return [sign + digits, prefix === '' ? 10 : prefix === '0' ? 8 : 16];
}

/** A floating-point number as `Double.parseDouble` reads one. */
function parseReal(text: string): number {
  const trimmed = text.trim();
  const found = /^([-+]?)(?:(NaN)|(Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[dDfF]?)$/.exec(trimmed);
  if (found === null)
    throw trimmed === '' ? new JavaException('java.lang.NumberFormatException', 'empty String') : wrongNumber(text);
  const [, sign, nan, infinity, number] = found;
  const value = nan !== undefined ? Number.NaN : infinity !== undefined ? Number.POSITIVE_INFINITY : Number(number);
  return sign === '-' ? -value : value;
}

const compareOrders = (left: number | bigint, right: number | bigint): number =>
  left < right ? -1 : left > right ? 1 : 0;

const larger = (a: bigint, b: bigint): bigint => [a, b][Number(a < b)]!;
const smaller = (a: bigint, b: bigint): bigint => [a, b][Number(a > b)]!;

/** `Double.compare`: -0.0 before 0.0, NaN last. */
function compareReals(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return compareOrders(doubleBits(left), doubleBits(right));
}

function notComparable(): never {
  throw new JavaException('java.lang.ClassCastException', 'the argument of compareTo has another class');
}

/** What `java.lang.Number` has, and every number's `compareTo`. */
const common = (
  kind: NonNullable<ReturnType<typeof kindOf>>,
  compare: (a: JavaNumeric, b: JavaNumeric) => number,
): Row[] => [
  method(NUMBER, 'intValue', [], (_, self) => toInt(self)),
  method(NUMBER, 'longValue', [], (_, self) => long(toLong(self))),
  method(NUMBER, 'doubleValue', [], (_, self) => double(toDouble(self))),
  method(NUMBER, 'floatValue', [], (_, self) => float(toDouble(self))),
  method(NUMBER, 'shortValue', [], (_, self) => new JavaNumber('Short', (toInt(self) << 16) >> 16)),
  method(NUMBER, 'byteValue', [], (_, self) => new JavaNumber('Byte', (toInt(self) << 24) >> 24)),
  method(NUMBER, 'compareTo', [exactly(kind)], (_, self, other) => compare(self, other)),
  method(NUMBER, 'compareTo', [OBJECT], notComparable),
];

const unsigned32 = (value: number): number => value >>> 0;
const unsigned64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function leadingZeros64(value: bigint): number {
  const bits = unsigned64(value);
  return bits === 0n ? 64 : 64 - bits.toString(2).length;
}

function trailingZeros64(value: bigint): number {
  const bits = unsigned64(value);
  return bits === 0n ? 64 : bits.toString(2).length - bits.toString(2).lastIndexOf('1') - 1;
}

const bitsOf = (value: bigint): number => unsigned64(value).toString(2).replaceAll('0', '').length;
const reversed = (value: bigint, bits: number): bigint =>
  BigInt(`0b${Array.from(BigInt.asUintN(bits, value).toString(2).padStart(bits, '0')).reverse().join('')}`);
const trailingZeros32 = (value: number): number => (value === 0 ? 32 : 31 - Math.clz32(value & -value));

function inRadix(value: bigint, radix: number): string {
  return value.toString(radix < 2 || radix > 36 ? 10 : radix);
}

function dividing<Result>(divisor: number | bigint, divide: () => Result): Result {
  if (Number(divisor) === 0) throw new JavaException('java.lang.ArithmeticException', '/ by zero');
  return divide();
}

export const integerMethods: MethodTable = tableOf(common('Integer', compareNumbers), [
  statically('toString', [INT], (_, value) => `${value}`),
  statically('toString', [INT, INT], (_, value, radix) => inRadix(BigInt(value), radix)),
  statically('toHexString', [INT], (_, value) => unsigned32(value).toString(16)),
  statically('toBinaryString', [INT], (_, value) => unsigned32(value).toString(2)),
  statically('toOctalString', [INT], (_, value) => unsigned32(value).toString(8)),
  statically('toUnsignedString', [INT], (_, value) => unsigned32(value).toString()),
  statically('toUnsignedString', [INT, INT], (_, value, radix) => inRadix(BigInt(unsigned32(value)), radix)),
  statically('toUnsignedLong', [INT], (_, value) => long(unsigned32(value))),
  statically('parseInt', [TEXT], (_, text) => parseInt32(text)),
  statically('parseInt', [TEXT, INT], (_, text, radix) => parseInt32(text, radix)),
  statically('parseUnsignedInt', [TEXT], (_, text) => integer(parseWhole(text, 10, 0n, 0xffffffffn))),
  statically('parseUnsignedInt', [TEXT, INT], (_, text, radix) => integer(parseWhole(text, radix, 0n, 0xffffffffn))),
  statically('valueOf', [INT], (_, value) => value),
  statically('valueOf', [TEXT], (_, text) => parseInt32(text)),
  statically('valueOf', [TEXT, INT], (_, text, radix) => parseInt32(text, radix)),
  statically('decode', [TEXT], (_, text) => parseInt32(...decoded(text))),
  statically('hashCode', [INT], (_, value) => value),
  statically('compare', [INT, INT], (_, a, b) => compareOrders(a, b)),
  statically('compareUnsigned', [INT, INT], (_, a, b) => compareOrders(unsigned32(a), unsigned32(b))),
  statically('divideUnsigned', [INT, INT], (_, a, b) =>
    dividing(b, () => integer(Math.trunc(unsigned32(a) / unsigned32(b)))),
  ),
  statically('remainderUnsigned', [INT, INT], (_, a, b) => dividing(b, () => integer(unsigned32(a) % unsigned32(b)))),
  statically('max', [INT, INT], (_, a, b) => Math.max(a, b)),
  statically('min', [INT, INT], (_, a, b) => Math.min(a, b)),
  statically('sum', [INT, INT], (_, a, b) => integer(a + b)),
  statically('signum', [INT], (_, value) => Math.sign(value)),
  statically('bitCount', [INT], (_, value) => bitsOf(BigInt(unsigned32(value)))),
  statically('reverse', [INT], (_, value) => integer(reversed(BigInt(value), 32))),
  statically('reverseBytes', [INT], (_, value) =>
    integer(((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)),
  ),
  statically('highestOneBit', [INT], (_, value) => (value === 0 ? 0 : integer(1 << (31 - Math.clz32(value))))),
  statically('lowestOneBit', [INT], (_, value) => value & -value),
  statically('numberOfLeadingZeros', [INT], (_, value) => Math.clz32(value)),
  statically('numberOfTrailingZeros', [INT], (_, value) => trailingZeros32(value)),
  statically('rotateLeft', [INT, INT], (_, value, by) => (value << by) | (value >>> ((32 - (by & 31)) % 32))),
  statically('rotateRight', [INT, INT], (_, value, by) => (value >>> by) | (value << ((32 - (by & 31)) % 32))),
]);

export const longMethods: MethodTable = tableOf(common('Long', compareNumbers), [
  statically('toString', [LONG], (_, value) => value.toString()),
  statically('toString', [LONG, INT], (_, value, radix) => inRadix(value, radix)),
  statically('toHexString', [LONG], (_, value) => unsigned64(value).toString(16)),
  statically('toBinaryString', [LONG], (_, value) => unsigned64(value).toString(2)),
  statically('toOctalString', [LONG], (_, value) => unsigned64(value).toString(8)),
  statically('toUnsignedString', [LONG], (_, value) => unsigned64(value).toString()),
  statically('parseLong', [TEXT], (_, text) => parseLong(text)),
  statically('parseLong', [TEXT, INT], (_, text, radix) => parseLong(text, radix)),
  statically('valueOf', [LONG], (_, value) => long(value)),
  statically('valueOf', [TEXT], (_, text) => parseLong(text)),
  statically('valueOf', [TEXT, INT], (_, text, radix) => parseLong(text, radix)),
  statically('decode', [TEXT], (_, text) => parseLong(...decoded(text))),
  statically('hashCode', [LONG], (_, value) => numberHash(long(value))),
  statically('compare', [LONG, LONG], (_, a, b) => compareOrders(a, b)),
  statically('compareUnsigned', [LONG, LONG], (_, a, b) => compareOrders(unsigned64(a), unsigned64(b))),
  statically('divideUnsigned', [LONG, LONG], (_, a, b) => dividing(b, () => long(unsigned64(a) / unsigned64(b)))),
  statically('remainderUnsigned', [LONG, LONG], (_, a, b) => dividing(b, () => long(unsigned64(a) % unsigned64(b)))),
  statically('max', [LONG, LONG], (_, a, b) => long(larger(a, b))),
  statically('min', [LONG, LONG], (_, a, b) => long(smaller(a, b))),
  statically('sum', [LONG, LONG], (_, a, b) => long(a + b)),
  statically('signum', [LONG], (_, value) => compareOrders(value, 0n)),
  statically('bitCount', [LONG], (_, value) => bitsOf(value)),
  statically('reverse', [LONG], (_, value) => long(reversed(value, 64))),
  statically('highestOneBit', [LONG], (_, value) => long(value === 0n ? 0n : 1n << BigInt(63 - leadingZeros64(value)))),
  statically('lowestOneBit', [LONG], (_, value) => long(value & -value)),
  statically('numberOfLeadingZeros', [LONG], (_, value) => leadingZeros64(value)),
  statically('numberOfTrailingZeros', [LONG], (_, value) => trailingZeros64(value)),
]);

/** What Double and Float share. */
const realMethods = (
  kind: 'Double' | 'Float',
  make: (value: number) => JavaNumeric,
  parameter: typeof DOUBLE,
): Row[] => [
  ...common(kind, (a, b) => compareReals(toDouble(a), toDouble(b))),
  method(NUMBER, 'isNaN', [], (_, self) => Number.isNaN(toDouble(self))),
  method(NUMBER, 'isInfinite', [], (_, self) => Math.abs(toDouble(self)) === Number.POSITIVE_INFINITY),
  statically('isNaN', [parameter], (_, value) => Number.isNaN(value)),
  statically('isInfinite', [parameter], (_, value) => Math.abs(value) === Number.POSITIVE_INFINITY),
  statically('isFinite', [parameter], (_, value) => Number.isFinite(value)),
  statically('toString', [parameter], (_, value) => numberText(make(value))),
  statically(`parse${kind}`, [TEXT], (_, text) => make(parseReal(text))),
  statically('valueOf', [parameter], (_, value) => make(value)),
  statically('valueOf', [TEXT], (_, text) => make(parseReal(text))),
  statically('hashCode', [parameter], (_, value) => numberHash(make(value))),
  statically('compare', [parameter, parameter], (_, a, b) => compareReals(a, b)),
  statically('max', [parameter, parameter], (_, a, b) => make(Math.max(a, b))),
  statically('min', [parameter, parameter], (_, a, b) => make(Math.min(a, b))),
  statically('sum', [parameter, parameter], (_, a, b) => make(a + b)),
];

export const doubleMethods: MethodTable = tableOf(realMethods('Double', double, DOUBLE), [
  statically('doubleToLongBits', [DOUBLE], (_, value) => long(doubleBits(value))),
  statically('doubleToRawLongBits', [DOUBLE], (_, value) => long(doubleBits(value))),
]);

export const floatMethods: MethodTable = tableOf(realMethods('Float', float, FLOAT), [
  statically('floatToIntBits', [FLOAT], (_, value) => floatBits(value)),
]);

const difference = (a: JavaNumeric, b: JavaNumeric): number => toInt(a) - toInt(b);

export const shortMethods: MethodTable = tableOf(common('Short', difference), [
  statically(
    'decode',
    [TEXT],
    (_, text) => new JavaNumber('Short', Number(parseWhole(...decoded(text), -32768n, 32767n))),
  ),
  statically('parseShort', [TEXT], (_, text) => new JavaNumber('Short', Number(parseWhole(text, 10, -32768n, 32767n)))),
  statically('valueOf', [TEXT], (_, text) => new JavaNumber('Short', Number(parseWhole(text, 10, -32768n, 32767n)))),
]);

export const byteMethods: MethodTable = tableOf(common('Byte', difference), [
  statically('decode', [TEXT], (_, text) => new JavaNumber('Byte', Number(parseWhole(...decoded(text), -128n, 127n)))),
  statically('parseByte', [TEXT], (_, text) => new JavaNumber('Byte', Number(parseWhole(text, 10, -128n, 127n)))),
  statically('valueOf', [TEXT], (_, text) => new JavaNumber('Byte', Number(parseWhole(text, 10, -128n, 127n)))),
  statically('toUnsignedInt', [exactly('Byte')], (_, value) => toInt(value) & 0xff),
]);

const powerMax = 10_000;

const bigBits = (value: bigint): number =>
  (value < 0n ? -value - 1n : value).toString(2).length - (value === 0n || value === -1n ? 1 : 0);

const greatestDivisor = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** A result no longer than numbers may get. */
function bounded(value: bigint): bigint {
  if (bigBits(value) > 4096)
    throw new JavaException('java.lang.ArithmeticException', 'BigInteger would overflow supported range');
  return value;
}

const positive = (modulus: bigint): bigint => {
  if (modulus <= 0n) throw new JavaException('java.lang.ArithmeticException', 'BigInteger: modulus not positive');
  return modulus;
};

export const bigIntegerMethods: MethodTable = tableOf(common('BigInteger', compareNumbers), [
  method(BIG_INTEGER, 'toString', [INT], (_, self, radix) => inRadix(self, radix)),
  method(BIG_INTEGER, 'add', [BIG_INTEGER], (_, self, other) => bounded(self + other)),
  method(BIG_INTEGER, 'subtract', [BIG_INTEGER], (_, self, other) => bounded(self - other)),
  method(BIG_INTEGER, 'multiply', [BIG_INTEGER], (_, self, other) => bounded(self * other)),
  method(BIG_INTEGER, 'divide', [BIG_INTEGER], (_, self, other) => dividing(other, () => self / other)),
  method(BIG_INTEGER, 'remainder', [BIG_INTEGER], (_, self, other) => dividing(other, () => self % other)),
  method(BIG_INTEGER, 'mod', [BIG_INTEGER], (_, self, other) => ((self % positive(other)) + other) % other),
  method(BIG_INTEGER, 'pow', [INT], (_, self, exponent) => {
    if (exponent < 0 || exponent > powerMax)
      throw new JavaException('java.lang.ArithmeticException', `exponent ${exponent}`);
    return bigBits(self) * exponent > 8192 ? bounded(1n << 8192n) : bounded(self ** BigInt(exponent));
  }),
  method(BIG_INTEGER, 'gcd', [BIG_INTEGER], (_, self, other) => greatestDivisor(self, other)),
  method(BIG_INTEGER, 'negate', [], (_, self) => -self),
  method(BIG_INTEGER, 'abs', [], (_, self) => (self < 0n ? -self : self)),
  method(BIG_INTEGER, 'signum', [], (_, self) => compareOrders(self, 0n)),
  method(BIG_INTEGER, 'bitLength', [], (_, self) => bigBits(self)),
  method(BIG_INTEGER, 'max', [BIG_INTEGER], (_, self, other) => larger(self, other)),
  method(BIG_INTEGER, 'min', [BIG_INTEGER], (_, self, other) => smaller(self, other)),
  statically('valueOf', [LONG], (_, value) => value),
]);

const combined = (operation: 'add' | 'subtract' | 'multiply') => (_: unknown, self: Decimal, other: Decimal) =>
  calculate(operation, self, other);

export const decimalMethods: MethodTable = tableOf(common('BigDecimal', compareNumbers), [
  method(DECIMAL, 'add', [DECIMAL], combined('add')),
  method(DECIMAL, 'subtract', [DECIMAL], combined('subtract')),
  method(DECIMAL, 'multiply', [DECIMAL], combined('multiply')),
  method(DECIMAL, 'negate', [], (_, self) => new Decimal(-self.unscaled, self.scale)),
  method(DECIMAL, 'abs', [], (_, self) => new Decimal(self.unscaled < 0n ? -self.unscaled : self.unscaled, self.scale)),
  method(DECIMAL, 'signum', [], (_, self) => compareOrders(self.unscaled, 0n)),
  method(DECIMAL, 'scale', [], (_, self) => self.scale),
  method(
    DECIMAL,
    'precision',
    [],
    (_, self) => (self.unscaled < 0n ? -self.unscaled : self.unscaled).toString().length,
  ),
  method(DECIMAL, 'unscaledValue', [], (_, self) => self.unscaled),
  method(DECIMAL, 'toPlainString', [], (_, self) => self.toPlainString()),
  method(DECIMAL, 'toBigInteger', [], (_, self) =>
    self.scale <= 0 ? self.unscaled * 10n ** BigInt(-self.scale) : self.unscaled / 10n ** BigInt(self.scale),
  ),
  method(DECIMAL, 'max', [DECIMAL], (_, self, other) => (compareNumbers(self, other) >= 0 ? self : other)),
  method(DECIMAL, 'min', [DECIMAL], (_, self, other) => (compareNumbers(self, other) <= 0 ? self : other)),
  statically('valueOf', [LONG], (_, value) => new Decimal(value, 0)),
  statically('valueOf', [DOUBLE], (_, value) => decimalOf(Number.isFinite(value) ? Number(doubleText(value)) : value)),
]);

export const booleanMethods: MethodTable = tableOf([
  method(BOOLEAN, 'booleanValue', [], (_, self) => self),
  method(BOOLEAN, 'compareTo', [BOOLEAN], (_, self, other) => Number(self) - Number(other)),
  method(BOOLEAN, 'compareTo', [OBJECT], notComparable),
  statically('toString', [BOOLEAN], (_, value) => String(value)),
  statically('parseBoolean', [TEXT], (_, text) => text.toLowerCase() === 'true'),
  statically('valueOf', [BOOLEAN], (_, value) => value),
  statically('valueOf', [TEXT], (_, text) => text.toLowerCase() === 'true'),
  statically('getBoolean', [TEXT], () => false),
  statically('hashCode', [BOOLEAN], (_, value) => (value ? 1231 : 1237)),
  statically('compare', [BOOLEAN, BOOLEAN], (_, a, b) => Number(a) - Number(b)),
  statically('logicalAnd', [BOOLEAN, BOOLEAN], (_, a, b) => a && b),
  statically('logicalOr', [BOOLEAN, BOOLEAN], (_, a, b) => a || b),
  statically('logicalXor', [BOOLEAN, BOOLEAN], (_, a, b) => a !== b),
]);
