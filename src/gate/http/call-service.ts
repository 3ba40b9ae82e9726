/**
 * Integrations with AWS services: one call of the service, with parameters that the request fills in. Whatever the
 * service answers is the answer.
 * Source: Amazon API Gateway Developer Guide, "Create AWS service integrations for HTTP APIs".
 */
import type { AwsIntegrator, BackendCall } from '../../integrations/integrator.ts';
import type { Log } from '../../observe/log.ts';
import type { ServiceIntegrationPlan } from '../../plan/http/integration.ts';
import { ServiceParameterError, type ServiceRequest } from '../../plan/http/service-call.ts';
import type { HttpStagePlan } from '../../plan/http/stage.ts';
import { turnEpochMs } from '../../wire/turn.ts';
import type { Exchange } from '../exchange.ts';
import type { Outcome, Step } from '../step.ts';
import { badRequest, integrationFailed, integrationTimedOut } from './fault.ts';
import { placeOf } from './place.ts';
import { readRequest } from './readers.ts';

/** After the step that has received the body, where a parameter reads it. */
export function callService(plan: ServiceIntegrationPlan, stage: HttpStagePlan, aws: AwsIntegrator, log: Log): Step {
  const { call: service, credentials, timeoutMs } = plan;
  const parameters = service.parameters.map(({ name, value }) => ({ name, read: readRequest(value) }));
  const regionOf = service.region === null ? null : readRequest(service.region);
  return (x) => {
    const values = new Map<string, string>();
    for (const { name, read } of parameters) {
      const value = read(x);
      if (value !== undefined) values.set(name, value);
    }
    let request: ServiceRequest;
    try {
      request = service.request(values);
    } catch (error) {
      if (!(error instanceof ServiceParameterError)) throw error;
      if (x.http !== null) x.http.integrationError = error.message;
      log.info({ ...placeOf(x), reason: error.message }, 'a request does not fill the parameters of its integration');
      return badRequest;
    }
    const region = regionOf?.(x) ?? stage.region;
    x.integrationStartedAtMs = turnEpochMs();
    const call = aws.call(
      {
        uri: `arn:aws:apigateway:${region}:${request.service}:path${request.path}`,
        credentials,
        accountId: stage.accountId,
        region,
        sourceArn: `arn:aws:execute-api:${stage.region}:${stage.accountId}:${stage.apiId}/${stage.stageName}`,
        requestId: x.extendedRequestId,
      },
      {
        method: request.method,
        path: '/',
        headers: request.headers,
        body: request.body === null ? null : Buffer.from(request.body),
        bodyBytes: request.body === null ? 0 : Buffer.byteLength(request.body),
        timeoutMs,
      },
    );
    x.onAbort = call;
    return received(x, call, aws, log);
  };
}

async function received(x: Exchange, call: BackendCall, aws: AwsIntegrator, log: Log): Promise<Outcome> {
  try {
    x.answer = await call.promise;
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    return undefined;
  } catch (error) {
    x.integrationLatencyMs = turnEpochMs() - x.integrationStartedAtMs;
    const failure = aws.failureOf(error);
    if (x.http !== null) x.http.integrationError = failure.reason ?? failure.message;
    log.warn({ ...placeOf(x), reason: failure.message }, 'an AWS service could not be called, or not in time');
    return failure.kind === 'timeout' ? integrationTimedOut : integrationFailed;
  }
}
