/**
 * URIs of integrations: stage variables, `${stageVariables.name}`, are put in when a stage is compiled; placeholders,
 * `{name}`, take the path parameters of each call (`integration.request.path.name`). A placeholder that nothing is
 * mapped to stays as it is. Source: Developer Guide, "Use stage variables"; recorded: a greedy parameter keeps its
 * slashes, an unknown variable is empty.
 */

/** Also for credentials, connection ids and authorizer URIs. An unknown variable is the empty text. */
export const withStageVariables = (text: string, variables: Readonly<Record<string, string>> | undefined): string =>
  text.replace(/\$\{stageVariables\.([^}]*)\}/g, (_, name: string) =>
    variables !== undefined && Object.hasOwn(variables, name) ? (variables[name] ?? '') : '',
  );

/** A URI without stage variables, ready to be filled. */
export interface UriTemplate {
  /** Names of its placeholders. */
  readonly names: readonly string[];
  /** @param values path parameters of the call, encoded as the client sent them */
  fill(values: Readonly<Record<string, string>>): string;
}

export function compileUri(uri: string): UriTemplate {
  const queryStart = uri.indexOf('?');
  // Text, name, text, name … text.
  const parts = uri.split(/\{([^{}]*)\}/);
  const names = parts.filter((_, index) => index % 2 === 1);
  if (names.length === 0) return { names, fill: () => uri };
  const inQuery: boolean[] = [];
  let length = 0;
  for (const [index, part] of parts.entries()) {
    inQuery.push(queryStart !== -1 && length > queryStart);
    length += part.length + (index % 2 === 1 ? 2 : 0);
  }
  return {
    names,
    fill: (values) => {
      let out = parts[0]!;
      for (let index = 1; index < parts.length; index += 2) {
        const name = parts[index]!;
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        out += value === undefined ? `{${name}}` : safe(value, inQuery[index]!);
        out += parts[index + 1]!;
      }
      return out;
    },
  };
}

/** What may stand in a path: all but what would begin a query or a fragment, or no URI may contain. */
const unsafeInPath = /[^\w\-.~!$&'()*+,;=:@/%]|%(?![0-9a-fA-F]{2})/gu;
/** In a query also the characters that would begin another parameter. */
const unsafeInQuery = /[^\w\-.~!$'()*,;:@/%]|%(?![0-9a-fA-F]{2})/gu;

/** Escapes that the client made stay as they are. */
const safe = (value: string, inQuery: boolean): string =>
  value.replace(inQuery ? unsafeInQuery : unsafeInPath, (char) => percentEncoded(char));

function percentEncoded(char: string): string {
  if (/[\ud800-\udfff]/.test(char) && char.length === 1) return '%EF%BF%BD';
  return encodeURIComponent(char).replace(/['()*!]/g, (plain) => `%${plain.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * A URL with further query parameters behind those that it has: same names are repeated, never replaced.
 * @param parameters name and value, not encoded
 */
export function withQuery(url: string, parameters: Iterable<readonly [name: string, value: string]>): string {
  let out = url;
  let separator = url.includes('?') ? (/[?&]$/.test(url) ? '' : '&') : '?';
  for (const [name, value] of parameters) {
    out += `${separator}${encodeQuery(name)}=${encodeQuery(value)}`;
    separator = '&';
  }
  return out;
}

const encodeQuery = (text: string): string => encodeURIComponent(text.toWellFormed());
