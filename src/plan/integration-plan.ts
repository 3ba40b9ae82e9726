/**
 * A compiled integration: where it goes and how requests and answers are mapped on the way. Stage variables are filled
 * in already, so most URIs are constants by now.
 * Source: Amazon API Gateway Developer Guide, "Integrations for REST APIs".
 */
import type {
  ContentHandling,
  Integration,
  IntegrationResponse,
  IntegrationType,
  Strings,
} from '../definition/rest-api.ts';
import { type Endpoint, endpointOf } from '../integrations/endpoint.ts';
import {
  compileRequestParameters,
  compileResponseParameters,
  type MappedRequest,
  type MappedValues,
  type ParameterMapping,
  type RequestSources,
  type ResponseSources,
} from '../mapping/parameters.ts';
import { compileSelection } from '../mapping/selection-pattern.ts';
import {
  compileRequestTemplates,
  compileResponseTemplates,
  type RequestTemplateChoice,
  type SelectedTemplate,
} from '../mapping/template-selection.ts';
import { compileUri, type UriTemplate, withStageVariables } from '../mapping/uri.ts';
import { MappingTemplate } from './mapping-template.ts';
import type { Problems } from './plan-error.ts';

/** Where an integration of type HTTP or HTTP_PROXY goes. */
export class HttpUriPlan {
  /** Null when the authority itself has placeholders and must be read for every request. */
  readonly endpoint: Endpoint | null;
  readonly insecure: boolean;
  /** Scheme and authority. */
  readonly origin: UriTemplate;
  /** Path and query; the path is at least `/`. */
  readonly target: UriTemplate;
  /** Path and query of a URI without placeholders, else null. */
  readonly constantTarget: string | null;

  /** @throws Error when it is no address of an HTTP backend */
  constructor(uri: string, insecure: boolean) {
    const [, origin = '', path = '', query = ''] =
      /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?/i.exec(uri) ?? [];
    this.insecure = insecure;
    this.origin = compileUri(origin);
    this.target = compileUri((path === '' ? '/' : path) + query);
    this.endpoint = this.origin.names.length > 0 ? null : (endpointOf(origin, insecure) ?? null);
    if (this.origin.names.length === 0 && this.endpoint === null)
      throw new Error(`${JSON.stringify(uri)} is not an http:// or https:// address`);
    this.constantTarget = this.endpoint !== null && this.target.names.length === 0 ? this.target.fill({}) : null;
    Object.freeze(this);
  }
}

/** What answers a client when the backend said what `selectionPattern` matches. */
export class IntegrationResponsePlan {
  readonly statusCode: string;
  readonly selectionPattern: string | undefined;
  readonly status: number;
  /** Null: no headers are mapped. */
  readonly parameters: ParameterMapping<ResponseSources, MappedValues> | null;
  /** Null: there are no templates. Otherwise by the client's Accept. */
  readonly template: ((accept: string | undefined) => SelectedTemplate<MappingTemplate> | undefined) | null;
  readonly contentHandling: ContentHandling | null;

  constructor(response: IntegrationResponse, place: string, problems: Problems) {
    const field = `integrationResponses.${response.statusCode}`;
    this.statusCode = response.statusCode;
    this.selectionPattern = response.selectionPattern;
    this.status = Number(response.statusCode);
    this.parameters = isEmpty(response.responseParameters)
      ? null
      : problems.attempt(place, `${field}.responseParameters`, () =>
          compileResponseParameters(response.responseParameters),
        );
    this.template = isEmpty(response.responseTemplates)
      ? null
      : compileResponseTemplates(
          templatesOf(response.responseTemplates, place, `${field}.responseTemplates`, problems),
        );
    this.contentHandling = response.contentHandling ?? null;
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
  /** The answer is passed on as it comes (`responseTransferMode`). */
  readonly streaming: boolean;
  /** Null: nothing is mapped. */
  readonly requestParameters: ParameterMapping<RequestSources, MappedRequest> | null;
  /** By the client's Content-Type. */
  readonly requestTemplate: (contentType: string | undefined) => RequestTemplateChoice<MappingTemplate>;
  readonly contentHandling: ContentHandling | null;
  /** By the backend's status, or what it says instead; undefined when none fits. */
  readonly response: (selection: string) => IntegrationResponsePlan | undefined;

  constructor(integration: Integration, variables: Strings, place: string, problems: Problems) {
    const uri = withStageVariables(integration.uri ?? '', variables);
    const { type } = integration;
    this.type = type;
    this.method =
      integration.httpMethod === undefined || integration.httpMethod === 'ANY' ? null : integration.httpMethod;
    this.http =
      type === 'HTTP' || type === 'HTTP_PROXY'
        ? problems.attempt(
            place,
            'uri',
            () => new HttpUriPlan(uri, integration.tlsConfig?.insecureSkipVerification ?? false),
          )
        : null;
    this.awsUri = type === 'AWS' || type === 'AWS_PROXY' ? compileUri(uri) : null;
    this.credentials = withStageVariables(integration.credentials ?? '', variables);
    this.timeoutMs = integration.timeoutInMillis;
    this.streaming = integration.responseTransferMode === 'STREAM';
    this.requestParameters = isEmpty(integration.requestParameters)
      ? null
      : problems.attempt(place, 'requestParameters', () => compileRequestParameters(integration.requestParameters));
    // Proxies send bodies as they are: their templates are kept, exported and never rendered.
    const rendered = type === 'HTTP_PROXY' || type === 'AWS_PROXY' ? {} : integration.requestTemplates;
    this.requestTemplate = compileRequestTemplates(
      templatesOf(rendered, place, 'requestTemplates', problems),
      integration.passthroughBehavior,
    );
    this.contentHandling = integration.contentHandling ?? null;
    const responses = Object.values(integration.integrationResponses).map(
      (response): [string, IntegrationResponsePlan] => [
        response.statusCode,
        new IntegrationResponsePlan(response, place, problems),
      ],
    );
    this.response =
      problems.attempt(place, 'integrationResponses', () => compileSelection(Object.fromEntries(responses))) ??
      (() => undefined);
    Object.freeze(this);
  }
}

export const isEmpty = (values: Readonly<Record<string, unknown>> | undefined): boolean =>
  values === undefined || Object.keys(values).length === 0;

/** Templates that compile, by content type; the others are problems. */
export function templatesOf(
  sources: Strings | undefined,
  place: string,
  field: string,
  problems: Problems,
): Readonly<Record<string, MappingTemplate>> {
  const compiled: [string, MappingTemplate][] = [];
  for (const [contentType, source] of Object.entries(sources ?? {})) {
    const template = problems.attempt(place, `${field}.${contentType}`, () => new MappingTemplate(source, contentType));
    if (template !== null) compiled.push([contentType, template]);
  }
  return Object.fromEntries(compiled);
}
