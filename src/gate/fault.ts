/**
 * Refusals: what a step returns instead of an answer. A fault names the gateway response that is given for it;
 * `rest/gateway-response.ts` renders it. Faults with fixed words are made once.
 * Source: Amazon API Gateway Developer Guide, "Gateway response types"; the words are recorded answers.
 */
import type { GatewayResponseType } from '../definition/rest-api.ts';

interface Defaults {
  readonly status: number;
  /** Sent as `x-amzn-ErrorType`. */
  readonly errorType: string;
  readonly message: string;
}

export const faultDefaults: Readonly<Record<GatewayResponseType, Defaults>> = {
  ACCESS_DENIED: { status: 403, errorType: 'AccessDeniedException', message: 'Forbidden' },
  API_CONFIGURATION_ERROR: {
    status: 500,
    errorType: 'InternalServerErrorException',
    message: 'Internal server error',
  },
  AUTHORIZER_CONFIGURATION_ERROR: {
    status: 500,
    errorType: 'AuthorizerConfigurationException',
    message: 'Internal server error',
  },
  AUTHORIZER_FAILURE: { status: 500, errorType: 'AuthorizerConfigurationException', message: 'Internal server error' },
  BAD_REQUEST_BODY: { status: 400, errorType: 'BadRequestException', message: 'Invalid request body' },
  BAD_REQUEST_PARAMETERS: { status: 400, errorType: 'BadRequestException', message: 'Invalid request parameters' },
  DEFAULT_4XX: { status: 400, errorType: 'BadRequestException', message: 'Bad Request' },
  DEFAULT_5XX: { status: 500, errorType: 'InternalServerErrorException', message: 'Internal server error' },
  EXPIRED_TOKEN: {
    status: 403,
    errorType: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  },
  INTEGRATION_FAILURE: {
    status: 504,
    errorType: 'InternalServerErrorException',
    message: 'Network error communicating with endpoint',
  },
  INTEGRATION_TIMEOUT: {
    status: 504,
    errorType: 'InternalServerErrorException',
    message: 'Endpoint request timed out',
  },
  INVALID_API_KEY: { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' },
  INVALID_SIGNATURE: {
    status: 403,
    errorType: 'InvalidSignatureException',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    errorType: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  },
  QUOTA_EXCEEDED: { status: 429, errorType: 'LimitExceededException', message: 'Limit Exceeded' },
  REQUEST_TOO_LARGE: { status: 413, errorType: 'RequestTooLargeException', message: 'Request Too Long' },
  RESOURCE_NOT_FOUND: { status: 404, errorType: 'NotFoundException', message: 'Not Found' },
  THROTTLED: { status: 429, errorType: 'TooManyRequestsException', message: 'Too Many Requests' },
  UNAUTHORIZED: { status: 401, errorType: 'UnauthorizedException', message: 'Unauthorized' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, errorType: 'BadRequestException', message: 'Unsupported Media Type' },
  WAF_FILTERED: { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' },
};

export class Fault {
  readonly type: GatewayResponseType;
  readonly status: number;
  readonly errorType: string;
  /** `$context.error.message` */
  readonly message: string;
  /** `$context.error.validationErrorString`; empty when it is not about validation. */
  readonly validation: string;
  /** Body of plain text that is sent unless the owner has customised this type; null: the usual JSON. */
  readonly bare: string | null;
  /** JSON that is sent unless the owner has customised this type; null: the message under `message`. */
  readonly json: string | null;
  /** For the operator's log, where the message is not meant to say it; empty: the message says it all. */
  readonly why: string;

  constructor(
    type: GatewayResponseType,
    changes: Partial<Defaults> & {
      readonly validation?: string;
      readonly bare?: string;
      readonly json?: string;
      readonly why?: string;
    } = {},
  ) {
    const defaults = faultDefaults[type];
    this.type = type;
    this.status = changes.status ?? defaults.status;
    this.errorType = changes.errorType ?? defaults.errorType;
    this.message = changes.message ?? defaults.message;
    this.validation = changes.validation ?? '';
    this.bare = changes.bare ?? null;
    this.json = changes.json ?? null;
    this.why = changes.why ?? '';
    Object.freeze(this);
  }
}

/** No such API, stage or mapping: refused before any API can say how. */
export const forbidden = new Fault('ACCESS_DENIED', {
  errorType: 'ForbiddenException',
  why: 'no API and stage answer to this host and path',
});
export const missingAuthenticationToken = new Fault('MISSING_AUTHENTICATION_TOKEN', {
  why: 'the API has no such resource and method',
});
/** Which place a path with `.` or `..` means would be for the backend to say, after the gate has let the caller through. */
export const climbingPath = new Fault('DEFAULT_4XX', { why: 'the path has . or .. in it' });
export const misconfigured = new Fault('API_CONFIGURATION_ERROR');
export const internalFailure = new Fault('DEFAULT_5XX');
export const integrationFailure = new Fault('INTEGRATION_FAILURE');
export const integrationTimeout = new Fault('INTEGRATION_TIMEOUT');
/** The backend would not do it: a function that is throttled. Reported by users of AWS: not a 429 but a bare 500. */
export const backendRefused = new Fault('INTEGRATION_FAILURE', { status: 500, message: 'Internal server error' });
/** More than a function takes. */
export const payloadTooLarge = new Fault('REQUEST_TOO_LARGE');
export const unsupportedMediaType = new Fault('UNSUPPORTED_MEDIA_TYPE', {
  why: 'no mapping is for the content type of the body',
});
export const unreadableCoding = new Fault('UNSUPPORTED_MEDIA_TYPE', {
  why: 'the body can not be unpacked by its content encoding',
});
export const uriTooLong = new Fault('DEFAULT_4XX', {
  status: 414,
  errorType: 'RequestUriTooLongException',
  message: 'Request URI too long',
  why: 'path and query are too long',
});
export const headersTooLarge = new Fault('DEFAULT_4XX', {
  status: 431,
  errorType: 'RequestHeaderFieldsTooLargeException',
  message: 'Request Header Fields Too Large',
  why: 'the headers are too large together',
});
/** Seen live: the text of an announced body that is too large; AWS answers so before it looks at the API. */
export const requestTooLarge = (bytesMax: number): Fault =>
  new Fault('REQUEST_TOO_LARGE', {
    bare: `HTTP content length exceeded ${bytesMax} bytes.`,
    why: `the body has more than ${bytesMax} bytes`,
  });
