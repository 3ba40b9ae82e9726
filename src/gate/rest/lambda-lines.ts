/**
 * Lines of an execution log about a call of a function, as Amazon API Gateway writes them for the HTTP call that it
 * makes. A function that lives here is not called over HTTP: what would be secret in the call stands there masked.
 * Source: recorded logs, facts/test-invoke-method.md, and those that users of AWS have published.
 */
import { awsHostOf, factsOf } from '../../integrations/aws-services.ts';
import { type AwsUri, readAwsUri } from '../../integrations/aws-uri.ts';
import type { Exchange } from '../exchange.ts';
import { type ExecutionLog, mapText } from '../execution-log.ts';
import { bodyText, logRequest } from './execution-lines.ts';

const lineCharactersMax = 1_000;
const maskedCharacters = 64;

/** Long texts are cut, as AWS cuts them. */
export const truncated = (text: string): string =>
  text.length <= lineCharactersMax ? text : `${text.slice(0, lineCharactersMax)} [TRUNCATED]`;

/** All but the last characters of something secret. */
export function masked(text: string): string {
  const shown = Math.min(6, Math.floor(text.length / 2));
  return '*'.repeat(text.length - shown) + text.slice(text.length - shown);
}

/** Where AWS itself would send a call to. */
export function urlOf(uri: AwsUri): string {
  const name = uri.subdomain === '' ? uri.service : `${uri.subdomain}.${uri.service}`;
  const host = awsHostOf(name, factsOf(name, uri.service), uri.region);
  return `https://${host}${uri.target.form === 'path' ? uri.target.path : `/?Action=${uri.target.action}`}`;
}

/** @param sourceArn what the function's policy is asked about; null when a role is called as */
export function logFunctionRequest(
  x: Exchange,
  log: ExecutionLog,
  url: string,
  sourceArn: string | null,
  body: string,
): void {
  const apiId = x.snapshot?.restApiId ?? '';
  const headers: [string, string][] = [
    ['x-amzn-lambda-integration-tag', x.requestId],
    ['Authorization', '*'.repeat(maskedCharacters)],
    ['X-Amz-Date', `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`],
    ['x-amzn-apigateway-api-id', apiId],
  ];
  if (sourceArn !== null) headers.push(['X-Amz-Source-Arn', sourceArn]);
  headers.push(
    ['Accept', 'application/json'],
    ['User-Agent', `AmazonAPIGateway_${apiId}`],
    ['X-Amz-Security-Token', '*'.repeat(maskedCharacters)],
  );
  log.line(`Endpoint request URI: ${url}`);
  log.line(`Endpoint request headers: ${mapText(headers).slice(0, -1)} [TRUNCATED]`);
  log.line(`Endpoint request body after transformations: ${truncated(body)}`);
  log.line(`Sending request to ${url}`);
}

/** Of an integration of type AWS. @param sourceArn as above */
export function logAwsRequest(x: Exchange, log: ExecutionLog, uri: string, sourceArn: string | null): void {
  const read = readAwsUri(uri);
  if (read === undefined) logRequest(x, log, uri);
  else if (read.service === 'lambda' && read.subdomain === '')
    logFunctionRequest(x, log, urlOf(read), sourceArn, bodyText(x.backendBody));
  else logRequest(x, log, urlOf(read));
}
