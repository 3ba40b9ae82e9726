/**
 * Settings of an account in a region: what they are at first, and their patch operations.
 * Source: Amazon API Gateway API reference, "Patch operations", UpdateAccount; texts are AWS's where known.
 */
import type { AccountSettings } from './account.ts';
import { badRequest } from './errors.ts';
import { patchTable, refuseListing, set, text } from './patch.ts';

const knownFeatures = ['UsagePlans'];

export const newAccountSettings: AccountSettings = { features: knownFeatures, apiKeyVersion: '4' };

export const accountPatch = patchTable<AccountSettings>(refuseListing, [
  { path: '/cloudwatchRoleArn', replace: set('cloudwatchRoleArn', roleArn) },
  {
    path: '/features',
    add: (settings, { value }) => ({ ...settings, features: [...new Set([...settings.features, feature(value)])] }),
    remove: (settings, { value }) => {
      if (feature(value) === 'UsagePlans') throw badRequest('Usage Plans cannot be disabled once enabled');
      return { ...settings, features: settings.features.filter((each) => each !== value) };
    },
  },
]);

/** Empty: no role. What the role may do is seen when logs are written. */
function roleArn(value: string | undefined): string | undefined {
  if (text(value) !== undefined && !/^arn:[a-z-]+:iam::\d{12}:role\/\S{1,512}$/.test(value ?? ''))
    throw badRequest('Invalid ARN specified in the request');
  return text(value);
}

function feature(value: string | undefined): string {
  if (value === undefined || !knownFeatures.includes(value))
    throw badRequest(`Invalid feature specified. Must be one of: [${knownFeatures.join(', ')}]`);
  return value;
}
