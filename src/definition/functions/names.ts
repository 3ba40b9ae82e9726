/**
 * How callers name functions and layers: by name, by partial or whole ARN, with or without a version or alias. Decides
 * what is meant and whether the caller's region and account can reach it.
 * Source: Lambda API Reference, "FunctionName" of every operation; Lambda Developer Guide, "Lambda resource access".
 */
import type { ServiceError } from '../errors.ts';
import { accessDenied, constraintFailure, invalidParameter, resourceNotFound } from './refusals.ts';

/** From where a name is read: whose functions are meant when it does not say. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  /** `aws`, `aws-cn` … */
  readonly partition: string;
  readonly callerArn: string;
}

export interface FunctionReference {
  readonly functionName: string;
  /** `$LATEST`, a version, or an alias; absent when the function itself is meant. */
  readonly qualifier?: string;
}

export const latestVersion = '$LATEST';
const functionNameMax = 64;

const functionForm =
  /^(?:arn:[^:]*:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * @param text name or ARN, in one of the forms that the protocol layer lets pass
 * @param operation for the refusal of another account's function, e.g. `GetFunction`
 * @param qualifier of a parameter of its own
 * @throws ServiceError when region or account are others', or the two qualifiers differ
 */
export function functionReference(
  text: string,
  place: Place,
  operation: string,
  qualifier?: string,
): FunctionReference {
  const [, region, accountId, functionName, derived] = functionForm.exec(text) ?? [];
  if (functionName === undefined) throw resourceNotFound(`Function not found: ${functionArn(place, text)}`);
  if (functionName.length > functionNameMax)
    throw constraintFailure('functionName', text, `Member must have length less than or equal to ${functionNameMax}`);
  if (region !== undefined && region !== place.region)
    throw resourceNotFound(`Functions from '${region}' are not reachable in this region ('${place.region}')`);
  if (accountId !== undefined && accountId !== place.accountId)
    throw noResourcePolicy(place, operation, functionArn({ ...place, accountId }, functionName, derived));
  if (derived !== undefined && qualifier !== undefined && derived !== qualifier)
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  const meant = qualifier ?? derived;
  return meant === undefined || meant === '' ? { functionName } : { functionName, qualifier: meant };
}

/** For operations on the whole function. @throws InvalidParameterValueException when a version or alias is named */
export function unqualifiedName(text: string, place: Place, operation: string): string {
  const { functionName, qualifier } = functionReference(text, place, operation);
  if (qualifier !== undefined)
    throw invalidParameter(
      `This operation does not support the use of qualified ARNs: ${functionArn(place, functionName, qualifier)}`,
    );
  return functionName;
}

export const noResourcePolicy = ({ callerArn }: Place, operation: string, arn: string): ServiceError =>
  accessDenied(
    `User: ${callerArn} is not authorized to perform: lambda:${operation} on resource: ${arn} because no resource-based policy allows the lambda:${operation} action`,
  );

type Owner = Pick<Place, 'accountId' | 'region' | 'partition'>;

export const functionArn = ({ partition, region, accountId }: Owner, functionName: string, qualifier?: string) =>
  `arn:${partition}:lambda:${region}:${accountId}:function:${functionName}${qualifier === undefined ? '' : `:${qualifier}`}`;

export const layerArn = ({ partition, region, accountId }: Owner, layerName: string, version?: number): string =>
  `arn:${partition}:lambda:${region}:${accountId}:layer:${layerName}${version === undefined ? '' : `:${version}`}`;

/** An unqualified ARN with a qualifier after it. */
export const qualifiedArn = (arn: string, qualifier: string | undefined): string =>
  qualifier === undefined ? arn : `${arn}:${qualifier}`;

export const functionNotFound = (arn: string): ServiceError => resourceNotFound(`Function not found: ${arn}`);

export interface LayerReference {
  readonly accountId: string;
  readonly region: string;
  readonly layerName: string;
  /** Absent when the ARN names none. */
  readonly version?: number;
}

/** @returns undefined when it is no ARN of a layer */
export function layerReference(arn: string): LayerReference | undefined {
  const [, region, accountId, layerName, version] =
    /^arn:[^:]*:lambda:([a-z0-9-]+):(\d{12}):layer:([a-zA-Z0-9-_]{1,140})(?::(\d{1,12}))?$/.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || layerName === undefined) return undefined;
  return { region, accountId, layerName, ...(version !== undefined && { version: Number(version) }) };
}

/** A layer by name or ARN, of the caller's own account. @throws ServiceError when it is another's */
export function ownLayerName(nameOrArn: string, place: Place, operation: string): string {
  if (!nameOrArn.startsWith('arn:')) return nameOrArn;
  const reference = layerReference(nameOrArn);
  if (reference === undefined) throw invalidParameter(`Invalid layer ARN: ${nameOrArn}`);
  if (reference.region !== place.region || reference.accountId !== place.accountId)
    throw noResourcePolicy(place, operation, nameOrArn);
  return reference.layerName;
}

/** `[a-z0-9-]`: nothing but digits is a version, anything else an alias. */
export const isVersionNumber = (qualifier: string): boolean => /^\d+$/.test(qualifier);
