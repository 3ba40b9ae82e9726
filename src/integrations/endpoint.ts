/** Where an HTTP backend is: read from an integration's URI, when it is compiled or, with variables in it, when called. */
export interface Endpoint {
  /** Calls to endpoints with equal keys share connections. */
  readonly key: string;
  readonly tls: boolean;
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Accept any certificate (`tlsConfig.insecureSkipVerification`). */
  readonly insecure: boolean;
  /** What the Host header says. */
  readonly hostHeader: string;
}

/**
 * @param origin `https://user@host:port`, nothing after the authority
 * @returns undefined when it is no http(s) origin
 */
export function endpointOf(origin: string, insecure: boolean): Endpoint | undefined {
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  const tls = url.protocol === 'https:';
  if ((!tls && url.protocol !== 'http:') || url.hostname === '') return undefined;
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return Object.freeze({
    key: `${url.protocol}//${url.hostname}:${port}${tls && insecure ? '!' : ''}`,
    tls,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    insecure,
    hostHeader: url.host,
  });
}
