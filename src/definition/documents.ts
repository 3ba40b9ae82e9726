/** The kinds of documents that definitions are kept in, and how their ids are made. */
import type { AccountSettings, ApiKey, ClientCertificate, UsagePlan, VpcLink } from './account.ts';
import type { Api } from './api.ts';
import type { ApiDeployment, ApiStage } from './api-stage.ts';
import type { DomainName, DomainNameAccessAssociation } from './domain-name.ts';
import type { QueuedFunctionEvent } from './functions/events.ts';
import type {
  CodeSigningConfig,
  EventSourceMapping,
  FunctionVersion,
  LambdaFunction,
  Layer,
  LayerVersion,
} from './functions/function.ts';
import type { RestApi } from './rest-api.ts';
import type { Deployment, Stage } from './stage.ts';
import type { PortalProduct } from './v2/portal-products.ts';
import type { Portal } from './v2/portals.ts';
import type { ProductPage, ProductRestEndpointPage } from './v2/product-pages.ts';
import type { VpcLinkV2 } from './v2/vpc-links.ts';

export interface DocumentKinds {
  /** id: restApiId */
  'rest-api': RestApi;
  /** id: `{restApiId}/{deploymentId}` */
  deployment: Deployment;
  /** id: `{restApiId}/{stageName}` */
  stage: Stage;
  /** An HTTP or WebSocket API; id: apiId */
  api: Api;
  /** id: `{apiId}/{deploymentId}` */
  'api-deployment': ApiDeployment;
  /** id: `{apiId}/{stageName}` */
  'api-stage': ApiStage;
  /** id: API key id */
  'api-key': ApiKey;
  /** id: usage plan id; its keys and extensions are inside */
  'usage-plan': UsagePlan;
  /** id: VPC link id */
  'vpc-link': VpcLink;
  /** Of HTTP APIs; id: VPC link id */
  'vpc-link-v2': VpcLinkV2;
  /** id: client certificate id */
  'client-certificate': ClientCertificate;
  /** id: the domain name, with `+{domainNameId}` appended for private ones; mappings and routing rules are inside */
  'domain-name': DomainName;
  /** id: portal id */
  portal: Portal;
  /** id: portal product id */
  'portal-product': PortalProduct;
  /** id: `{portalProductId}/{productPageId}` */
  'product-page': ProductPage;
  /** id: `{portalProductId}/{productRestEndpointPageId}` */
  'product-rest-endpoint-page': ProductRestEndpointPage;
  /** id: association id */
  'domain-name-access-association': DomainNameAccessAssociation;
  /** id: `settings`, one an account and region */
  account: AccountSettings;
  /** id: function name; `$LATEST`, aliases, permissions and other belongings are inside */
  function: LambdaFunction;
  /** A published version; id: `{functionName}/{version}` */
  'function-version': FunctionVersion;
  /** id: layer name */
  layer: Layer;
  /** id: `{layerName}/{version}` */
  'layer-version': LayerVersion;
  /** id: `csc-…` */
  'code-signing-config': CodeSigningConfig;
  /** id: UUID */
  'event-source-mapping': EventSourceMapping;
  /** An event invocation that has not ended; id: request id */
  'function-event': QueuedFunctionEvent;
}
