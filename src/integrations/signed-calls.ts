/**
 * Calls of AWS services, signed: to the endpoint that is configured for a service, else to AWS itself. Which keys a role
 * stands for is the composition root's to say.
 * Source: facts/integration-aws-services.md; IAM User Guide, "AWS Signature Version 4 for API requests".
 */
import { sha256, signRequest } from '../access/sigv4.ts';
import { awsHostOf, factsOf } from './aws-services.ts';
import { type Endpoint, endpointOf } from './endpoint.ts';
import { type BackendCall, BackendFailure, type BackendResponse, type HttpIntegrator } from './integrator.ts';

export interface ServiceCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedCallsOptions {
  readonly http: HttpIntegrator;
  /** Service, as it stands in URIs, to the endpoint that stands in for it: a URL, perhaps with a path. */
  readonly services: Readonly<Record<string, string>>;
  /**
   * Keys to sign with.
   * @param roleArn empty: the gateway's own
   * @returns undefined when there are none, or the role may not be assumed
   */
  readonly credentialsFor: (
    roleArn: string,
    accountId: string,
    region: string,
  ) => ServiceCredentials | undefined | Promise<ServiceCredentials | undefined>;
  readonly nowMs?: () => number;
}

export interface SignedCall {
  /** `sqs`, `runtime.sagemaker`: with the subdomain. */
  readonly name: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** Empty: the gateway's own keys. */
  readonly roleArn: string;
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly target: string;
  /** By lower-case name; without Host. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly timeoutMs: number;
}

const nothing = new Uint8Array();
const endpointsMax = 1_000;

export class SignedCalls {
  readonly #options: SignedCallsOptions;
  readonly #nowMs: () => number;
  readonly #endpoints = new Map<string, { readonly endpoint: Endpoint; readonly base: string }>();

  constructor(options: SignedCallsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** Whether an endpoint is configured to stand in for a service. */
  hasEndpoint(service: string): boolean {
    return Object.hasOwn(this.#options.services, service);
  }

  /** The URL that a call goes to, for logs. */
  urlOf(call: Pick<SignedCall, 'name' | 'service' | 'region' | 'target'>): string {
    const { endpoint, base } = this.#endpointOf(call.name, call.service, call.region);
    return `${endpoint.tls ? 'https' : 'http'}://${endpoint.hostHeader}${base}${call.target}`;
  }

  send(call: SignedCall): BackendCall {
    return new SigningCall(() => this.#send(call));
  }

  failureOf(error: unknown): BackendFailure {
    return error instanceof BackendFailure ? error : this.#options.http.failureOf(error);
  }

  #send(call: SignedCall): BackendCall | Promise<BackendCall> {
    const credentials = this.#options.credentialsFor(call.roleArn, call.accountId, call.region);
    return credentials instanceof Promise
      ? credentials.then((found) => this.#signed(call, found))
      : this.#signed(call, credentials);
  }

  #signed(call: SignedCall, credentials: ServiceCredentials | undefined): BackendCall {
    if (credentials === undefined) throw noCredentials(call);
    const facts = factsOf(call.name, call.service);
    const { endpoint, base } = this.#endpointOf(call.name, call.service, call.region);
    const whole = base + call.target;
    const question = whole.indexOf('?');
    const path = question === -1 ? whole : whole.slice(0, question);
    const body = call.body ?? nothing;
    const signed = signRequest({
      method: call.method,
      path,
      query: question === -1 ? '' : whole.slice(question + 1),
      headers: { ...call.headers, host: endpoint.hostHeader },
      payloadHash: sha256(body),
      service: facts.signingName ?? call.service,
      region: facts.global === true ? 'us-east-1' : call.region,
      credentials,
      nowMs: this.#nowMs(),
    });
    const headers: string[] = [];
    for (const [name, value] of Object.entries(signed)) headers.push(name, value);
    return this.#options.http.call(endpoint, {
      method: call.method,
      path: whole,
      headers,
      body: body.length === 0 ? null : body,
      bodyBytes: body.length,
      timeoutMs: call.timeoutMs,
    });
  }

  #endpointOf(name: string, service: string, region: string): { readonly endpoint: Endpoint; readonly base: string } {
    const key = `${name}/${region}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const { services } = this.#options;
    const configured = Object.hasOwn(services, name)
      ? services[name]
      : Object.hasOwn(services, service)
        ? services[service]
        : undefined;
    const url = new URL(configured ?? `https://${awsHostOf(name, factsOf(name, service), region)}`);
    const endpoint = endpointOf(url.origin, false);
    if (endpoint === undefined) throw new BackendFailure('configuration', `services.${service}: ${url} is no endpoint`);
    const found = { endpoint, base: url.pathname.replace(/\/+$/, '') };
    if (this.#endpoints.size < endpointsMax) this.#endpoints.set(key, found);
    return found;
  }
}

function noCredentials({ service, region, roleArn }: SignedCall): BackendFailure {
  return roleArn === ''
    ? new BackendFailure(
        'configuration',
        `There are no AWS credentials to call ${service} in ${region} with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      )
    : new BackendFailure('configuration', `There are no credentials for the role ${roleArn}`, {
        reason: `API Gateway does not have permission to assume the provided role ${roleArn}`,
      });
}

/** A call whose keys may have to be fetched first. */
class SigningCall implements BackendCall {
  readonly promise: Promise<BackendResponse>;
  #call: BackendCall | null = null;
  #aborted = false;

  constructor(send: () => BackendCall | Promise<BackendCall>) {
    this.promise = this.#run(send);
  }

  abort(): void {
    this.#aborted = true;
    this.#call?.abort();
  }

  async #run(send: () => BackendCall | Promise<BackendCall>): Promise<BackendResponse> {
    this.#call = await send();
    if (this.#aborted) this.#call.abort();
    return this.#call.promise;
  }
}
