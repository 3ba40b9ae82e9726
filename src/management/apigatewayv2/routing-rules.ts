/** Routing rules of custom domain names, private ones included; they are kept inside their documents. */
import type { RoutingCondition, RoutingRule } from '../../definition/domain-name.ts';
import { domainArn, domainKey } from '../../definition/domain-names.ts';
import { badRequest } from '../../definition/errors.ts';
import { invalidDomainName } from '../../definition/v2/domain-names.ts';
import { type RoutingRuleInput, ruleOf, rulesOf, withoutRule, withRule } from '../../definition/v2/routing-rules.ts';
import type { Transaction } from '../documents.ts';
import type { Call } from '../protocol/call.ts';
import { requireStage } from './api-mappings.ts';
import type { Dependencies } from './dependencies.ts';
import { capitalized, uncapitalized } from './member-names.ts';
import type { Handlers, Operations } from './operations.ts';
import { listPage } from './pages.ts';

/** The model's own bound, unlike that of other lists. */
const pageMax = 100;

export const routingRules = ({ documents, settled }: Dependencies) => {
  async function put(call: Call, key: string, input: RuleInput, id: string, must: 'exist' | 'be new') {
    const rule = await documents.transact(call, async (transaction) => {
      const before = await transaction.load('domain-name', key, invalidDomainName);
      if (must === 'exist') ruleOf(before, id);
      const after = withRule(before, ruleIn(input), id);
      await requireTarget(transaction, call, ruleOf(after, id));
      transaction.put('domain-name', key, after);
      return { ...ruleOf(after, id), domain: after };
    });
    await settled();
    return rule;
  }

  return {
    CreateRoutingRule: async ({ DomainName, DomainNameId, ...input }, call) => {
      const rule = await put(call, domainKey(DomainName, DomainNameId), input, call.newId(6), 'be new');
      return presentRule(rule, domainArnOf(rule.domain, call));
    },

    PutRoutingRule: async ({ DomainName, DomainNameId, RoutingRuleId, ...input }, call) => {
      const rule = await put(call, domainKey(DomainName, DomainNameId), input, RoutingRuleId, 'exist');
      return presentRule(rule, domainArnOf(rule.domain, call));
    },

    GetRoutingRule: async ({ DomainName, DomainNameId, RoutingRuleId }, call) => {
      const key = domainKey(DomainName, DomainNameId);
      const domain = await documents.load(call, 'domain-name', key, invalidDomainName);
      return presentRule(ruleOf(domain, RoutingRuleId), domainArnOf(domain, call));
    },

    ListRoutingRules: async ({ DomainName, DomainNameId, ...page }, call) => {
      if (page.MaxResults !== undefined && (page.MaxResults < 1 || page.MaxResults > pageMax))
        throw badRequest(`Invalid maxResults specified: ${page.MaxResults}. It must be between 1 and ${pageMax}`);
      const key = domainKey(DomainName, DomainNameId);
      const domain = await documents.load(call, 'domain-name', key, invalidDomainName);
      const { Items, ...rest } = listPage(
        rulesOf(domain),
        page,
        ({ routingRuleId }) => routingRuleId,
        (rule) => presentRule(rule, domainArnOf(domain, call)),
      );
      return { RoutingRules: Items, ...rest };
    },

    DeleteRoutingRule: async ({ DomainName, DomainNameId, RoutingRuleId }, call) => {
      const key = domainKey(DomainName, DomainNameId);
      await documents.edit(call, 'domain-name', key, invalidDomainName, (domain) => withoutRule(domain, RoutingRuleId));
      await settled();
      return {};
    },
  } satisfies Partial<Handlers>;
};

type RuleInput = Pick<Operations['CreateRoutingRule']['input'], 'Actions' | 'Conditions' | 'Priority'>;

const ruleIn = ({ Actions, Conditions, Priority }: RuleInput): RoutingRuleInput => ({
  priority: Priority,
  conditions: Conditions.map(({ MatchBasePaths, MatchHeaders }) => ({
    matchBasePaths: MatchBasePaths && { anyOf: MatchBasePaths.AnyOf },
    matchHeaders: MatchHeaders && { anyOf: MatchHeaders.AnyOf?.map((header) => uncapitalized(header)) },
  })),
  actions: Actions.map(({ InvokeApi }) => ({ invokeApi: InvokeApi && uncapitalized(InvokeApi) })),
});

async function requireTarget(transaction: Transaction, call: Call, { actions }: RoutingRule): Promise<void> {
  for (const { invokeApi } of actions)
    if ((await requireStage(transaction, call, invokeApi.apiId, invokeApi.stage)) === 'WEBSOCKET')
      throw badRequest('WebSocket APIs are not supported as targets of routing rules');
}

/** Routing rules have the account in their ARNs, whatever the kind of their domain name. */
const domainArnOf = (domain: Parameters<typeof domainArn>[0], call: Call): string =>
  domainArn(domain, call).replace(`:apigateway:${call.region}::`, `:apigateway:${call.region}:${call.accountId}:`);

const presentRule = (
  { routingRuleId, priority, conditions, actions }: RoutingRule,
  domain: string,
): Operations['GetRoutingRule']['output'] =>
  capitalized({
    actions: actions.map(({ invokeApi }) => ({ InvokeApi: capitalized(invokeApi) })),
    conditions: conditions.map(presentCondition),
    priority,
    routingRuleArn: `${domain}/routingrules/${routingRuleId}`,
    routingRuleId,
  });

const presentCondition = ({ matchBasePaths, matchHeaders }: RoutingCondition) =>
  capitalized({
    matchBasePaths: matchBasePaths && { AnyOf: matchBasePaths.anyOf },
    matchHeaders: matchHeaders && { AnyOf: matchHeaders.anyOf.map((header) => capitalized(header)) },
  });
