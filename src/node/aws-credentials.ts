/** Keys for AWS itself, from the usual variables of AWS's tools. */
import type { ServiceCredentials } from '../integrations/signed-calls.ts';

/** @returns undefined when the environment has none */
export function environmentCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): ServiceCredentials | undefined {
  const accessKeyId = environment.AWS_ACCESS_KEY_ID;
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
