/** Errors as each protocol sends them. */
import type { ServiceError } from '../../definition/errors.ts';
import { encodeJson } from './json.ts';
import type { Member, ServiceModel } from './model.ts';
import { escapeXml } from './query.ts';
import type { ManagementResponse } from './request.ts';
import { headerText } from './rest.ts';
import type { Speech } from './speech.ts';
import { encodeText } from './text.ts';

/** @param model of the service that was called, where that is known: it says how its errors are laid out */
export function renderFault(
  fault: ServiceError,
  speech: Pick<Speech, 'style' | 'contentType'>,
  model: ServiceModel | undefined,
  requestId: string,
): ManagementResponse {
  if (speech.style === 'query') return queryFault(fault, model, requestId);
  const { headers, body } = laidOut(fault, model);
  const typed = speech.style === 'awsJson' ? { __type: fault.code, ...body } : body;
  return {
    status: fault.status,
    headers: { 'content-type': speech.contentType, 'x-amzn-errortype': headerText(fault.code), ...headers },
    body: JSON.stringify(typed),
  };
}

/** Members that the error's shape knows go where it says; others stand in the body beside the message. */
function laidOut(
  { code, message, members }: ServiceError,
  model: ServiceModel | undefined,
): { headers: Record<string, string>; body: Record<string, unknown> } {
  const headers: Record<string, string> = {};
  const body: [string, unknown][] = [];
  const shape = model !== undefined && Object.hasOwn(model.shapes, code) ? model.shapes[code] : undefined;
  const known: Readonly<Record<string, Member>> = shape?.error === undefined ? {} : shape.members;
  let messageName = 'message';
  for (const [name, member] of Object.entries(known)) {
    if (name.toLowerCase() === 'message') messageName = member.jsonName ?? name;
    const value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (value === undefined || value === null || model === undefined) continue;
    if (member.in === 'header')
      headers[member.as ?? name] = headerText(encodeText(member, value, 'http-date', 'milliseconds'));
    else body.push([member.jsonName ?? name, encodeJson(model, member, value, 'milliseconds')]);
  }
  for (const [name, value] of Object.entries(members)) if (!Object.hasOwn(known, name)) body.push([name, value]);
  return { headers, body: Object.fromEntries([[messageName, message], ...body]) };
}

function queryFault(fault: ServiceError, model: ServiceModel | undefined, requestId: string): ManagementResponse {
  const shape = model !== undefined && Object.hasOwn(model.shapes, fault.code) ? model.shapes[fault.code] : undefined;
  const [code, status] = shape?.queryError ?? [fault.code, fault.status];
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(fault.message)}</Message></Error>`;
  const namespace = model?.xmlNamespace ?? 'http://webservices.amazon.com/AWSFault/2005-15-09';
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="${escapeXml(namespace)}">${error}<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`,
  };
}
