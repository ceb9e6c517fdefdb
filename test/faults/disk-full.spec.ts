/** The disk fills up under a running service, and has room again. Full is a limit on the size of its files, set and lifted by the kernel. */
import { execFileSync } from 'node:child_process';
import type { UsageAnswer } from '../support/clients/answers';
import { verified } from '../support/services/cli';
import type { Answer, Problem } from '../support/clients/http-client';
import { textMatching } from '../support/text-matching';
import { Standalone } from '../support/services/standalone';
import { balanceOf, BATCH_TYPE, call, createCalls, createHolder } from '../support/clients/usage';

/** Of each file: the log reaches it after some thousands of usage events. */
const FILE_BYTES_MAX = 640 * 1_024;
const CUSTOMERS = ['ann', 'ben', 'cas', 'dee'] as const;
const BATCH = 40;
/** Far more than fit. */
const BATCHES_MAX = 2_000;
const GRANTED = 1_000_000;

let service: Standalone;
let sent = 0;
/** Events that the service has answered for, by customer. */
const acknowledged = new Map<string, number>();
let refused: Answer<Problem> | undefined;
let refusedBatch: readonly object[] = [];

beforeAll(async () => {
  // The signal that comes with the limit is not one of a full disk.
  const by = (node: string, main: string) => ({ program: 'bash', args: ['-c', `trap '' XFSZ; exec "$0" "$1"`, node, main] });
  service = await Standalone.start({ by });
  setFileLimit(FILE_BYTES_MAX);
  await createCalls(service.http);
  for (const customer of CUSTOMERS) await createHolder(service.http, customer, String(GRANTED));
});
// A full disk is no reason to end, whatever it was that found it full.
afterEach(() => service.assertRuns());
afterAll(() => service.stop());

const nextBatch = (): readonly object[] =>
  Array.from({ length: BATCH }, () => {
    const id = sent++;
    return call({ id: `use-${id}`, subject: CUSTOMERS[id % CUSTOMERS.length]! });
  });

const offer = (batch: readonly object[]): Promise<Answer<UsageAnswer>> =>
  service.http.send('POST', '/v1/usage', JSON.stringify(batch), { contentType: BATCH_TYPE });

/** All of a batch has its status: applied now, or found to be applied by a try that was not answered. */
function acknowledge(batch: readonly object[], { applied, duplicate }: UsageAnswer): void {
  expect(applied + duplicate).toBe(batch.length);
  for (const event of batch as readonly { readonly subject: string }[])
    acknowledged.set(event.subject, (acknowledged.get(event.subject) ?? 0) + 1);
}

async function expectExactly(): Promise<void> {
  for (const customer of CUSTOMERS) {
    const consumed = acknowledged.get(customer) ?? 0;
    expect(await balanceOf(service.http, customer)).toMatchObject({
      consumed: String(consumed),
      booked: String(GRANTED - consumed),
      uncovered: '0',
    });
  }
}

const setFileLimit = (bytes: number | 'unlimited'): void =>
  void execFileSync('prlimit', ['--pid', String(service.pid), `--fsize=${bytes}:unlimited`]);

describe('when the disk is full', () => {
  it('refuses usage with 503 and a sentence that says why', async () => {
    for (let i = 0; i < BATCHES_MAX && refused === undefined; i++) {
      const batch = nextBatch();
      const answer = await offer(batch);
      if (answer.status === 200) acknowledge(batch, answer.body);
      else {
        refused = answer as unknown as Answer<Problem>;
        refusedBatch = batch;
      }
    }
    expect(refused?.status).toBe(503);
    expect(refused?.headers['retry-after']).toBe('1');
    expect(refused?.body).toMatchObject({ code: 'LOG_UNAVAILABLE', detail: textMatching('disk full') });
    expect(sent).toBeGreaterThan(10 * BATCH);
  });

  it('refuses commands as well, and does not burn their keys', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        service.http.send<Problem>(
          'POST',
          '/v1/customers',
          { customer_id: `late-${i}-${'x'.repeat(100)}`, currency: 'EUR' },
          { key: `late-${i}` },
        ),
      ),
    );
    const full = answers.filter(({ status }) => status === 503);
    expect(full.length).toBeGreaterThan(0);
    for (const { body } of full) expect(body).toMatchObject({ code: 'LOG_UNAVAILABLE', detail: textMatching('disk full') });
    // What fitted into the last bytes was done; nothing else was answered.
    for (const { status } of answers) expect([201, 503]).toContain(status);
  });

  it('goes on answering readers', async () => {
    for (const customer of CUSTOMERS) expect((await balanceOf(service.http, customer)).customer_id).toBe(customer);
    expect((await service.http.send('GET', '/healthz')).status).toBe(200);
  });

  it('has lost nothing that it acknowledged', async () => {
    for (const customer of CUSTOMERS) {
      const { consumed } = await balanceOf(service.http, customer);
      expect(Number(consumed)).toBeGreaterThanOrEqual(acknowledged.get(customer) ?? 0);
    }
  });
});

describe('when the disk has room again', () => {
  it('takes usage again by itself, and what was refused counts once', async () => {
    const { pid } = service;
    setFileLimit('unlimited');
    const answer = await offer(refusedBatch);
    expect(answer.status).toBe(200);
    acknowledge(refusedBatch, answer.body);
    for (let i = 0; i < 20; i++) {
      const batch = nextBatch();
      const { body } = await offer(batch);
      acknowledge(batch, body);
    }
    expect(service.pid).toBe(pid);
    expect(service.running).toBe(true);
    await expectExactly();
  });

  it('carries out a command whose key was refused before', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        service.http.send('POST', '/v1/customers', { customer_id: `late-${i}-${'x'.repeat(100)}`, currency: 'EUR' }, { key: `late-${i}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  });

  it('is valid, and stays so over a kill', async () => {
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0 });
    await service.kill9();
    await service.restart();
    await expectExactly();
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0 });
  });
});
