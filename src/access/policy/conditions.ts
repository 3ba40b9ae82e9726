/**
 * Conditions of policy statements, compiled. Operators of a block and keys of an operator must all hold; of the values
 * of a key one must match, or, of a negated operator, none. A key that is absent fails a positive operator and
 * satisfies a negated one.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
 */
import { AddressRange } from './address-range.ts';
import { ArnPattern, PolicyText } from './policy-text.ts';
import type { RequestContext } from './request-context.ts';

/** Whether a value of the request matches one of the policy. */
type Match = (actual: string, context: RequestContext) => boolean;
/** @param variables whether `${…}` are variables in this policy */
type Compile = (wanted: string, variables: boolean) => Match;

export type Condition = (context: RequestContext) => boolean;

const text =
  (wildcards: boolean): Compile =>
  (wanted, variables) => {
    const pattern = new PolicyText(wanted, { variables, wildcards });
    return (actual, context) => pattern.matches(actual, context);
  };

const textInAnyCase: Compile = (wanted, variables) => {
  const pattern = new PolicyText(wanted, { variables, wildcards: false });
  return (actual, context) => pattern.filled(context)?.toLowerCase() === actual.toLowerCase();
};

const arn: Compile = (wanted, variables) => {
  const pattern = new ArnPattern(wanted, { variables, wildcards: true });
  return (actual, context) => pattern.matches(actual, context);
};

const numeric =
  (holds: (actual: number, wanted: number) => boolean): Compile =>
  (wanted) => {
    const limit = numberOf(wanted);
    return (actual) => holds(numberOf(actual), limit);
  };

/** NaN, which nothing compares with, for what is no number. */
const numberOf = (value: string): number => (/^[+-]?\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN);

const date =
  (holds: (actual: number, wanted: number) => boolean): Compile =>
  (wanted) => {
    const limit = secondsOf(wanted);
    return (actual) => holds(secondsOf(actual), limit);
  };

/** ISO 8601 or seconds since the epoch. */
const secondsOf = (value: string): number =>
  /^\d+(?:\.\d+)?$/.test(value) && value.length !== 4 ? Number(value) : Date.parse(value) / 1000;

const bytes: Compile = (wanted) => {
  const value = Buffer.from(wanted, 'base64');
  return (actual) => value.equals(Buffer.from(actual, 'base64'));
};

const address: Compile = (wanted) => {
  const range = new AddressRange(wanted);
  return (actual) => range.contains(actual);
};

const equal = (actual: number, wanted: number): boolean => actual === wanted;
const less = (actual: number, wanted: number): boolean => actual < wanted;
const atMost = (actual: number, wanted: number): boolean => actual <= wanted;
const greater = (actual: number, wanted: number): boolean => actual > wanted;
const atLeast = (actual: number, wanted: number): boolean => actual >= wanted;

interface Operator {
  readonly compile: Compile;
  readonly negated: boolean;
}
const plain = (compile: Compile): Operator => ({ compile, negated: false });
const negated = (compile: Compile): Operator => ({ compile, negated: true });

const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', plain(text(false))],
  ['StringNotEquals', negated(text(false))],
  ['StringEqualsIgnoreCase', plain(textInAnyCase)],
  ['StringNotEqualsIgnoreCase', negated(textInAnyCase)],
  ['StringLike', plain(text(true))],
  ['StringNotLike', negated(text(true))],
  ['NumericEquals', plain(numeric(equal))],
  ['NumericNotEquals', negated(numeric(equal))],
  ['NumericLessThan', plain(numeric(less))],
  ['NumericLessThanEquals', plain(numeric(atMost))],
  ['NumericGreaterThan', plain(numeric(greater))],
  ['NumericGreaterThanEquals', plain(numeric(atLeast))],
  ['DateEquals', plain(date(equal))],
  ['DateNotEquals', negated(date(equal))],
  ['DateLessThan', plain(date(less))],
  ['DateLessThanEquals', plain(date(atMost))],
  ['DateGreaterThan', plain(date(greater))],
  ['DateGreaterThanEquals', plain(date(atLeast))],
  ['Bool', plain(textInAnyCase)],
  ['BinaryEquals', plain(bytes)],
  ['IpAddress', plain(address)],
  ['NotIpAddress', negated(address)],
  ['ArnEquals', plain(arn)],
  ['ArnLike', plain(arn)],
  ['ArnNotEquals', negated(arn)],
  ['ArnNotLike', negated(arn)],
]);

/**
 * @param name `StringEquals`, `ForAnyValue:ArnLikeIfExists`, `Null` …
 * @param wanted values of the policy
 * @returns undefined when there is no such operator
 */
export function compileCondition(
  name: string,
  key: string,
  wanted: readonly string[],
  variables: boolean,
): Condition | undefined {
  const lowerCaseKey = key.toLowerCase();
  if (name === 'Null') {
    const absence = new Set(wanted.map((value) => value.toLowerCase() === 'true'));
    return (context) => absence.has(isAbsent(context, lowerCaseKey));
  }
  const [, quantifier, operatorName = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  const operator = operators.get(operatorName);
  if (operator === undefined) return undefined;
  const matches = wanted.map((value) => operator.compile(value, variables));
  const satisfied = (actual: string, context: RequestContext): boolean =>
    matches.some((match) => match(actual, context)) !== operator.negated;
  const whenAbsent =
    suffix !== undefined || quantifier === 'ForAllValues' || (operator.negated && quantifier === undefined);
  // A plain negated operator, like ForAllValues, asks for every value of the request.
  const forAll = quantifier === 'ForAllValues' || (quantifier === undefined && operator.negated);
  return (context) => {
    const value = context.get(lowerCaseKey);
    if (typeof value === 'string') return satisfied(value, context);
    if (value === undefined || value.length === 0) return whenAbsent;
    return forAll ? value.every((each) => satisfied(each, context)) : value.some((each) => satisfied(each, context));
  };
}

const isAbsent = (context: RequestContext, key: string): boolean => {
  const value = context.get(key);
  return value === undefined || value.length === 0;
};
