/**
 * Which mapping template a body goes through. Request templates are chosen by Content-Type, and what happens to a body
 * that fits none is a setting; response templates are chosen by what the client accepts.
 * Source: Developer Guide, "Method request behavior for payloads without mapping templates" (the tables there) and
 * "Mapping template transformations".
 */

import { defaultMediaType, mediaTypeOf } from './media-types.ts';

/** What happens to a body that no request template fits, in AWS's words. */
export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER';

export interface SelectedTemplate<Template> {
  readonly template: Template;
  /** The key that the template is stored under. */
  readonly contentType: string;
}

/** `passthrough`: the body goes on as it is; `unsupported`: 415. */
export type RequestTemplateChoice<Template> = SelectedTemplate<Template> | 'passthrough' | 'unsupported';

/**
 * @param templates by content type
 * @returns the choice for the Content-Type of a request; without one it counts as `application/json`
 */
export function compileRequestTemplates<Template>(
  templates: Readonly<Record<string, Template>> | undefined,
  passthroughBehavior: PassthroughBehavior,
): (contentType: string | undefined) => RequestTemplateChoice<Template> {
  const byType = templatesByType(templates);
  const fallback = byType.get('$default');
  const otherwise: RequestTemplateChoice<Template> =
    fallback ?? (passes(passthroughBehavior, byType.size) ? 'passthrough' : 'unsupported');
  return (contentType) => chosen(byType, contentType ?? defaultMediaType) ?? otherwise;
}

function passes(behavior: PassthroughBehavior, templateCount: number): boolean {
  switch (behavior) {
    case 'WHEN_NO_MATCH':
      return true;
    case 'WHEN_NO_TEMPLATES':
      return templateCount === 0;
    case 'NEVER':
      return false;
    default: {
      const never: never = behavior;
      return never;
    }
  }
}

/**
 * @returns the template for the Accept header of a request: the one it names, otherwise that of `application/json`,
 * otherwise the first; undefined where there is none
 */
export function compileResponseTemplates<Template>(
  templates: Readonly<Record<string, Template>> | undefined,
): (accept: string | undefined) => SelectedTemplate<Template> | undefined {
  const byType = templatesByType(templates);
  const otherwise = byType.get(defaultMediaType) ?? byType.values().next().value;
  if (byType.size <= 1) return () => otherwise;
  return (accept) => {
    for (const type of accept?.split(',', acceptedMax) ?? []) {
      const named = chosen(byType, type);
      if (named !== undefined) return named;
    }
    return otherwise;
  };
}

/** Media types of an Accept header that are looked at. */
const acceptedMax = 20;

function templatesByType<Template>(
  templates: Readonly<Record<string, Template>> | undefined,
): ReadonlyMap<string, SelectedTemplate<Template>> {
  return new Map(
    Object.entries(templates ?? {}).map(([contentType, template]) => [
      contentType.toLowerCase(),
      Object.freeze({ template, contentType }),
    ]),
  );
}

/** A key may carry parameters (`application/json; charset=utf-8`): the whole header is compared first. */
const chosen = <Template>(
  byType: ReadonlyMap<string, SelectedTemplate<Template>>,
  contentType: string,
): SelectedTemplate<Template> | undefined =>
  byType.get(contentType) ?? byType.get(contentType.trim().toLowerCase()) ?? byType.get(mediaTypeOf(contentType) ?? '');
