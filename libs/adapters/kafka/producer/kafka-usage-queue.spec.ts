import { parseKafkaRecord, parseStructured } from '@drawdown/domain/usage';
import { noon, record } from '../kafka.fixtures';
import { KafkaUsageQueue, usageRecord } from './kafka-usage-queue';

const offer = (text: string) => ({
  parsed: parseStructured(text, noon),
  original: () => ({ text, encoding: 'utf8' as const }),
  transport: 'http',
});

describe('usage that is queued', () => {
  it('is the event as it came, keyed by its customer, in structured mode', () => {
    const text = record().value!.toString();
    const queued = usageRecord({ ...offer(text), traceparent: '00-1' });
    expect(queued).toEqual({
      key: 'cus_1',
      value: Buffer.from(text),
      headers: { 'content-type': 'application/cloudevents+json', traceparent: '00-1' },
    });
    expect(parseKafkaRecord(queued.headers, queued.value, noon)).toEqual({ mode: 'structured', parsed: parseStructured(text, noon) });
  });

  it('has no key where no customer can be read', () => {
    expect(usageRecord(offer('{'))).toMatchObject({ key: null, value: Buffer.from('{') });
  });

  it('keeps bytes that are no UTF-8', () => {
    const broken = { ...offer('{'), original: () => ({ text: '/w==', encoding: 'base64' as const }) };
    expect(usageRecord(broken).value).toEqual(Buffer.from([0xff]));
  });

  it('is answered in time though Kafka is silent: it may be written, and may be sent again', async () => {
    const silent = { send: () => new Promise<void>(() => undefined) };
    await expect(new KafkaUsageQueue(silent, 'usage.v1', 20).submit([offer('{}')])).rejects.toMatchObject({
      code: 'kafka_write_unknown',
      retriable: true,
    });
  });
});
