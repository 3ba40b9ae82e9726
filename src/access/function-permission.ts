/**
 * Whom a function's resource-based policy lets invoke it: the question that API Gateway's service principal, another
 * account or an anonymous caller raises before an invocation. Policies of the caller's own (roles, users) are not
 * looked at here. Also says which commands add a permission that is missing.
 * Source: Lambda Developer Guide, "Resource-based policies"; IAM User Guide, "Policy evaluation logic" and "IAM JSON
 * policy elements: Condition operators".
 */
type Texts = string | readonly string[];

/** A statement of the policy, as AddPermission stores it. */
export interface FunctionStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: string | Readonly<Record<string, Texts>>;
  readonly Action: Texts;
  readonly Resource: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

export interface FunctionAccess {
  /** A service (`apigateway.amazonaws.com`), an ARN of IAM or STS, an account's number, or `*` for nobody known. */
  readonly principal: string;
  /** What makes the service call: the ARN of the API's method. */
  readonly sourceArn?: string;
  /** The account that `sourceArn` belongs to. */
  readonly sourceAccount?: string;
  /** `lambda:InvokeFunction` unless given. */
  readonly action?: string;
  /** ARN of the function as it is called, with its qualifier. */
  readonly functionArn: string;
  /** Further keys of conditions, e.g. `lambda:FunctionUrlAuthType`. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Allowed by one statement and denied by none. */
export function mayInvoke(statements: readonly FunctionStatement[], access: FunctionAccess): boolean {
  const context = contextOf(access);
  const resource = ownFunction(access.functionArn);
  let allowed = false;
  for (const statement of statements) {
    const { Effect, Principal, Action, Resource, Condition = {} } = statement;
    const action = access.action ?? 'lambda:InvokeFunction';
    if (!isPrincipal(Principal, access.principal)) continue;
    if (!listed(Action).some((each) => like(each.toLowerCase(), action.toLowerCase()))) continue;
    if (!listed(Resource).some((each) => like(each, resource))) continue;
    if (Effect === 'Deny') {
      // A condition that nobody here understands must not open what it was meant to close.
      if (holds(Condition, context, true)) return false;
    } else if (holds(Condition, context, false)) allowed = true;
  }
  return allowed;
}

/** Whether a method, a route or an authorizer may call a function. @param accountId of the API */
export const mayBeCalledByApi = (
  statements: readonly FunctionStatement[],
  functionArn: string,
  sourceArn: string,
  accountId: string,
): boolean =>
  mayInvoke(statements, { principal: 'apigateway.amazonaws.com', sourceArn, sourceAccount: accountId, functionArn });

/** Whether everybody may call a function through its URL of type NONE: two permissions, since October 2025. */
export const mayBeCalledByEverybody = (statements: readonly FunctionStatement[], functionArn: string): boolean =>
  urlCalls.every((asked) => mayInvoke(statements, { ...asked, principal: '*', functionArn }));

const urlCalls: readonly Pick<FunctionAccess, 'action' | 'context'>[] = [
  { action: 'lambda:InvokeFunctionUrl', context: { 'lambda:FunctionUrlAuthType': 'NONE' } },
  { action: 'lambda:InvokeFunction', context: { 'lambda:InvokedViaFunctionUrl': 'true' } },
];

/**
 * The command of the AWS CLI that lets a method or an authorizer of an API invoke a function.
 * @param sourceArn of the method, with `{parameters}` in its path, or of the authorizer
 */
export function permissionCommand(functionArn: string, sourceArn: string): string {
  const prefix = sourceArn.split(':', 5).join(':');
  const [api = '', stage = '', ...rest] = sourceArn.slice(prefix.length + 1).split('/');
  const [method = '', ...path] = rest;
  const ofMethod = [method === 'ANY' ? '*' : method, ...path].join('/').replaceAll(/\{[^}]*\}/g, '*');
  const source = stage === 'authorizers' ? sourceArn : `${prefix}:${api}/*/${ofMethod}`;
  // Of its own for each method, so that the commands can be run one after another.
  const statementId = ['apigateway', api, ...rest]
    .join('-')
    .replaceAll(/[^\w-]+/g, '')
    .slice(0, statementIdMax);
  return `${addPermission(functionArn)} --statement-id '${statementId}' --action lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn ${quoted(source)}`;
}

