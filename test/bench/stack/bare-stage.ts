/**
 * One of the two stages of the bare stack (bare-stack.ts), as a process of its own. Arguments: `first` or `second`, brokers, topic to
 * read, then the topic to write (first) or the URL of Redis (second). Says "ready" when it is a member of its group.
 */
import { Redis } from 'ioredis';
import { type EachBatchPayload, Kafka, type KafkaMessage, logLevel, Partitioners } from 'kafkajs';

const [stage, brokers = '', topic = '', target = ''] = process.argv.slice(2);
/** kafkajs sorts the records of a request into partitions in a time that grows with their square. */
const WRITTEN_AT_ONCE = 1_000;
/** One round trip for a batch: the sum of each customer, and how many events there were. */
const ADD = `for i = 2, #ARGV, 2 do redis.call('HINCRBYFLOAT', KEYS[1], ARGV[i], ARGV[i + 1]) end return redis.call('INCRBY', KEYS[2], ARGV[1])`;

interface Used {
  readonly subject: string;
  readonly data: { readonly input_tokens: number; readonly output_tokens: number };
}

const used = ({ value }: KafkaMessage): Used => JSON.parse(String(value)) as Used;

function sums(messages: readonly KafkaMessage[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const message of messages) {
    const { subject, data } = used(message);
    sums.set(subject, (sums.get(subject) ?? 0) + data.input_tokens + 4 * data.output_tokens);
  }
  return sums;
}

async function main(): Promise<void> {
  const kafka = new Kafka({ clientId: 'bare', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  let handle: (messages: readonly KafkaMessage[]) => Promise<unknown>;
  if (stage === 'first') {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    handle = async (messages) => {
      sums(messages);
      for (let from = 0; from < messages.length; from += WRITTEN_AT_ONCE)
        await producer.send({
          topic: target,
          acks: -1,
          messages: messages.slice(from, from + WRITTEN_AT_ONCE).map((message) => ({ key: used(message).subject, value: message.value })),
        });
    };
  } else {
    const redis = new Redis(target);
    const script = String(await redis.script('LOAD', ADD));
    handle = (messages) => redis.evalsha(script, 2, 'bare:sums', 'bare:done', messages.length, ...[...sums(messages)].flat());
  }
  const consumer = kafka.consumer({ groupId: `bare-${stage}`, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write('ready\n'));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachBatch: async ({ batch }: EachBatchPayload) => void (await handle(batch.messages)) });
}

void main();
