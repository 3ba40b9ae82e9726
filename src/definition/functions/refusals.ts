/**
 * Refusals of Lambda's management API: its own codes and statuses, each with the member `Type` that tells whose fault
 * it was. Source: Lambda API Reference, "Common errors", and the errors of each operation.
 */
import { ServiceError } from '../errors.ts';

const statusOf = {
  CodeSigningConfigNotFoundException: 404,
  CodeVerificationFailedException: 400,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  PolicyLengthExceededException: 400,
  PreconditionFailedException: 412,
  ProvisionedConcurrencyConfigNotFoundException: 404,
  RequestTooLargeException: 413,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
} as const;

const refusal =
  (code: keyof typeof statusOf) =>
  (message: string): ServiceError =>
    new ServiceError(code, statusOf[code], message, { Type: 'User' });

export const invalidParameter = refusal('InvalidParameterValueException');
export const invalidContent = refusal('InvalidRequestContentException');
export const functionConflict = refusal('ResourceConflictException');
export const resourceNotFound = refusal('ResourceNotFoundException');
export const preconditionFailed = refusal('PreconditionFailedException');
export const policyTooLong = refusal('PolicyLengthExceededException');
export const codeNotVerified = refusal('CodeVerificationFailedException');
export const noCodeSigningConfig = refusal('CodeSigningConfigNotFoundException');
export const noProvisionedConcurrency = refusal('ProvisionedConcurrencyConfigNotFoundException');
export const requestTooLarge = refusal('RequestTooLargeException');

/** Coral's own refusal of a value, which has no `Type`. */
export const constraintFailure = (member: string, value: string, constraint: string): ServiceError =>
  new ServiceError(
    'ValidationException',
    400,
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );

export const accessDenied = (message: string): ServiceError => new ServiceError('AccessDeniedException', 403, message);

/** What AWS has and this gateway does not. */
export const notServed = (what: string): ServiceError => invalidParameter(`${what} not served by this gateway.`);
