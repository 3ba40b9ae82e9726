/** Deployments and stages of HTTP and WebSocket APIs. */
import type { Api } from './api.ts';
import type { Strings } from './rest-api.ts';

export interface ApiDeployment {
  readonly deploymentId: string;
  readonly apiId: string;
  readonly createdAtMs: number;
  readonly description?: string;
  /** Made by a stage with auto-deploy. */
  readonly autoDeployed: boolean;
  readonly deploymentStatus: 'PENDING' | 'FAILED' | 'DEPLOYED';
  readonly deploymentStatusMessage?: string;
  /** The API as it was; never changes. */
  readonly api: Api;
}

export interface RouteSettings {
  readonly dataTraceEnabled?: boolean;
  readonly detailedMetricsEnabled?: boolean;
  readonly loggingLevel?: string;
  readonly throttlingBurstLimit?: number;
  readonly throttlingRateLimit?: number;
}

export interface ApiStage {
  readonly apiId: string;
  /** `$default` answers what no other stage claims. */
  readonly stageName: string;
  readonly deploymentId?: string;
  readonly autoDeploy: boolean;
  readonly description?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly lastDeploymentStatusMessage?: string;
  /** Automatic deployments that the stage has left behind, newest first; the oldest are deleted. */
  readonly formerDeploymentIds?: readonly string[];
  /** When what authorizers answered was last to be forgotten. */
  readonly authorizersResetAtMs?: number;
  readonly stageVariables: Strings;
  readonly clientCertificateId?: string;
  readonly accessLogSettings?: { readonly destinationArn?: string; readonly format?: string };
  readonly defaultRouteSettings: RouteSettings;
  /** By route key. */
  readonly routeSettings: Readonly<Record<string, RouteSettings>>;
  readonly apiGatewayManaged?: boolean;
  readonly tags: Strings;
}

/** All that a gate needs to serve one stage of an HTTP or WebSocket API; plain data. */
export interface DeployedApiStage {
  readonly accountId: string;
  readonly region: string;
  readonly apiId: string;
  readonly protocolType: 'HTTP' | 'WEBSOCKET';
  /** Settings that act at once, without a deployment. */
  readonly disableExecuteApiEndpoint: boolean;
  readonly stage: ApiStage;
  readonly deployment: ApiDeployment;
}
