/** Settings of the account in a region. */
import type { AccountSettings } from '../../definition/account.ts';
import { accountPatch, newAccountSettings } from '../../definition/account-settings.ts';
import { Constraints } from '../../definition/constraints.ts';
import { present } from '../../definition/entries.ts';
import { applyPatch } from '../../definition/patch.ts';
import type { Dependencies } from './dependencies.ts';
import type { Handlers, Operations } from './operations.ts';

const settingsId = 'settings';

export const account = ({ documents }: Dependencies) =>
  ({
    GetAccount: async (_input, call) =>
      presentAccount((await documents.find(call, 'account', settingsId)) ?? newAccountSettings),

    UpdateAccount: async ({ patchOperations }, call) => {
      new Constraints('updateAccount').patch(patchOperations).check();
      return documents.transact(call, async (transaction) => {
        const before = (await transaction.find('account', settingsId)) ?? newAccountSettings;
        const after = applyPatch(accountPatch, before, patchOperations);
        transaction.put('account', settingsId, after);
        return presentAccount(after);
      });
    },
  }) satisfies Partial<Handlers>;

/** What an account may call in a second when nothing narrower limits it. */
const throttleSettings = { burstLimit: 5000, rateLimit: 10_000 };

const presentAccount = ({
  cloudwatchRoleArn,
  features,
  apiKeyVersion,
}: AccountSettings): Operations['GetAccount']['output'] =>
  present({ cloudwatchRoleArn, throttleSettings: { ...throttleSettings }, features: [...features], apiKeyVersion });
