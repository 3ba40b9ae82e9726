import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../../test/shared.ts';
import { type DecisionMode, decide } from './decision.ts';
import { Policy } from './document.ts';
import type { Principal } from './principal.ts';
import { RequestContext } from './request-context.ts';

interface Vector {
  readonly id: string;
  readonly note: string;
  readonly principal: Principal;
  readonly identityPolicies?: readonly unknown[];
  readonly permissionsBoundary?: unknown;
  readonly sessionPolicies?: readonly unknown[];
  readonly resourcePolicy?: unknown;
  readonly resourceAccount?: string;
  readonly mode?: DecisionMode;
  readonly request: {
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly expect: string;
}

const derived = readShared('vectors/iam-decisions.json') as { readonly vectors: readonly Vector[] } | undefined;
for (const vector of derived?.vectors ?? [])
  test(`policy decision ${vector.id}: ${vector.note}`, { skip: withoutShared }, () => {
    const mode = vector.mode ?? 'iam';
    const decision = decide(
      vector.principal,
      {
        identity: (vector.identityPolicies ?? []).map((document) => new Policy(document, 'identity')),
        boundary:
          vector.permissionsBoundary === undefined ? undefined : new Policy(vector.permissionsBoundary, 'identity'),
        session: vector.sessionPolicies?.map((document) => new Policy(document, 'identity')),
        resource:
          vector.resourcePolicy === undefined
            ? undefined
            : new Policy(vector.resourcePolicy, mode === 'trust' ? 'trust' : 'resource'),
      },
      {
        action: vector.request.action,
        resource: vector.request.resource,
        context: RequestContext.of(vector.request.context),
      },
      mode,
      vector.resourceAccount,
    );
    assert.equal(decision.result, vector.expect);
  });
