/** Usage as another company's producer writes it to Kafka: kcat, one record for each event, acknowledged by all replicas. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireProgram } from '../../../infra/local/programs';
import { customerOf, usageEvent } from '../load/usage-bodies';

export class UsageFeed {
  /** Events handed to kcat so far. */
  sent = 0;
  private readonly kcat: ChildProcess;
  private readonly time = new Date().toISOString();

  /** @param firstId no other feed of the same ledger may come so far: repeats would cost less */
  constructor(
    brokers: string,
    topic: string,
    private readonly pick: (n: number) => number,
    private readonly firstId: number,
  ) {
    const settings = ['acks=all', 'linger.ms=2', 'queue.buffering.max.messages=1000000'].flatMap((setting) => ['-X', setting]);
    this.kcat = spawn(
      requireProgram('kcat'),
      ['-P', '-b', brokers, '-t', topic, '-H', 'content-type=application/cloudevents+json', ...settings],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    this.kcat.stdin!.on('error', () => undefined);
  }

  get pid(): number {
    return this.kcat.pid!;
  }

  send(events: number): void {
    let lines = '';
    for (const end = this.sent + events; this.sent < end; this.sent++) {
      const n = this.firstId + this.sent;
      lines += `${usageEvent(n, customerOf(this.pick(n)), this.time)}\n`;
    }
    this.kcat.stdin!.write(lines);
  }

  /** Resolves when kcat has had everything acknowledged. */
  async end(): Promise<void> {
    const exited = once(this.kcat, 'exit');
    this.kcat.stdin!.end();
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`kcat ended with ${code}`);
  }
}
