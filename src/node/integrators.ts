/** Who carries integrations out, put together: for a gate worker, and for test invocations on the main thread. */
import type { FunctionDirectory } from '../access/function-directory.ts';
import type { FunctionInvoker } from '../functions/invocation.ts';
import { SigningAwsIntegrator } from '../integrations/aws.ts';
import type { FunctionCaller } from '../integrations/function-call.ts';
import { Functions } from '../integrations/functions.ts';
import { type AcceptedEvent, HostedFunctions } from '../integrations/hosted-functions.ts';
import { UpstreamHttpIntegrator } from '../integrations/http.ts';
import type { Integrators } from '../integrations/integrator.ts';
import { RemoteFunctions } from '../integrations/remote-functions.ts';
import { type ServiceCredentials, SignedCalls } from '../integrations/signed-calls.ts';
import { Upstream } from '../wire/upstream.ts';

export interface IntegratorOptions {
  /** Service to the endpoint that stands in for it. */
  readonly services: Readonly<Record<string, string>>;
  /** What calls of AWS services are signed with. */
  readonly credentials: ServiceCredentials;
  readonly directory: FunctionDirectory;
  readonly invoker: FunctionInvoker;
  /** Event invocations: resolves when the event will not be lost any more. */
  readonly enqueue: (event: AcceptedEvent) => Promise<void>;
}

export interface AllIntegrators extends Integrators {
  readonly functions: FunctionCaller;
}

export function createIntegrators({ services, credentials, ...functions }: IntegratorOptions): AllIntegrators {
  const http = new UpstreamHttpIntegrator(new Upstream());
  const calls = new SignedCalls({ http, services, credentialsFor: () => credentials });
  // Roles have no policies here yet: whoever may name a role in an integration may use it.
  const hosted = new HostedFunctions({ ...functions, roleAllows: () => true });
  const caller = new Functions({ hosted, remote: new RemoteFunctions(calls) });
  return { http, aws: new SigningAwsIntegrator(calls, caller), functions: caller };
}
