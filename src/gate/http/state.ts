/** What the gate finds out about a request for an HTTP API: the part of an exchange that other APIs have no use for. */
import type { VerifiedToken } from '../../access/jwt-verifier.ts';
import type { HttpStagePlan, RoutePlan } from '../../plan/http/stage.ts';

/** What a function that authorizes said beside yes. */
export interface AuthorizerContext {
  readonly principalId: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

export class HttpState {
  readonly stage: HttpStagePlan;
  /** Below the stage, decoded, with one slash in front. */
  path = '/';
  /** Null until one has matched. */
  route: RoutePlan | null = null;

  // Who calls.
  /** Value of `www-authenticate`; empty: none is sent. */
  challenge = '';
  /** `$context.authorizer.error` */
  authorizerError: string | null = null;
  token: VerifiedToken | null = null;
  authorizerContext: AuthorizerContext | null = null;

  // What somebody asked for, read at most once.
  /** By name, decoded, all values in order. */
  query: ReadonlyMap<string, readonly string[]> | null = null;
  /** Body of the request as JSON: undefined when it is none, null until somebody asks. */
  requestJson: { readonly value: unknown } | null = null;
  answerJson: { readonly value: unknown } | null = null;

  /** Why the integration failed; `$context.integrationErrorMessage`. */
  integrationError: string | null = null;
  /** Status that a function's own code returned, 0 when there is none. */
  functionStatus = 0;

  constructor(stage: HttpStagePlan) {
    this.stage = stage;
  }
}
