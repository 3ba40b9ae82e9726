/**
 * Routing rules of custom domain names: conditions on headers and base paths, and the stage that requests which meet
 * them all are sent to. Whether the API and the stage exist is for the caller to look up.
 * Source: Amazon API Gateway Developer Guide, "Routing rules to connect API stages to a custom domain name".
 */
import type { DomainName, RoutingAction, RoutingCondition, RoutingRule } from '../domain-name.ts';
import { badRequest, conflict, notFound, type ServiceError } from '../errors.ts';

const invalidRule = (): ServiceError => notFound('The routing rule resource specified in the request was not found.');

const priorityMax = 1_000_000;
const alternativesMax = 100;
const headerConditionsMax = 2;
const textMax = 1024;

export interface RoutingRuleInput {
  readonly priority: number;
  readonly conditions: readonly {
    readonly matchBasePaths?: { readonly anyOf?: readonly string[] | undefined } | undefined;
    readonly matchHeaders?:
      | {
          readonly anyOf?:
            | readonly { readonly header?: string | undefined; readonly valueGlob?: string | undefined }[]
            | undefined;
        }
      | undefined;
  }[];
  readonly actions: readonly {
    readonly invokeApi?:
      | {
          readonly apiId?: string | undefined;
          readonly stage?: string | undefined;
          readonly stripBasePath?: boolean | undefined;
        }
      | undefined;
  }[];
}

export const rulesOf = ({ routingRules }: DomainName): readonly RoutingRule[] => routingRules ?? [];

/** @throws NotFoundException */
export function ruleOf(domain: DomainName, routingRuleId: string): RoutingRule {
  const rule = rulesOf(domain).find((each) => each.routingRuleId === routingRuleId);
  if (rule === undefined) throw invalidRule();
  return rule;
}

/** A new rule, or another in place of the one with that identifier. @throws ServiceError */
export function withRule(domain: DomainName, input: RoutingRuleInput, routingRuleId: string): DomainName {
  const { priority } = input;
  if (!Number.isInteger(priority) || priority < 1 || priority > priorityMax)
    throw badRequest(`Invalid priority specified: ${priority}. It must be between 1 and ${priorityMax}`);
  const rule: RoutingRule = {
    routingRuleId,
    priority,
    conditions: input.conditions.map(conditionOf),
    actions: [actionOf(input.actions)],
  };
  const paths = rule.conditions.filter(({ matchBasePaths }) => matchBasePaths !== undefined).length;
  if (paths > 1 || rule.conditions.length - paths > headerConditionsMax)
    throw badRequest(
      `A routing rule can have at most ${headerConditionsMax} matchHeaders conditions and one matchBasePaths condition`,
    );
  const others = rulesOf(domain).filter((each) => each.routingRuleId !== routingRuleId);
  if (others.some((each) => each.priority === priority))
    throw conflict(`A routing rule with priority ${priority} already exists for this domain name`);
  return { ...domain, routingRules: [...others, rule].toSorted((a, b) => a.priority - b.priority) };
}

function conditionOf({ matchBasePaths, matchHeaders }: RoutingRuleInput['conditions'][number]): RoutingCondition {
  if ((matchBasePaths === undefined) === (matchHeaders === undefined))
    throw badRequest('A routing rule condition must have either matchBasePaths or matchHeaders');
  if (matchBasePaths !== undefined) {
    const anyOf = alternatives(matchBasePaths.anyOf);
    for (const path of anyOf)
      if (path.length > textMax || !/^[A-Za-z0-9$\-_.+!*'(),/]+$/.test(path) || /^\/|\/$|\/\//.test(path))
        throw badRequest(`Invalid base path specified: ${path.slice(0, textMax)}`);
    return { matchBasePaths: { anyOf } };
  }
  return {
    matchHeaders: {
      anyOf: alternatives(matchHeaders?.anyOf).map(({ header = '', valueGlob = '' }) => {
        if (header.length > textMax || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header))
          throw badRequest(`Invalid header name specified: ${header.slice(0, textMax)}`);
        // A wildcard stands at the beginning, at the end, or at both.
        if (valueGlob.length > textMax || !/^\*?[^*]*\*?$/.test(valueGlob) || valueGlob === '')
          throw badRequest(`Invalid header value glob specified: ${valueGlob.slice(0, textMax)}`);
        return { header, valueGlob };
      }),
    },
  };
}

function alternatives<Item>(anyOf: readonly Item[] | undefined): Item[] {
  if (anyOf === undefined || anyOf.length === 0 || anyOf.length > alternativesMax)
    throw badRequest(`A routing rule condition must have 1 to ${alternativesMax} alternatives`);
  return [...anyOf];
}

function actionOf(actions: RoutingRuleInput['actions']): RoutingAction {
  const [action, ...others] = actions;
  const { apiId, stage, stripBasePath = false } = action?.invokeApi ?? {};
  if (others.length > 0 || apiId === undefined || stage === undefined)
    throw badRequest('A routing rule must have exactly one invokeApi action');
  return { invokeApi: { apiId, stage, stripBasePath } };
}

/** @throws NotFoundException */
export function withoutRule(domain: DomainName, routingRuleId: string): DomainName {
  const gone = ruleOf(domain, routingRuleId);
  return { ...domain, routingRules: rulesOf(domain).filter((each) => each !== gone) };
}
