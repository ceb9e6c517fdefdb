/** Producers of usage that are not ours: kcat, and kafkajs as a company's own service would use it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { requireProgram } from '../../../infra/local/programs';
import { Child } from '../services/child';

const SENT_AT_ONCE = 500;

/** Every line becomes a record without key and without headers; `more` holds further arguments of kcat. @throws Error naming the Debian package when kcat is missing. */
export async function kcat(brokers: string, topic: string, lines: string, more: readonly string[] = []): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-kcat-'));
  try {
    const file = join(folder, 'lines');
    writeFileSync(file, lines);
    const child = new Child('kcat', {
      program: requireProgram('kcat'),
      args: ['-P', '-b', brokers, '-t', topic, '-l', file, '-X', 'acks=all', ...more],
    });
    const { code } = await child.end();
    if (code !== 0) throw new Error(`kcat ended with ${code}${child.said()}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends records in order, with all replicas acknowledging. `between` is awaited before each batch. */
export async function produce(
  brokers: string,
  topic: string,
  messages: readonly Message[],
  between: (sent: number) => Promise<void> = async () => undefined,
): Promise<void> {
  const kafka = new Kafka({ clientId: 'a-producer', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (let sent = 0; sent < messages.length; sent += SENT_AT_ONCE) {
      await between(sent);
      await producer.send({ topic, acks: -1, messages: messages.slice(sent, sent + SENT_AT_ONCE) });
    }
  } finally {
    await producer.disconnect();
  }
}
