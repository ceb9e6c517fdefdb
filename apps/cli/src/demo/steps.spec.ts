import { Invocation } from '../invocation';
import { PassThrough, Readable } from 'node:stream';
import { Service } from '../service/service';
import { type Answer, type Asked, ServiceDouble } from '../service-double.fixtures';
import { BATCH } from './holdings';
import { Scene } from './scene';
import { check, sendAgain, showBalances } from './steps';

/** A service that is not right in one way; the demo must not come out well. */
const double = new ServiceDouble();
let service: Service;
beforeAll(async () => {
  await double.start();
  service = new Service(double.url);
});
afterAll(async () => {
  await service.close();
  await double.stop();
});

const scene = (): Scene => {
  const io = {
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    interrupted: new AbortController().signal,
  };
  return new Scene(new Invocation(io, {}), service);
};
const answering = (answer: (asked: Asked) => Answer): void => void (double.answer = answer);

describe('the demo fails', () => {
  it('when a balance is not that of the books', async () => {
    answering(() => ({
      body: { balances: [{ customer_id: 'aurora', credit_product_id: 'api-calls', available: '5001' }] },
    }));
    await expect(showBalances(scene())).rejects.toThrow('aurora api-calls should have 5000 available, 0 consumed, 0 uncovered');
  });
  it('when a repeated batch is applied', async () => {
    answering(({ path }) => ({ body: path === '/v1/usage' ? { applied: BATCH } : {} }));
    await expect(sendAgain(scene(), '[]')).rejects.toThrow(`of ${BATCH} repeats 0 were duplicates`);
  });
  it('when a repeated batch changes a balance', async () => {
    let asked = 0;
    answering(({ path }) => ({
      body: path === '/v1/usage' ? { duplicate: BATCH } : { balances: [{ available: String(asked++) }] },
    }));
    await expect(sendAgain(scene(), '[]')).rejects.toThrow('a repeated batch changed a balance');
  });
  it('when usage of an unknown customer is applied', async () => {
    answering(({ contentType }) => ({
      body: contentType === 'application/cloudevents+json' ? { outcome: { status: 'applied' } } : { duplicate: BATCH },
    }));
    await expect(sendAgain(scene(), '[]')).rejects.toThrow('usage of an unknown customer was applied');
  });
  it('when verify finds anything, and when it does not come to its end', async () => {
    answering(() => ({ events: ['data: {"finding":{"invariant":"I3"}}\n\n', 'data: {"summary":{"findings":1}}\n\n'] }));
    await expect(check(scene())).rejects.toThrow('verify found something');
    answering(() => ({ events: ['data: {"progress":{"events":1}}\n\n'] }));
    await expect(check(scene())).rejects.toThrow('verify found something');
  });
});
