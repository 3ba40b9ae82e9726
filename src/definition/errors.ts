/**
 * Refusals that reach the caller of a management API: values that carry their AWS code. Pure edits throw them with
 * AWS's own text; `management/protocol/` renders them for the protocol that the caller speaks. Anything else that is
 * thrown is a bug: logged whole, answered with a bare 500.
 */
const statusOf = {
  BadRequestException: 400,
  ValidationException: 400,
  SerializationException: 400,
  UnauthorizedException: 401,
  AccessDeniedException: 403,
  NotFoundException: 404,
  ConflictException: 409,
  LimitExceededException: 429,
  TooManyRequestsException: 429,
  ServiceUnavailableException: 503,
} as const;

/** The base of all refusals; services with codes of their own (Lambda, IAM …) make theirs with this class. */
export class ServiceError extends Error {
  /** The code on the wire, e.g. `NotFoundException`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Further members of the error's body, e.g. `{ retryAfterSeconds: '1' }`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

const refusal =
  (code: keyof typeof statusOf) =>
  (message: string): ServiceError =>
    new ServiceError(code, statusOf[code], message);

export const badRequest = refusal('BadRequestException');
export const validationFailure = refusal('ValidationException');
export const serializationFailure = refusal('SerializationException');
export const notFound = refusal('NotFoundException');
export const conflict = refusal('ConflictException');
export const limitExceeded = refusal('LimitExceededException');
export const tooManyRequests = refusal('TooManyRequestsException');
export const serviceUnavailable = refusal('ServiceUnavailableException');
