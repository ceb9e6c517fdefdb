/** One line that is written over while something runs: on a terminal only, on standard error. */
import { type Io, isTerminal } from '../io';

const CLEAR = '\r\u001b[2K';
const EVERY_MS = 100;

export class LiveLine {
  private shownAt = -Infinity;
  private readonly on: boolean;

  constructor(private readonly io: Io) {
    this.on = isTerminal(io.stderr);
  }

  show(text: string): void {
    if (!this.on || performance.now() - this.shownAt < EVERY_MS) return;
    this.shownAt = performance.now();
    this.io.stderr.write(`${CLEAR}${text}`);
  }

  /** Leaves the line empty for what is written next. */
  clear(): void {
    if (this.on && this.shownAt > -Infinity) this.io.stderr.write(CLEAR);
  }
}
