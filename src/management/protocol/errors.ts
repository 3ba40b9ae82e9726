/**
 * Errors of the management APIs: values that carry their code on the wire. Each service lists its codes with their
 * HTTP status; `protocol/` renders them for the protocol that the caller speaks.
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

export type ErrorCode = keyof typeof statusOf;

/** A refusal that reaches the caller; anything else that is thrown is a bug and becomes a bare 500. */
export class ManagementError extends Error {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Further members of the error's body, e.g. `retryAfterSeconds`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    members: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ManagementError';
    this.code = code;
    this.status = statusOf[code];
    this.members = members;
  }
}

export const badRequest = (message: string): ManagementError => new ManagementError('BadRequestException', message);
export const notFound = (message: string): ManagementError => new ManagementError('NotFoundException', message);
export const conflict = (message: string): ManagementError => new ManagementError('ConflictException', message);
