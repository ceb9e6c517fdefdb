/** A bar while a file is imported: on a terminal only, and on standard error, so that the summary can be piped. */
import { SingleBar } from 'cli-progress';
import { type Io, isTerminal } from '../io';

interface Progress {
  update(bytes: number, events: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** @param totalBytes undefined where the length is not known, such as for standard input. */
export function progressOf({ stderr }: Io, totalBytes: number | undefined): Progress {
  if (!isTerminal(stderr) || totalBytes === undefined) return SILENT;
  const began = performance.now();
  const bar = new SingleBar({
    format: 'importing {bar} {percentage}%  {events} events  {rate}/s',
    stream: stderr,
    barsize: 32,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  bar.start(totalBytes, 0, { events: 0, rate: 0 });
  return {
    update: (bytes, events) => bar.update(bytes, { events, rate: Math.round(events / ((performance.now() - began) / 1_000)) }),
    stop: () => bar.stop(),
  };
}
