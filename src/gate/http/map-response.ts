/**
 * Parameter mapping of answers, by the status that the integration gave: headers and the status itself. Rules of one
 * status act together; a status without rules is left as it is.
 * Source: Amazon API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
 */
import type { HttpMappingRule, HttpResponseMapping } from '../../mapping/http-parameters.ts';
import type { Log } from '../../observe/log.ts';
import type { Step } from '../step.ts';
import { changeHeaders } from './map-headers.ts';
import { configurationError } from './place.ts';
import { type Read, readAnswer } from './readers.ts';

export function mapResponse(mappings: ReadonlyMap<number, HttpResponseMapping>, log: Log): Step {
  const bound = new Map(
    [...mappings].map(([status, mapping]) => [
      status,
      {
        mapping,
        reads: new Map<HttpMappingRule, Read>(mapping.header.map((rule) => [rule, readAnswer(rule.value)])),
        status: mapping.status === null ? null : readAnswer(mapping.status),
      },
    ]),
  );
  return (x) => {
    const rules = bound.get(x.status);
    if (rules === undefined) return undefined;
    const refused = changeHeaders(x.responseHeaders, rules.mapping.header, (rule) => rules.reads.get(rule)?.(x));
    if (refused !== undefined) return configurationError(x, `the header ${refused} can not be sent`, log);
    if (rules.status === null) return undefined;
    const status = rules.status(x);
    if (status === undefined) return undefined;
    if (!/^[2-5]\d\d$/.test(status)) return configurationError(x, `${JSON.stringify(status)} is no status`, log);
    x.status = Number(status);
    return undefined;
  };
}

export const readsAnswer = (mappings: ReadonlyMap<number, HttpResponseMapping>): boolean =>
  [...mappings.values()].some(({ readsBody }) => readsBody);
