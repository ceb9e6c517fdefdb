/** A process that reads a topic and gets stuck at one record, so that a test can kill it there. */
import { KafkaConnection, KafkaConsumer } from '@drawdown/adapters/kafka';

const CHUNK = 10;
const [brokers = '', topic = '', groupId = '', stuckAt = ''] = process.argv.slice(2);

const consumer = new KafkaConsumer({
  connection: new KafkaConnection({ brokers: [brokers], clientId: 'reader' }),
  groupId,
  topic,
  recordsMax: CHUNK,
  fromBeginning: true,
  handle: (records) => {
    if (!records.some(({ value }) => String(value) === stuckAt)) return Promise.resolve();
    process.stdout.write(`holding ${records[0]?.offset}\n`);
    return new Promise(() => undefined);
  },
});
void consumer.start();
