/**
 * What a JWT authorizer of a REST API trusts, as it is sent: to CreateAuthorizer, as the text of a patch, in a document.
 * Source: API reference, JwtConfigurationInput and the types below it, for the rules; AWS's words for refusals are not
 * recorded. A deliberate difference: issuers may be reached without TLS, as they are on a laptop and in CI.
 */
import { present } from './entries.ts';
import { badRequest } from './errors.ts';
import type { JwtAdditionalClaim, JwtConfiguration, JwtIssuer } from './rest-api.ts';

export const jwtAlgorithms: readonly string[] = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** No quotas of AWS's that are known, but an end. */
const listMax = 50;
const textMax = 2_048;

/** Claims that have rules of their own. */
const settledClaims: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'scope', 'scp']);

/** @throws BadRequestException */
export function readJwtConfiguration(value: unknown): JwtConfiguration {
  const configuration = members(value, 'jwtConfiguration', ['issuers', 'defaultAlgorithms']);
  const issuers = list(configuration.issuers, 'jwtConfiguration.issuers').map(readIssuer);
  unique(
    issuers.map(({ issuer }) => issuer),
    (issuer) => `Issuer URLs must be unique. Issuer ${issuer} is specified more than once`,
  );
  const defaultAlgorithms = texts(configuration.defaultAlgorithms, 'jwtConfiguration.defaultAlgorithms');
  for (const algorithm of defaultAlgorithms)
    if (!jwtAlgorithms.includes(algorithm))
      throw badRequest(`Invalid signing algorithm: ${algorithm}. Valid values are ${jwtAlgorithms.join(', ')}`);
  return { issuers, defaultAlgorithms: [...new Set(defaultAlgorithms)] };
}

/** As the value of a patch operation. @throws BadRequestException */
export function parseJwtConfiguration(text: string | undefined): JwtConfiguration {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw badRequest('Invalid jwtConfiguration: the value must be a JSON object');
  }
  return readJwtConfiguration(value);
}

function readIssuer(value: unknown, index: number): JwtIssuer {
  const place = `jwtConfiguration.issuers[${index}]`;
  // An answer that is sent back has the address of the keys in it, which is not for the caller to set.
  const sent = members(value, place, ['issuer', 'audiences', 'additionalClaims', 'jwksUri']);
  const issuer = text(sent.issuer, `${place}.issuer`);
  if (!isIssuer(issuer))
    throw badRequest(
      `Invalid issuer: ${issuer}. An issuer must be an absolute URL with a host and without user information, query and fragment`,
    );
  const claims = isAbsent(sent.additionalClaims) ? [] : list(sent.additionalClaims, `${place}.additionalClaims`, 0);
  const additionalClaims = claims.map((claim, number) => readClaim(claim, `${place}.additionalClaims[${number}]`));
  unique(
    additionalClaims.map(({ claimName }) => claimName),
    (name) => `Claim names must be unique within an issuer. Claim ${name} is specified more than once`,
  );
  return present({
    issuer,
    audiences: texts(sent.audiences, `${place}.audiences`),
    additionalClaims: additionalClaims.length === 0 ? undefined : additionalClaims,
  });
}

const format: JwtAdditionalClaim['format'] = 'SINGLE_STRING';

function readClaim(value: unknown, place: string): JwtAdditionalClaim {
  const sent = members(value, place, ['claimName', 'format', 'required', 'expectedValues']);
  const claimName = text(sent.claimName, `${place}.claimName`);
  if (settledClaims.has(claimName)) throw badRequest(`Invalid claim name: ${claimName} cannot be an additional claim`);
  if (sent.format !== format) throw badRequest(`Invalid ${place}.format: the only valid value is ${format}`);
  if (!isAbsent(sent.required) && typeof sent.required !== 'boolean')
    throw badRequest(`Invalid ${place}.required: must be true or false`);
  const expected = isAbsent(sent.expectedValues) ? undefined : texts(sent.expectedValues, `${place}.expectedValues`, 0);
  return present({
    claimName,
    format,
    required: sent.required === true ? true : undefined,
    expectedValues: expected?.length ? expected : undefined,
  });
}

function isIssuer(issuer: string): boolean {
  const url = URL.parse(issuer);
  return (
    url !== null &&
    /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(issuer) &&
    url.hostname !== '' &&
    url.username === '' &&
    url.password === ''
  );
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** Own members only: an object of a document may have any names. */
function members(value: unknown, place: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest(`Invalid ${place}: must be an object`);
  const entries = Object.entries(value);
  for (const [name] of entries)
    if (!names.includes(name)) throw badRequest(`Invalid ${place}: unknown member ${name.slice(0, textMax)}`);
  return Object.fromEntries(entries);
}

function list(value: unknown, place: string, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least || value.length > listMax)
    throw badRequest(`Invalid ${place}: must be a list of ${least} to ${listMax} items`);
  return value;
}

function text(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '' || value.length > textMax)
    throw badRequest(`Invalid ${place}: must be a text of 1 to ${textMax} characters`);
  return value;
}

const texts = (value: unknown, place: string, least = 1): readonly string[] =>
  list(value, place, least).map((each, index) => text(each, `${place}[${index}]`));

function unique(names: readonly string[], refusal: (name: string) => string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw badRequest(refusal(name));
    seen.add(name);
  }
}
