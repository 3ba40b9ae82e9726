/**
 * All 124 operations of the REST API management service. Each file answers for one resource; a missing operation does
 * not compile.
 */
import { account } from './account.ts';
import { apiKeys } from './api-keys.ts';
import { authorizers } from './authorizers.ts';
import { basePathMappings } from './base-path-mappings.ts';
import { clientCertificates } from './client-certificates.ts';
import type { Dependencies } from './dependencies.ts';
import { deployments } from './deployments.ts';
import { documentationParts } from './documentation-parts.ts';
import { documentationVersions } from './documentation-versions.ts';
import { domainNameAccessAssociations } from './domain-name-access-associations.ts';
import { domainNames } from './domain-names.ts';
import { gatewayResponses } from './gateway-responses.ts';
import { importExport } from './import-export.ts';
import { integrationResponses } from './integration-responses.ts';
import { integrations } from './integrations.ts';
import { methodResponses } from './method-responses.ts';
import { methods } from './methods.ts';
import { models } from './models.ts';
import type { Handlers } from './operations.ts';
import { requestValidators } from './request-validators.ts';
import { resources } from './resources.ts';
import { restApis } from './rest-apis.ts';
import { sdks } from './sdks.ts';
import { stages } from './stages.ts';
import { tags } from './tags.ts';
import { testInvoke } from './test-invoke.ts';
import { usage } from './usage.ts';
import { usagePlanKeys } from './usage-plan-keys.ts';
import { usagePlans } from './usage-plans.ts';
import { vpcLinks } from './vpc-links.ts';

export const apigateway = (dependencies: Dependencies): Handlers => ({
  ...restApis(dependencies),
  ...resources(dependencies),
  ...methods(dependencies),
  ...methodResponses(dependencies),
  ...integrations(dependencies),
  ...integrationResponses(dependencies),
  ...models(dependencies),
  ...requestValidators(dependencies),
  ...gatewayResponses(dependencies),
  ...authorizers(dependencies),
  ...documentationParts(dependencies),
  ...documentationVersions(dependencies),
  ...deployments(dependencies),
  ...stages(dependencies),
  ...apiKeys(dependencies),
  ...usagePlans(dependencies),
  ...usagePlanKeys(dependencies),
  ...usage(dependencies),
  ...vpcLinks(dependencies),
  ...importExport(dependencies),
  ...testInvoke(dependencies),
  ...tags(dependencies),
  ...sdks(dependencies),
  ...domainNames(dependencies),
  ...domainNameAccessAssociations(dependencies),
  ...clientCertificates(dependencies),
  ...basePathMappings(dependencies),
  ...account(dependencies),
});
