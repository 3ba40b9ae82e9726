/**
 * How long texts may be, by the name that a member has wherever it stands. The service's model says so, but does not
 * travel with the SDK; the form of the answer is the one that AWS's services share.
 * Source: Amazon API Gateway V2 API Reference.
 */
import { entryOf } from '../entries.ts';
import { badRequest } from '../errors.ts';

const bounds: Readonly<Record<string, readonly [min: number, max: number]>> = {
  apiKeySelectionExpression: [0, 1024],
  apiMappingKey: [0, 300],
  authorizerPayloadFormatVersion: [1, 64],
  authorizerUri: [1, 2048],
  connectionId: [1, 1024],
  contentType: [1, 256],
  credentialsArn: [0, 2048],
  description: [0, 1024],
  domainName: [1, 512],
  identityValidationExpression: [0, 1024],
  integrationMethod: [1, 64],
  integrationResponseKey: [1, 1024],
  integrationSubtype: [1, 128],
  integrationUri: [0, 2048],
  name: [1, 128],
  operationName: [1, 64],
  payloadFormatVersion: [1, 64],
  routeKey: [0, 2048],
  routeSelectionExpression: [0, 1024],
  schema: [0, 32_768],
  stage: [1, 128],
  stageName: [1, 128],
  version: [1, 64],
};

/**
 * @param input members by their names; those without a bound, and those that are no texts, pass
 * @param cleared whether an empty text means that the member is to be cleared: then it is never too short
 * @throws BadRequestException
 */
export function checkLengths(input: object, cleared: 'empty clears' | 'empty counts' = 'empty counts'): void {
  const faults: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    const bound = entryOf(bounds, name);
    if (bound === undefined || typeof value !== 'string') continue;
    if (value === '' && name !== 'name' && cleared === 'empty clears') continue;
    faults.push(...lengthFaults(name, value, ...bound));
  }
  refuse(faults);
}

/** One text that has bounds of its own. @throws BadRequestException */
export function checkLength(path: string, value: string | undefined, min: number, max: number): void {
  if (value !== undefined) refuse(lengthFaults(path, value, min, max));
}

function lengthFaults(path: string, value: string, min: number, max: number): string[] {
  const shown = value.length > 128 ? `${value.slice(0, 128)}...` : value;
  const fault = (words: string) => [`Value '${shown}' at '${path}' failed to satisfy constraint: ${words}`];
  if (value.length > max) return fault(`Member must have length less than or equal to ${max}`);
  return value.length < min ? fault(`Member must have length greater than or equal to ${min}`) : [];
}

function refuse(faults: readonly string[]): void {
  const { length } = faults;
  if (length > 0)
    throw badRequest(`${length} validation error${length === 1 ? '' : 's'} detected: ${faults.join('; ')}`);
}
