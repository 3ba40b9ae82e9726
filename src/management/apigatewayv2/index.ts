/**
 * All 103 operations of the management service of HTTP and WebSocket APIs and of portals. Each file answers for one
 * resource; a missing operation does not compile.
 */
import { apiMappings } from './api-mappings.ts';
import { apis } from './apis.ts';
import { authorizers } from './authorizers.ts';
import type { Dependencies } from './dependencies.ts';
import { deployments } from './deployments.ts';
import { domainNames } from './domain-names.ts';
import { importExport } from './import-export.ts';
import { integrationResponses } from './integration-responses.ts';
import { integrations } from './integrations.ts';
import { models } from './models.ts';
import type { Handlers } from './operations.ts';
import { portalProducts } from './portal-products.ts';
import { portals } from './portals.ts';
import { productPages } from './product-pages.ts';
import { routeResponses } from './route-responses.ts';
import { routes } from './routes.ts';
import { routingRules } from './routing-rules.ts';
import { stages } from './stages.ts';
import { tags } from './tags.ts';
import { vpcLinks } from './vpc-links.ts';

export const apigatewayv2 = (dependencies: Dependencies): Handlers => ({
  ...apis(dependencies),
  ...routes(dependencies),
  ...routeResponses(dependencies),
  ...integrations(dependencies),
  ...integrationResponses(dependencies),
  ...authorizers(dependencies),
  ...models(dependencies),
  ...deployments(dependencies),
  ...stages(dependencies),
  ...importExport(dependencies),
  ...domainNames(dependencies),
  ...apiMappings(dependencies),
  ...routingRules(dependencies),
  ...vpcLinks(dependencies),
  ...portals(dependencies),
  ...portalProducts(dependencies),
  ...productPages(dependencies),
  ...tags(dependencies),
});