/** Characters of a statement's id: Lambda's limit. */
const statementIdMax = 100;

/** The commands of the AWS CLI that let everybody call a function through its URL of type NONE. */
export const urlPermissionCommands = (functionArn: string): readonly string[] => [
  `${addPermission(functionArn)} --statement-id function-url --action lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE`,
  `${addPermission(functionArn)} --statement-id function-url-invoke --action lambda:InvokeFunction --principal '*' --invoked-via-function-url`,
];

function addPermission(functionArn: string): string {
  const parts = ownFunction(functionArn).split(':');
  const qualifier = parts[7] === undefined ? '' : ` --qualifier ${quoted(parts[7])}`;
  return `aws lambda add-permission --function-name ${quoted(parts.slice(0, 7).join(':'))}${qualifier}`;
}

/** Policies cannot be written for `$LATEST`; it is the function itself. */
const ownFunction = (functionArn: string): string => functionArn.replace(/:\$LATEST$/, '');

/** A word for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const listed = (texts: Texts): readonly string[] => (typeof texts === 'string' ? [texts] : texts);

function isPrincipal(stated: FunctionStatement['Principal'], principal: string): boolean {
  if (typeof stated === 'string') return stated === '*';
  const among = (kind: string): readonly string[] => {
    const texts = Object.hasOwn(stated, kind) ? stated[kind] : undefined;
    return texts === undefined ? [] : listed(texts);
  };
  if (among('AWS').includes('*')) return true;
  if (principal.includes('.') && !principal.startsWith('arn:')) return among('Service').includes(principal);
  const account = accountOf(principal);
  return among('AWS').some(
    (each) =>
      each === principal || (account !== undefined && (each === account || each === `arn:aws:iam::${account}:root`)),
  );
}

const accountOf = (principal: string): string | undefined =>
  /^\d{12}$/.test(principal) ? principal : /^arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1];

/** Keys of conditions, in lower case: their names do not tell cases apart. */
function contextOf({ sourceArn, sourceAccount, context = {} }: FunctionAccess): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  if (sourceArn !== undefined) keys.set('aws:sourcearn', sourceArn);
  const account = sourceAccount ?? sourceArn?.split(':')[4];
  if (account !== undefined && account !== '') keys.set('aws:sourceaccount', account);
  for (const [name, value] of Object.entries(context)) keys.set(name.toLowerCase(), value);
  return keys;
}

/** One value of a condition against the value of the call. */
const comparisons: Readonly<Record<string, (wanted: string, actual: string) => boolean>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: (wanted, actual) => like(wanted, actual),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
};

/** True of what is wanted negated: true when no value matches, and when the call has no such key. */
const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** @param otherwise what operators that are not known count as */
function holds(
  condition: NonNullable<FunctionStatement['Condition']>,
  context: ReadonlyMap<string, string>,
  otherwise: boolean,
): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      keyHolds(operator, listed(wanted), context.get(key.toLowerCase()), otherwise),
    ),
  );
}

function keyHolds(
  operator: string,
  wanted: readonly string[],
  actual: string | undefined,
  otherwise: boolean,
): boolean {
  if (operator === 'Null') return wanted.some((each) => (each.toLowerCase() === 'true') === (actual === undefined));
  const ifExists = operator.endsWith('IfExists');
  const name = ifExists ? operator.slice(0, -'IfExists'.length) : operator;
  const positive = own(negations, name);
  const compare = own(comparisons, positive ?? name);
  if (compare === undefined) return otherwise;
  if (actual === undefined) return ifExists || positive !== undefined;
  const matches = wanted.some((each) => compare(each, actual));
  return positive === undefined ? matches : !matches;
}

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Each of the six parts of an ARN by itself; the last one has all further colons in it. */
function arnLike(pattern: string, arn: string): boolean {
  const wanted = arnParts(pattern);
  const actual = arnParts(arn);
  return wanted.length === 6 && actual.length === 6 && wanted.every((part, index) => like(part, actual[index] ?? ''));
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** `*` is any run of characters, `?` any one. Looks back to the last star only, so the time is bounded. */
function like(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      star = p++;
      resume = t;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
