/**
 * The 124 operations of the REST API management service, typed by the AWS SDK's client for it, and by what the service
 * has beyond that client (`protocol/models/apigateway.additions.json`): JWT authorizers.
 */
import type * as Sdk from '@aws-sdk/client-api-gateway';
import type { HandlersOf, OperationsOf } from '../protocol/operations.ts';

type OfSdk = OperationsOf<typeof Sdk>;

interface JwtConfiguration {
  readonly issuers: readonly {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly additionalClaims?:
      | readonly {
          readonly claimName: string;
          readonly format: 'SINGLE_STRING';
          readonly required?: boolean | undefined;
          readonly expectedValues?: readonly string[] | undefined;
        }[]
      | undefined;
  }[];
  readonly defaultAlgorithms: readonly string[];
}

/** An authorizer as it is sent and answered, with the type that the SDK does not know. */
type WithJwt<Authorizer extends { readonly type?: unknown }> = Omit<Authorizer, 'type'> & {
  readonly type: NonNullable<Authorizer['type']> | 'JWT';
  readonly jwtConfiguration?: JwtConfiguration | undefined;
};

type Answered<Operation extends 'GetAuthorizer' | 'UpdateAuthorizer'> = {
  readonly input: OfSdk[Operation]['input'];
  readonly output: WithJwt<OfSdk[Operation]['output']>;
};

interface WithJwtAuthorizers {
  readonly CreateAuthorizer: {
    readonly input: WithJwt<OfSdk['CreateAuthorizer']['input']>;
    readonly output: WithJwt<OfSdk['CreateAuthorizer']['output']>;
  };
  readonly GetAuthorizer: Answered<'GetAuthorizer'>;
  readonly UpdateAuthorizer: Answered<'UpdateAuthorizer'>;
  readonly GetAuthorizers: {
    readonly input: OfSdk['GetAuthorizers']['input'];
    readonly output: Omit<OfSdk['GetAuthorizers']['output'], 'items'> & {
      items?: WithJwt<OfSdk['GetAuthorizer']['output']>[] | undefined;
    };
  };
}

export type Operations = Omit<OfSdk, keyof WithJwtAuthorizers> & WithJwtAuthorizers;
export type Handlers = HandlersOf<Operations>;
