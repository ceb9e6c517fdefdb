/** Imports a file of usage: reads, maps, sends, and keeps the tally. Never more of the file in memory than is in flight. */
import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Failure, wrongUsage } from '../exit-codes';
import type { Invocation } from '../invocation';
import { batchesOf, forEachAtOnce, type Placed } from './batches';
import { eventsIn, type Form, formOf } from './events';
import type { MappingOptions } from './mapping';
import { progressOf } from './progress';
import { retrying } from './retrying';
import { type ImportSummary, Tally } from './tally';

export interface ImportOptions extends MappingOptions {
  readonly format?: string;
  readonly separator: string;
  readonly batch: number;
  readonly concurrency: number;
  /** Seconds. */
  readonly retryFor: number;
}

/** A failure in mid-import, with what had been done until then. */
export class ImportStopped extends Failure {
  constructor(
    cause: Failure,
    readonly summary: ImportSummary,
  ) {
    super(cause.message, cause.exitCode, { ...cause.json, summary });
    this.name = 'ImportStopped';
  }
}

export async function importFile(call: Invocation, file: string, options: ImportOptions): Promise<ImportSummary> {
  const { input, bytes } = opened(call, file);
  const form = formOf(file, options.format);
  const tally = new Tally();
  const progress = progressOf(call.io, bytes);
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  try {
    await send(call, batchesOf(eventsIn(input, form, options, tally), options.batch), options, tally, () =>
      progress.update(bytesRead(input), tally.read),
    );
    return tally.summary(seconds(), !call.io.interrupted.aborted);
  } catch (fault) {
    if (fault instanceof Failure) throw tally.read > 0 ? new ImportStopped(fault, tally.summary(seconds(), false)) : fault;
    if (isFileFault(fault)) throw wrongUsage(`${file}: ${fault.message}`);
    throw fault;
  } finally {
    progress.stop();
    input.destroy();
  }
}

/** What the first rows would be sent as. */
export async function firstEvents(call: Invocation, file: string, options: ImportOptions, count: number): Promise<readonly string[]> {
  const { input } = opened(call, file);
  const form: Form = formOf(file, options.format);
  const events: string[] = [];
  try {
    for await (const { event } of eventsIn(input, form, options, new Tally())) if (events.push(event) >= count) break;
  } catch (fault) {
    throw isFileFault(fault) ? wrongUsage(`${file}: ${fault.message}`) : fault;
  } finally {
    input.destroy();
  }
  return events;
}

async function send(
  call: Invocation,
  batches: AsyncIterable<readonly Placed[]>,
  { concurrency, retryFor }: ImportOptions,
  tally: Tally,
  progressed: () => void,
): Promise<void> {
  const { interrupted: signal } = call.io;
  let shownAt = -Infinity;
  const onRetry = (fault: unknown, waitMs: number): void => {
    tally.retries += 1;
    // One line per outage and batch would bury the summary.
    if (performance.now() - shownAt < SHOW_EVERY_MS) return;
    shownAt = performance.now();
    call.note(`${fault instanceof Error ? (fault.message.split('\n')[0] ?? '') : String(fault)} Trying again in ${waitMs} ms.`);
  };
  const retry = { forMs: retryFor * 1_000, onRetry, signal, now: () => performance.now(), random: Math.random };
  await forEachAtOnce(until(signal, batches), concurrency, async (batch) => {
    const body = `[${batch.map(({ event }) => event).join(',')}]`;
    try {
      tally.book(batch, await retrying(() => call.service.sendUsage(body, 'batch'), retry));
    } catch (fault) {
      // Ctrl-C: the summary says how far it came.
      if (!signal.aborted) throw fault;
    }
    progressed();
  });
}

const SHOW_EVERY_MS = 2_000;

async function* until<T>(signal: AbortSignal, items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) {
    if (signal.aborted) return;
    yield item;
  }
}

function opened(call: Invocation, file: string): { readonly input: Readable; readonly bytes: number | undefined } {
  if (file === '-') return { input: call.io.stdin, bytes: undefined };
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw wrongUsage(`there is no file ${file}`);
  if (stat.isDirectory()) throw wrongUsage(`${file} is a folder`);
  return { input: createReadStream(file), bytes: stat.isFile() ? stat.size : undefined };
}

const bytesRead = (input: Readable): number => ('bytesRead' in input && typeof input.bytesRead === 'number' ? input.bytesRead : 0);

const isFileFault = (fault: unknown): fault is NodeJS.ErrnoException => fault instanceof Error && 'syscall' in fault;
