/** The streams that a command reads and writes, so that a test can hand it its own. */
import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';

export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person asks to stop (Ctrl-C). */
  readonly interrupted: AbortSignal;
}

export type Colors = ReturnType<typeof pc.createColors>;

/** Colors only where a person looks at them (https://no-color.org). */
export const colorsFor = (stream: { readonly isTTY?: boolean }, env: Io['env']): Colors =>
  pc.createColors(stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');

export const isTerminal = (stream: { readonly isTTY?: boolean }): boolean => stream.isTTY === true;
