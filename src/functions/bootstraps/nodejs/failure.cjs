'use strict';
/** Errors as Lambda shows them: to the caller as `{errorType, errorMessage, trace}`, in the log with all they carry. */
const { types } = require('node:util');

/** An error of the runtime's own, e.g. `Runtime.ImportModuleError`. */
class NamedError extends Error {
  constructor(name, message, stack) {
    super(message);
    this.name = name;
    if (stack !== undefined) this.stack = stack;
    else this.stack = this.stack.replace(/^Error/, name);
    Object.defineProperty(this, 'name', { enumerable: false });
  }
}

const looksLikeError = (value) =>
  types.isNativeError(value) ||
  (typeof value === 'object' &&
    value !== null &&
    typeof value.name === 'string' &&
    typeof value.message === 'string' &&
    typeof value.stack === 'string');

/** What the caller gets to see. */
function failureOf(error) {
  try {
    if (!looksLikeError(error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
    return {
      errorType: String(error.name),
      errorMessage: String(error.message),
      trace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
    };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
}

/** One line of JSON for the log: the members that an Error hides, then its own. */
function loggedText(error) {
  const shown = types.isNativeError(error) ? error : new Error(String(error));
  try {
    return JSON.stringify(shown, (_key, value) => {
      if (!types.isNativeError(value)) return value;
      const stack = typeof value.stack === 'string' ? value.stack.split('\n') : undefined;
      return { errorType: value.name, errorMessage: value.message, code: value.code, ...value, stack };
    });
  } catch {
    return JSON.stringify(failureOf(error));
  }
}

module.exports = { NamedError, failureOf, loggedText };
