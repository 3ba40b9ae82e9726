/**
 * What precedes the paths of a document: `basePath` of OpenAPI 2.0, the first server of 3.x; and what the importer is
 * told to do with it. Source: Developer Guide, "Set the OpenAPI basePath property"; recorded imports.
 */
import { badRequest } from '../errors.ts';
import type { OpenApiVersion } from './document.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';

export const basePathModes = ['ignore', 'prepend', 'split'] as const;
export type BasePathMode = (typeof basePathModes)[number];

/** @throws BadRequestException */
export function basePathModeOf(text: string | undefined): BasePathMode {
  const mode = basePathModes.find((each) => each === (text ?? 'ignore').toLowerCase());
  if (mode === undefined)
    throw badRequest(`Invalid basepath option specified: '${text}'. Valid options are ${basePathModes.join(',')}`);
  return mode;
}

/** The segments that every path begins with. */
export function basePathOf(root: Place, version: OpenApiVersion, mode: BasePathMode): readonly string[] {
  if (mode === 'ignore') return [];
  const path = version === '2.0' ? root.get('basePath').text() : serverPath(root.get('servers').items()[0]);
  const segments = (path ?? '').split('/').filter((segment) => segment !== '');
  return mode === 'split' ? segments.slice(1) : segments;
}

/** More than one server is fine, but only the first counts. */
export function warnAboutServers(root: Place, findings: Findings): void {
  if (root.get('servers').items().length > 1)
    findings.warn('More than one server provided. Ignoring all but the first for defining endpoint configuration');
}

/**
 * Observed: a variable named `basePath` is the base path even if the url does not mention it. Other variables stand
 * for their defaults.
 */
function serverPath(server: Place | undefined): string | undefined {
  if (server === undefined) return undefined;
  const variables = server.get('variables');
  const basePath = variables.get('basePath').get('default').text();
  if (basePath !== undefined) return basePath;
  const url = (server.get('url').text() ?? '').replace(
    /\{([^{}]*)\}/g,
    (_, name: string) => variables.get(name).get('default').text() ?? '',
  );
  return /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? /^[^?#]*/.exec(url)?.[0];
}
