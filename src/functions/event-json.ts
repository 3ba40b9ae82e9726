/**
 * Events are JSON: what Lambda says of one that is none, before it runs anything.
 * Source: Lambda API Reference, Invoke, InvalidRequestContentException; its text as users of AWS have published it.
 */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @returns what is wrong in Lambda's words; undefined when it is JSON */
export function faultOfEvent(event: Uint8Array): string | undefined {
  try {
    JSON.parse(utf8.decode(event));
    return undefined;
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not valid UTF-8';
    return `Could not parse request body into json: Could not parse payload into json: ${reason}`;
  }
}
