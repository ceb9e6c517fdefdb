/** The places of keys. A stream belongs to one shard. All keys of a shard share one hash tag, so one script reaches all of them. */
import { randomBytes } from 'node:crypto';

/** Raised when the stored form changes: another version has its own keys and begins anew. */
const LAYOUT = 2;

export interface Shard {
  /** Prefix of all its keys. */
  readonly base: string;
  /** Process -> number of the last call that it relies on. */
  readonly processes: string;
  /** The present epoch, and the old ones that are not removed yet. */
  readonly meta: string;
  /** Prefix of the keys of an epoch. */
  readonly space: (epoch: string) => string;
}

/** The number of shards is part of the names, because another number puts streams into other shards. */
export function shardsOf(prefix: string, count: number): readonly Shard[] {
  return Array.from({ length: count }, (_, i) => {
    const base = `{${prefix}:${i}/${count}}${LAYOUT}:`;
    return { base, processes: `${base}processes`, meta: `${base}meta`, space: (epoch) => `${base}${epoch}:` };
  });
}

/** FNV-1a. The shard of a stream never changes under one layout. */
export function shardOf(stream: string, count: number): number {
  if (count === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % count;
}

/** A random name: a counter would repeat a name after a restore from an older copy. */
export const newEpoch = (): string => randomBytes(4).toString('hex');
