/** The 103 operations of the HTTP and WebSocket API management service, typed by the AWS SDK's client for it. */
import type * as Sdk from '@aws-sdk/client-apigatewayv2';
import type { HandlersOf, OperationsOf } from '../protocol/operations.ts';

/** What a handler answers is written out as it is: it may be part of a document. */
type Unwritable<Value> = Value extends Date | Uint8Array
  ? Value
  : Value extends object
    ? { readonly [Name in keyof Value]: Unwritable<Value[Name]> }
    : Value;

type Sent = OperationsOf<typeof Sdk>;

export type Operations = {
  readonly [Name in keyof Sent]: {
    readonly input: Sent[Name]['input'];
    readonly output: Unwritable<Sent[Name]['output']>;
  };
};

export type Handlers = HandlersOf<Operations>;

/** An item of the list that an operation answers with; an answer about one item is the same with less certainty. */
export type ItemOf<Name extends keyof Operations> = Operations[Name]['output'] extends {
  readonly Items?: readonly (infer Item)[] | undefined;
}
  ? Item
  : never;
