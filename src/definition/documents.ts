/** The kinds of documents that definitions are kept in, and how their ids are made. */
import type { AccountSettings, ApiKey, ClientCertificate, UsagePlan, VpcLink } from './account.ts';
import type { Api } from './api.ts';
import type { ApiDeployment, ApiStage } from './api-stage.ts';
import type { DomainName, DomainNameAccessAssociation } from './domain-name.ts';
import type { RestApi } from './rest-api.ts';
import type { Deployment, Stage } from './stage.ts';

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
  /** id: client certificate id */
  'client-certificate': ClientCertificate;
  /** id: the domain name, with `+{domainNameId}` appended for private ones; base path mappings are inside */
  'domain-name': DomainName;
  /** id: association id */
  'domain-name-access-association': DomainNameAccessAssociation;
  /** id: `settings`, one an account and region */
  account: AccountSettings;
}
