/**
 * What a handler knows about the call it answers, besides its input. Time and randomness come from here, so that
 * handlers can be tested with both fixed.
 */
export interface Call {
  /** Twelve digits: the tenant the caller belongs to; everything it creates is stored under it. */
  readonly accountId: string;
  /** The region of the signature's credential scope. */
  readonly region: string;
  /** `aws`, `aws-cn`, … as it stands in ARNs. */
  readonly partition: string;
  /** ARN of the signer, e.g. `arn:aws:iam::000000000000:root`. */
  readonly callerArn: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  /** Value of the caller's X-Amzn-Trace-Id, when it sent one. */
  readonly traceId?: string;
  /** Milliseconds since the epoch at which the call arrived. */
  readonly nowMs: number;
  /** A fresh identifier of lower-case letters and digits; API Gateway's own are 10 long, resources and the like 6. */
  readonly newId: (length: number) => string;
}
