/** The local broker is a real one: what it acknowledged is there after any end of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { KafkaBroker } from '../../infra/local/kafka-broker';

/** The first start on a bare machine fetches the jars. */
const MINUTES = 60_000;
jest.setTimeout(10 * MINUTES);

const TOPIC = 'kept';
const directory = mkdtempSync(join(tmpdir(), 'drawdown-kafka-'));
let broker: KafkaBroker;

beforeAll(async () => {
  broker = await KafkaBroker.start({ directory });
  await withKafka(async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: TOPIC, numPartitions: 2, replicationFactor: 1 }] });
    await admin.disconnect();
  });
});

afterAll(async () => {
  await broker?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const withKafka = async <T>(use: (kafka: Kafka) => Promise<T>): Promise<T> =>
  use(new Kafka({ clientId: 'test', brokers: [broker.brokers], logLevel: logLevel.NOTHING }));

const produce = (value: string) =>
  withKafka(async (kafka) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'k', value }] });
    await producer.disconnect();
  });

const recordsKept = () =>
  withKafka(async (kafka) => {
    const admin = kafka.admin();
    await admin.connect();
    const partitions = await admin.fetchTopicOffsets(TOPIC);
    await admin.disconnect();
    return partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
  });

describe('the local Kafka', () => {
  it('keeps what it acknowledged when it is stopped, killed and started again, at the same address', async () => {
    const address = broker.brokers;
    await produce('one');
    await broker.stop();
    expect(broker.pid).toBeUndefined();
    await broker.restart();
    await produce('two');
    await broker.kill();
    await broker.restart();
    await produce('three');
    expect(broker.brokers).toBe(address);
    expect(await recordsKept()).toBe(3);
  });

  it('says what its log said when it cannot start', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'drawdown-kafka-'));
    const port = Number(broker.brokers.split(':')[1]);
    await expect(KafkaBroker.start({ directory: elsewhere, ports: { broker: port, controller: port } })).rejects.toThrow(/kafka\.log/);
    rmSync(elsewhere, { recursive: true, force: true });
  });
});
