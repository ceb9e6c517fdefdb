/**
 * How a process ends: on SIGTERM or SIGINT its parts stop one after another in the order stated, each within what is left of
 * one bound. A second signal ends it at once.
 */
import type { Health } from './ops/health';
import type { Log } from './logging';

/** Default of the bound of a whole drain. Orchestrators commonly kill after 30 s. */
const DRAIN_TIMEOUT_MS = 25_000;

export interface StopStep {
  readonly name: string;
  /** @param signal aborted when the time is up: give up and release. */
  readonly stop: (signal: AbortSignal) => Promise<void>;
}

interface LifecycleOptions {
  readonly health: Health;
  readonly log: Log;
  readonly drainTimeoutMs?: number;
}

export class Lifecycle {
  private readonly steps: StopStep[] = [];
  private stopping: Promise<boolean> | undefined;
  private readonly done: Promise<boolean>;
  private finish: (clean: boolean) => void = () => undefined;
  private readonly onSignal = (signal: NodeJS.Signals): void => this.signalled(signal);

  constructor(private readonly options: LifecycleOptions) {
    this.done = new Promise((resolve) => (this.finish = resolve));
  }

  /** Adds a step; steps run in the order in which they were added. */
  then(name: string, stop: StopStep['stop']): this {
    this.steps.push({ name, stop });
    return this;
  }

  /** Ends the process's work on SIGTERM and SIGINT. */
  watchSignals(): void {
    process.on('SIGTERM', this.onSignal).on('SIGINT', this.onSignal);
  }

  /** True when every step ended in time and without an error. */
  async untilStopped(): Promise<boolean> {
    return this.done;
  }

  /** Drains and stops; calling again waits for the same end. */
  stop(reason: string): Promise<boolean> {
    return (this.stopping ??= this.run(reason));
  }

  private signalled(signal: NodeJS.Signals): void {
    if (this.stopping) {
      this.options.log.warn({ signal }, 'asked again: ending at once');
      // 128 and the signal's number, as shells report it.
      process.exit(signal === 'SIGINT' ? 130 : 143);
    }
    void this.stop(signal);
  }

  private async run(reason: string): Promise<boolean> {
    const { health, log, drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.options;
    log.info({ reason, drainTimeoutMs }, 'draining');
    health.drain();
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), drainTimeoutMs);
    let clean = true;
    for (const step of this.steps) clean = (await this.runStep(step, bound.signal)) && clean;
    clearTimeout(timer);
    process.off('SIGTERM', this.onSignal).off('SIGINT', this.onSignal);
    log.info({ clean }, 'stopped');
    this.finish(clean);
    return clean;
  }

  /** A step that hangs or throws keeps none of those after it from running. */
  private async runStep({ name, stop }: StopStep, signal: AbortSignal): Promise<boolean> {
    const { log } = this.options;
    try {
      const late = new Promise<'late'>((resolve) => {
        if (signal.aborted) setTimeout(() => resolve('late'), LATE_STEP_MS);
        else signal.addEventListener('abort', () => setTimeout(() => resolve('late'), LATE_STEP_MS), { once: true });
      });
      const outcome = await Promise.race([stop(signal).then(() => 'stopped' as const), late]);
      if (outcome === 'late') log.warn({ step: name }, 'did not stop in time');
      return outcome === 'stopped';
    } catch (err) {
      log.error({ err, step: name }, 'did not stop cleanly');
      return false;
    }
  }
}

/** What a step gets to give up and release after the time is up. */
const LATE_STEP_MS = 1_000;
