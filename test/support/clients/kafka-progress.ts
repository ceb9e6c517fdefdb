/** How far consumer groups have come in topics, as the broker reports it: what is committed has been fully handled. */
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { COSTLY_PAUSE_MS, until } from '../waiting';

const ASKED_FOR_MS = 5_000;

export interface Following {
  readonly group: string;
  readonly topic: string;
}

/** Where a topic begins and ends. */
type Ends = Awaited<ReturnType<Admin['fetchTopicOffsets']>>;

export class KafkaProgress {
  private connected: Promise<Admin> | undefined;

  constructor(private readonly brokers: string) {}

  async ends(topic: string): Promise<Ends> {
    const admin = await (this.connected ??= this.connect());
    return admin.fetchTopicOffsets(topic);
  }

  /** Records that have been written and not yet handled by a group; of those before some ends, where they are given. */
  async lag({ group, topic }: Following, before?: Ends): Promise<number> {
    const ends = before ?? (await this.ends(topic));
    const admin = await (this.connected ??= this.connect());
    const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const at = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    // The broker reports -1 when nothing was committed: everything there is waits.
    return ends.reduce(
      (lag, { partition, high, low }) => lag + Math.max(0, Number(high) - Math.max(Number(low), at.get(partition) ?? -1)),
      0,
    );
  }

  /** Resolves when groups that follow one another have handled everything that was written before. A broker that is away is waited for. */
  async settled(chain: readonly Following[], withinMs: number): Promise<void> {
    for (const following of chain) {
      let last = 'nothing known';
      await until(
        `${following.group} to have handled all of ${following.topic}`,
        async () => {
          try {
            const lag = await this.lag(following);
            last = `lag ${lag}`;
            return lag === 0;
          } catch (error) {
            last = String(error);
            await this.close();
            return false;
          }
        },
        withinMs,
        COSTLY_PAUSE_MS,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${last}`);
      });
    }
  }

  async close(): Promise<void> {
    const admin = this.connected;
    this.connected = undefined;
    await (await admin?.catch(() => undefined))?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Admin> {
    const kafka = new Kafka({
      clientId: 'drawdown-tests',
      brokers: this.brokers.split(','),
      logLevel: logLevel.NOTHING,
      connectionTimeout: ASKED_FOR_MS,
      requestTimeout: ASKED_FOR_MS,
      retry: { retries: 1 },
    });
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  }
}
