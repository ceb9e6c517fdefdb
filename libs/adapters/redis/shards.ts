/** Where things are: a stream belongs to one shard, and all keys of a shard share one hash tag, so one script reaches all of them. */
import { randomBytes } from 'node:crypto';

/** Raised when what is stored changes its shape: another version has keys of its own and begins anew. */
const LAYOUT = 2;

export interface Shard {
  /** What the names of all its keys begin with. */
  readonly base: string;
  /** Process -> number of the last of its calls that it relies on. */
  readonly markers: string;
  /** The generation, and those that are over but not yet removed. */
  readonly meta: string;
  /** What the names of a generation's keys begin with. */
  readonly space: (generation: string) => string;
}

/** The number of shards is part of the names: with another number a stream would be looked for in the wrong one. */
export function shardsOf(prefix: string, count: number): readonly Shard[] {
  return Array.from({ length: count }, (_, i) => {
    const base = `{${prefix}:${i}/${count}}${LAYOUT}:`;
    return { base, markers: `${base}markers`, meta: `${base}meta`, space: (generation) => `${base}${generation}:` };
  });
}

/** FNV-1a. Which shard a stream is in may never change under one layout. */
export function shardOf(stream: string, count: number): number {
  if (count === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % count;
}

/** By chance and never by counting: a store put back from an older copy would count to the same number again. */
export const newGeneration = (): string => randomBytes(4).toString('hex');
