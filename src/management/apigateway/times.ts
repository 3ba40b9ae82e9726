/** Points in time: milliseconds in documents, whole seconds in answers, as AWS has them. */
export const dateOf = (ms: number): Date => new Date(Math.floor(ms / 1000) * 1000);
