/**
 * Environment variables that a function may be given.
 * Source: Lambda Developer Guide, "Working with Lambda environment variables".
 */
import type { Strings } from '../rest-api.ts';
import { constraintFailure, invalidParameter } from './refusals.ts';

const bytesMax = 4096;
const namePattern = '[a-zA-Z]([a-zA-Z0-9_])+';
const isName = new RegExp(`^(?:${namePattern})$`);

/** Names that Lambda sets itself. */
const reserved = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** @throws ServiceError when a name is malformed or reserved, or all together are too long */
export function checkedEnvironment(variables: Strings): Strings {
  const names = Object.keys(variables);
  const taken = names.filter((name) => reserved.has(name));
  const about = 'Lambda was unable to configure your environment variables because the environment variables you have';
  if (taken.length > 0)
    throw invalidParameter(
      `${about} provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    );
  if (names.some((name) => !isName.test(name)))
    throw constraintFailure(
      'environment.variables',
      `{${names.map((name) => `${name.slice(0, 128)}=***`).join(', ')}}`,
      `Map keys must satisfy constraint: [Member must satisfy regular expression pattern: ${namePattern}]`,
    );
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > bytesMax)
    throw invalidParameter(`${about} provided exceeded the 4KB limit. String measured: ${measured.slice(0, bytesMax)}`);
  return { ...variables };
}
