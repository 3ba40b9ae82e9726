/**
 * Security schemes of an exported document: one for each authorizer, one for API keys, one for signed requests; and what
 * operations require of them. Source: Developer Guide, "x-amazon-apigateway-authorizer object"; published exports.
 */
import { entryOf } from '../entries.ts';
import type { Authorizer, JwtAdditionalClaim, JwtConfiguration, Method, RestApi } from '../rest-api.ts';
import type { JsonObject } from './document.ts';
import type { PublishedDocumentation } from './published-documentation.ts';

/** What security schemes are called, and what they say. */
export class SchemeNames {
  readonly #api: RestApi;
  readonly #extensions: boolean;
  readonly #apiKey: string;
  readonly #signed: string;
  readonly #used: ReadonlySet<string>;

  constructor(api: RestApi, extensions: boolean) {
    this.#api = api;
    this.#extensions = extensions;
    const taken = new Set(Object.values(api.authorizers).map(({ name }) => name));
    this.#apiKey = freeName('api_key', taken);
    this.#signed = freeName('sigv4', taken);
    this.#used = new Set(
      Object.values(api.resources)
        .flatMap(({ methods }) => Object.values(methods))
        .flatMap((method) => this.requirements(method).flatMap((each) => Object.keys(each))),
    );
  }

  requirements(method: Method): JsonObject[] {
    const { authorizationType, authorizerId = '', authorizationScopes = [], apiKeyRequired } = method;
    const authorizer = entryOf(this.#api.authorizers, authorizerId);
    return [
      ...(authorizer === undefined ? [] : [{ [authorizer.name]: [...authorizationScopes] }]),
      ...(authorizationType === 'AWS_IAM' ? [{ [this.#signed]: [...authorizationScopes] }] : []),
      ...(apiKeyRequired ? [{ [this.#apiKey]: [] }] : []),
    ];
  }

  /** Without extensions, only those that a method asks for. */
  written(documentation: PublishedDocumentation): JsonObject {
    const schemes: [string, JsonObject][] = Object.values(this.#api.authorizers)
      .filter(({ name }) => this.#extensions || this.#used.has(name))
      .map((authorizer) => [
        authorizer.name,
        {
          ...this.#scheme(authorizer),
          ...documentation.about({ type: 'AUTHORIZER', name: authorizer.name }),
        },
      ]);
    if (this.#used.has(this.#signed))
      schemes.push([
        this.#signed,
        {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          ...(this.#extensions ? { 'x-amazon-apigateway-authtype': 'awsSigv4' } : {}),
        },
      ]);
    if (this.#used.has(this.#apiKey)) schemes.push([this.#apiKey, { type: 'apiKey', name: 'x-api-key', in: 'header' }]);
    return Object.fromEntries(schemes);
  }

  #scheme(authorizer: Authorizer): JsonObject {
    const [, place, name] =
      /^method\.request\.(header|querystring)\.([^,\s]+)$/.exec(authorizer.identitySource ?? '') ?? [];
    const isDerived =
      place === 'header' &&
      name !== 'Unused' &&
      (authorizer.type === 'TOKEN' || authorizer.type === 'COGNITO_USER_POOLS');
    return {
      type: 'apiKey',
      name: name ?? 'Unused',
      in: place === 'querystring' ? 'query' : 'header',
      ...(this.#extensions ? authorizerExtensions(authorizer, isDerived) : {}),
    };
  }
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 1; taken.has(name); number++) name = `${wanted}_${number}`;
  return name;
}

function authorizerExtensions(authorizer: Authorizer, isDerived: boolean): JsonObject {
  const { type, authType, providerARNs, authorizerUri, authorizerCredentials } = authorizer;
  const { identitySource, identityValidationExpression, authorizerResultTtlInSeconds, jwtConfiguration } = authorizer;
  return {
    ...(authType === undefined ? {} : { 'x-amazon-apigateway-authtype': authType }),
    'x-amazon-apigateway-authorizer': {
      type: type.toLowerCase(),
      ...(authorizerUri === undefined ? {} : { authorizerUri }),
      ...(providerARNs === undefined ? {} : { providerARNs }),
      ...(authorizerCredentials === undefined ? {} : { authorizerCredentials }),
      ...(identitySource === undefined || isDerived ? {} : { identitySource }),
      ...(identityValidationExpression === undefined ? {} : { identityValidationExpression }),
      ...(authorizerResultTtlInSeconds === undefined ? {} : { authorizerResultTtlInSeconds }),
      ...(jwtConfiguration === undefined ? {} : { jwtConfiguration: writtenJwt(jwtConfiguration) }),
    },
  };
}

const writtenJwt = ({ issuers, defaultAlgorithms }: JwtConfiguration): JsonObject => ({
  issuers: issuers.map(({ issuer, audiences, additionalClaims }) => ({
    issuer,
    audiences: [...audiences],
    ...(additionalClaims === undefined ? {} : { additionalClaims: additionalClaims.map(writtenClaim) }),
  })),
  defaultAlgorithms: [...defaultAlgorithms],
});

const writtenClaim = ({ claimName, format, required, expectedValues }: JwtAdditionalClaim): JsonObject => ({
  claimName,
  format,
  ...(required === undefined ? {} : { required }),
  ...(expectedValues === undefined ? {} : { expectedValues: [...expectedValues] }),
});
