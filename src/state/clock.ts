/** Milliseconds of the machine's monotonic clock: the same in all threads of a process, never set back. */
export const monotonicMs = (): number => performance.now() + originMs;

/** `performance.now()` counts from the start of its thread. */
const originMs = Number(process.hrtime.bigint() / 1_000n) / 1_000 - performance.now();
