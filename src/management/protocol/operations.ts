/**
 * The types of a service's operations, taken from its AWS SDK client: one entry an operation, with the input its
 * handler receives and the output it owes. The SDK is a development dependency: only its types are used here.
 */
import type { Call } from './call.ts';

/** What every command instance of the SDK carries: its input, and (by its resolver) its output. */
type InputOf<Command> = Command extends abstract new (input: never) => { readonly input: infer Input } ? Input : never;
type OutputOf<Command> = Command extends abstract new (
  input: never,
) => { resolveMiddleware: (...args: never) => infer Handler }
  ? Handler extends (...args: never) => Promise<{ output: infer Output }>
    ? Output
    : never
  : never;

/** Required members are checked before a handler runs, so a handler sees them as present. */
type Checked<Input> = {
  readonly [Member in keyof Input]: undefined extends Input[Member]
    ? Record<never, never> extends Pick<Input, Member>
      ? Input[Member]
      : NonNullable<Input[Member]>
    : Input[Member];
};

/** A client reads bytes with methods of its own; a handler owes nothing but the bytes. */
type Owed<Output> = {
  [Member in keyof Output]: NonNullable<Output[Member]> extends Uint8Array
    ? Uint8Array | Extract<Output[Member], undefined>
    : Output[Member];
};

/** `OperationsOf<typeof import('@aws-sdk/client-…')>`: `{ CreateRestApi: { input, output }, … }`. */
export type OperationsOf<Sdk> = {
  readonly [Name in keyof Sdk as Name extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never]: {
    readonly input: Checked<InputOf<Sdk[Name]>>;
    readonly output: Owed<Omit<OutputOf<Sdk[Name]>, '$metadata'>>;
  };
};

/** A total map of handlers: a missing or misspelt operation does not compile. */
export type HandlersOf<Operations extends Record<keyof Operations, { input: unknown; output: unknown }>> = {
  readonly [Operation in keyof Operations]: (
    input: Operations[Operation]['input'],
    call: Call,
  ) => Promise<Operations[Operation]['output']> | Operations[Operation]['output'];
};
