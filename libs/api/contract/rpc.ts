/** The types of a request and of an answer, by the name of the rpc. */
import type { Rpcs } from './generated/messages';

export type RpcName = keyof Rpcs;
export type StreamName = { [Name in RpcName]: Rpcs[Name]['streamed'] extends true ? Name : never }[RpcName];

/** A message as a caller sent it: the transport has checked the type of every field, and any field may be absent. */
export type Sent<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Sent<Item>[]
    : T extends object
      ? { readonly [Field in keyof T]?: Sent<T[Field]> | undefined }
      : T;

export type RequestOf<Name extends RpcName> = Sent<Rpcs[Name]['request']>;
export type ResponseOf<Name extends RpcName> = Rpcs[Name]['response'];
