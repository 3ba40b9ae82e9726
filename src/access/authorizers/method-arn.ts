/**
 * ARNs of what clients of an API call: what authorizers are shown, and what policies are asked about.
 * Source: Developer Guide, "Statement reference of IAM policies for executing API in API Gateway".
 */

/** Longer ones are refused with 414. */
export const methodArnBytesMax = 1_600;

/** `arn:aws:execute-api:{region}:{account}:{api}/{stage}`, ready for what follows. */
export const executeApiArn = (region: string, accountId: string, apiId: string, stageName: string): string =>
  `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:${apiId}/${stageName}`;

export const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/**
 * What the policy of the function behind a REST API's method is asked about: the resource's own path, ANY where the
 * method is.
 * @param stageArn of `executeApiArn`
 */
export const methodSourceArn = (stageArn: string, httpMethod: string, resourcePath: string): string =>
  `${stageArn}/${httpMethod}${resourcePath}`;

/** … behind a route: `…/GET/pets/{id}`; a route for any method is `*`, the one for everything `$default`. */
export function routeSourceArn(stageArn: string, routeKey: string): string {
  const [method = '', path] = routeKey.split(' ');
  return path === undefined ? `${stageArn}/${routeKey}` : `${stageArn}/${method === 'ANY' ? '*' : method}${path}`;
}

/** … of an authorizer. */
export const authorizerArn = (region: string, accountId: string, apiId: string, authorizerId: string): string =>
  `arn:${partitionOf(region)}:execute-api:${region}:${accountId}:${apiId}/authorizers/${authorizerId}`;

/**
 * The ARN of one request. Slashes that do not count when a resource is looked for do not count here either: a policy
 * that denies `GET/pets` also denies `GET//pets/`.
 * @param stageArn of `executeApiArn`
 * @param path below the stage, as it was sent
 */
export function methodArn(stageArn: string, httpMethod: string, path: string): string {
  let start = 0;
  while (path.charCodeAt(start) === slash) start++;
  const end = path.length > start && path.charCodeAt(path.length - 1) === slash ? path.length - 1 : path.length;
  return `${stageArn}/${httpMethod}/${path.slice(start, end)}`;
}

const slash = 47;
