/** All operations of Lambda's management API. A missing operation does not compile. */
import { aliases } from './aliases.ts';
import { codeSigning } from './code-signing.ts';
import { concurrency } from './concurrency.ts';
import type { LambdaDependencies } from './dependencies.ts';
import { eventInvokeConfigs } from './event-invoke-configs.ts';
import { eventSourceMappings } from './event-source-mappings.ts';
import { functionUrls } from './function-urls.ts';
import { functions } from './functions.ts';
import { invocations } from './invocations.ts';
import { layers } from './layers.ts';
import { notServedHere } from './not-served.ts';
import type { Handlers } from './operations.ts';
import { permissions } from './permissions.ts';
import { accountSettings, recursion, runtimeManagement } from './settings-of-functions.ts';
import { tags } from './tags.ts';
import { versions } from './versions.ts';

export const lambda = (dependencies: LambdaDependencies): Handlers => ({
  ...functions(dependencies),
  ...versions(dependencies),
  ...aliases(dependencies),
  ...layers(dependencies),
  ...permissions(dependencies),
  ...concurrency(dependencies),
  ...eventInvokeConfigs(dependencies),
  ...functionUrls(dependencies),
  ...invocations(dependencies),
  ...codeSigning(dependencies),
  ...eventSourceMappings(dependencies),
  ...runtimeManagement(dependencies),
  ...recursion(dependencies),
  ...accountSettings(dependencies),
  ...tags(dependencies),
  ...notServedHere,
});
