/**
 * Reads the headers of a record in a time that grows with their number. kafkajs 2.2.4 copies all headers so far for each one more: a
 * record of 50 KB with 5,000 of them takes minutes, and nothing else happens meanwhile. Nobody but whoever sends decides on their number.
 */
import { createRequire } from 'node:module';
import { HEADERS_MAX } from '@drawdown/domain/usage';
import type { IHeaders } from 'kafkajs';

/** Ours on the rated topic come on top of those of the usage. */
const HEADERS_BESIDE = 16;
/** More are not read at all. One above the limit shows that a record has too many. */
export const HEADERS_READ_MAX = HEADERS_MAX + HEADERS_BESIDE;

/** What reads the answers of a broker. The types of kafkajs leave it out. */
interface Decoder {
  /** Used for the headers of a record, and for nothing else. */
  readVarIntArray: (read: (decoder: Decoder) => unknown) => unknown[];
  readVarInt(): number;
}
const { prototype: decoder } = createRequire(__filename)('kafkajs/src/protocol/decoder') as { readonly prototype: Decoder };

interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

const NOTHING = Buffer.alloc(0);

/** For all clients of kafkajs in this process. More than once is as good as once. */
export function readHeadersInLinearTime(): void {
  decoder.readVarIntArray = function (this: Decoder, read) {
    const count = this.readVarInt();
    const headers: Header[] = [];
    // A record is a buffer of its own, and its headers are its end: what is not read is in nobody's way.
    for (let i = 0; i < Math.min(count, HEADERS_READ_MAX); i++) headers.push(read(this) as Header);
    // One without a value is passed over later; of too many each has to count.
    const none = count > HEADERS_READ_MAX ? NOTHING : null;
    // All that kafkajs does with the list is to reduce it.
    return Object.assign([], { reduce: () => merged(headers, none) });
  };
}

/** A name that came more than once has a list of its values, in order. */
function merged(headers: readonly Header[], none: Buffer | null): IHeaders {
  const values = new Map<string, Buffer[]>();
  for (const { key, value } of headers) {
    // kafkajs has null where there is no value, which its types do not say.
    const one = (value ?? none) as Buffer;
    const same = values.get(key);
    if (same) same.push(one);
    else values.set(key, [one]);
  }
  return Object.fromEntries([...values].map(([name, found]) => [name, found.length > 1 ? found : found[0]]));
}
