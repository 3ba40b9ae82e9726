/**
 * A compiled integration: where it goes and how requests and answers are mapped on the way. Stage variables are filled
 * in already, so most URIs are constants by now.
 * Source: Amazon API Gateway Developer Guide, "Integrations for REST APIs".
 */
import type { ContentHandling, Integration, IntegrationType } from '../definition/rest-api.ts';
import { type Endpoint, endpointOf } from '../integrations/endpoint.ts';
import type { Problems } from './plan-error.ts';
import { fillStageVariables, UriTemplate } from './uri-template.ts';

/** Where an integration of type HTTP or HTTP_PROXY goes. */
export class HttpUriPlan {
  /** Null when the authority itself has placeholders and must be read for every request. */
  readonly endpoint: Endpoint | null;
  readonly insecure: boolean;
  /** The whole URI; used when `endpoint` is null. */
  readonly whole: UriTemplate;
  /** Path and query, without fragment; the path is at least `/`. */
  readonly path: UriTemplate;
  readonly query: UriTemplate;

  constructor(uri: string, insecure: boolean) {
    const [, origin = '', path = '', query = ''] =
      /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(uri) ?? [];
    if (origin === '') throw new Error(`${JSON.stringify(uri)} is not an http:// or https:// address`);
    const dynamic = origin.includes('{');
    const endpoint = dynamic ? undefined : endpointOf(origin, insecure);
    if (!dynamic && endpoint === undefined)
      throw new Error(`${JSON.stringify(uri)} is not an http:// or https:// address`);
    this.endpoint = endpoint ?? null;
    this.insecure = insecure;
    this.whole = new UriTemplate(origin);
    this.path = new UriTemplate(path === '' ? '/' : path);
    this.query = new UriTemplate(query);
    Object.freeze(this);
  }
}

export class IntegrationPlan {
  readonly type: IntegrationType;
  /** Method of the call; null: the client's. */
  readonly method: string | null;
  /** Of types HTTP and HTTP_PROXY. */
  readonly http: HttpUriPlan | null;
  /** Of types AWS and AWS_PROXY. */
  readonly awsUri: UriTemplate | null;
  readonly credentials: string;
  readonly timeoutMs: number;
  readonly contentHandling: ContentHandling | null;

  constructor(
    integration: Integration,
    variables: Readonly<Record<string, string>>,
    place: string,
    problems: Problems,
  ) {
    const uri = fillStageVariables(integration.uri ?? '', variables);
    const overHttp = integration.type === 'HTTP' || integration.type === 'HTTP_PROXY';
    const overAws = integration.type === 'AWS' || integration.type === 'AWS_PROXY';
    this.type = integration.type;
    this.method =
      integration.httpMethod === undefined || integration.httpMethod === 'ANY' ? null : integration.httpMethod;
    this.http = overHttp
      ? problems.attempt(
          place,
          'methodIntegration.uri',
          () => new HttpUriPlan(uri, integration.tlsConfig?.insecureSkipVerification ?? false),
        )
      : null;
    this.awsUri = overAws ? new UriTemplate(uri) : null;
    this.credentials = fillStageVariables(integration.credentials ?? '', variables);
    this.timeoutMs = integration.timeoutInMillis;
    this.contentHandling = integration.contentHandling ?? null;
    Object.freeze(this);
  }
}
