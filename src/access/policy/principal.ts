/**
 * Who asks, and whom `Principal` elements mean. How a policy names a caller decides how much the naming is worth: a
 * direct grant stands alone, a role's is limited by boundary and session policies, an account only delegates to its
 * own policies.
 * Source: IAM User Guide, "AWS JSON policy elements: Principal" and "Policy evaluation logic".
 */
export type PrincipalType =
  | 'user'
  | 'role-session'
  | 'federated-user'
  | 'root'
  | 'anonymous'
  | 'service'
  | 'web-identity';

export interface Principal {
  readonly type: PrincipalType;
  /** Of the user, the session or the root; empty for those without. */
  readonly arn: string;
  /** Twelve digits; empty for services and anonymous callers. */
  readonly account: string;
  /** Of a role's session. */
  readonly roleArn?: string;
  /** `apigateway.amazonaws.com` */
  readonly service?: string;
  /** ARN or name of an identity provider. */
  readonly provider?: string;
}

export const anonymous: Principal = Object.freeze({ type: 'anonymous', arn: '', account: '' });

/** From nothing to everything; a stronger naming includes the weaker ones. */
export const naming = { none: 0, account: 1, role: 2, direct: 3 } as const;
export type Naming = (typeof naming)[keyof typeof naming];

/** The principals that an element lists, by the kind they are listed under. */
export class PrincipalList {
  readonly #everybody: boolean;
  readonly #arns: ReadonlySet<string>;
  readonly #accounts: ReadonlySet<string>;
  readonly #services: ReadonlySet<string>;
  readonly #providers: ReadonlySet<string>;

  /** @param listed kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) to entries; `'*'` for everybody */
  constructor(listed: '*' | Readonly<Record<string, readonly string[]>>) {
    const entries = (kind: string): readonly string[] =>
      listed !== '*' && Object.hasOwn(listed, kind) ? (listed[kind] ?? []) : [];
    const aws = entries('AWS');
    this.#everybody = listed === '*' || aws.includes('*');
    this.#arns = new Set(aws.filter((entry) => entry.startsWith('arn:')));
    this.#accounts = new Set(aws.map(accountNamed).filter((account) => account !== undefined));
    this.#services = new Set(entries('Service'));
    this.#providers = new Set(entries('Federated'));
    Object.freeze(this);
  }

  /** How strongly the list names a caller. */
  names(principal: Principal): Naming {
    if (this.#everybody) return naming.direct;
    const { type, arn, account, roleArn, service, provider } = principal;
    if (service !== undefined && this.#services.has(service)) return naming.direct;
    if (provider !== undefined && this.#providers.has(provider)) return naming.direct;
    if (arn !== '' && this.#arns.has(arn)) return naming.direct;
    if (type === 'root' && this.#accounts.has(account)) return naming.direct;
    if (roleArn !== undefined && this.#arns.has(roleArn)) return naming.role;
    return account !== '' && this.#accounts.has(account) ? naming.account : naming.none;
  }

  /** Of `NotPrincipal`: whether a caller is spared. An account does not spare those who belong to it. */
  spares(principal: Principal): boolean {
    return this.names(principal) >= naming.role;
  }
}

/** The account that `123456789012` and `arn:aws:iam::123456789012:root` stand for. */
const accountNamed = (entry: string): string | undefined => /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(entry)?.[1];
