/** An hour of real usage, imported by the command line: exact figures, once and again, before and after derived state is lost. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportSummary } from '../../apps/cli/src/importing/tally';
import { cli, summaryOf, verified } from '../support/cli';
import { Standalone } from '../support/standalone';
import { IMPORT_MAPPING, openTrace, type Trace } from '../support/trace';
import { everyAnswer, expectFigures, listenTo, openTraceAccount } from '../support/trace-account';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/webhook-inbox';

const MINUTES = 60_000;
/** Folders of the data directory that are made from the log. */
const DERIVED = ['stream-index', 'balances'] as const;

let service: Standalone;
let inbox: WebhookInbox;
let trace: Trace;

beforeAll(async () => {
  trace = openTrace();
  inbox = await WebhookInbox.open();
  service = await Standalone.start();
  await openTraceAccount(service.http);
  await listenTo(service.http, inbox, ['credit_balance.low_balance', 'credit_balance.run_out']);
}, 2 * MINUTES);

afterAll(async () => {
  await service.stop();
  await inbox.close();
});

async function importTrace(): Promise<ImportSummary> {
  const { code, stdout, stderr } = await cli(service.url, ['usage', 'import', trace.file, ...IMPORT_MAPPING]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return summaryOf(stdout) as ImportSummary;
}

describe('importing the trace', () => {
  it('applies every row, and the figures are exact', async () => {
    expect(await importTrace()).toMatchObject({ complete: true, applied: trace.expected.rows, duplicates: 0, rejected: 0 });
    await expectFigures(service.http, trace);
  }, 2 * MINUTES);

  it('tells of every crossing, signed', async () => {
    const { lowBalance, runOut } = trace.expected;
    await until(`${lowBalance + runOut} notices`, () => inbox.deliveries.length >= lowBalance + runOut);
    expect(inbox.notices('credit_balance.low_balance')).toHaveLength(lowBalance);
    expect(inbox.notices('credit_balance.run_out')).toHaveLength(runOut);
    expect(inbox.toldTwice()).toEqual([]);
    expect(inbox.distrusted).toEqual([]);
  });

  it('changes nothing the second time: every row is a duplicate', async () => {
    const before = await everyAnswer(service.http);
    expect(await importTrace()).toMatchObject({ complete: true, applied: 0, duplicates: trace.expected.rows, rejected: 0 });
    expect(await everyAnswer(service.http)).toEqual(before);
    await expectFigures(service.http, trace);
  }, 2 * MINUTES);
});

describe('derived state', () => {
  it('is made anew by a rebuild under the running service: every answer is the same, byte for byte', async () => {
    const before = await everyAnswer(service.http);
    const { code, stdout } = await cli(service.url, ['projection', 'rebuild']);
    expect(code).toBe(0);
    // 100 customers, their balances and the product at least.
    expect((summaryOf(stdout) as { readonly documents: number }).documents).toBeGreaterThan(200);
    expect(await everyAnswer(service.http)).toEqual(before);
  }, 2 * MINUTES);

  it('is made anew at the next start when it was deleted: every answer is the same, byte for byte', async () => {
    const before = await everyAnswer(service.http);
    expect(await service.sigterm()).toEqual({ code: 0, signal: null });
    expect(readdirSync(service.dataDirectory).filter((name) => name !== 'log').toSorted()).toEqual([...DERIVED].toSorted());
    for (const folder of DERIVED) rmSync(join(service.dataDirectory, folder), { recursive: true });
    expect(DERIVED.map((folder) => existsSync(join(service.dataDirectory, folder)))).toEqual([false, false]);
    await service.restart();
    expect(await everyAnswer(service.http)).toEqual(before);
    expect(await importTrace()).toMatchObject({ applied: 0, duplicates: trace.expected.rows });
    expect(await everyAnswer(service.http)).toEqual(before);
  }, 2 * MINUTES);

  it('is what verify says it is', async () => {
    expect(await verified(service.url)).toMatchObject({ sound: true, findings: 0, balances: 100 });
  }, 2 * MINUTES);
});
