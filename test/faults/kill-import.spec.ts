/** The service is killed again and again while a file is imported, and the books come out exactly. */
import type { ImportSummary } from '../../apps/cli/src/importing/tally';
import { chanceOf } from '../support/chance';
import type { Child } from '../support/services/child';
import { startCli, summaryOf, verified } from '../support/services/cli';
import { Relay } from '../support/servers/relay';
import { Standalone } from '../support/services/standalone';
import { IMPORT_MAPPING, openTrace, type Trace } from '../support/trace/trace';
import { expectFigures, listenTo, openTraceAccount } from '../support/trace/trace-account';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const SEED = 50;
const KILLS = 55;
/** So few that the import lasts longer than all the kills, on the fastest machine. */
const BATCH = 2;
/** After a restart the next kill waits for the first of them that comes back, and each comes back within 5 s. */
const CONCURRENCY = 6;
/** A batch may meet the service just before a kill many times in a row, since whoever came through last comes back first. */
const RETRY_FOR_SECONDS = 900;
/** Requests that pass after a restart before the next kill, at most. */
const REQUESTS_BETWEEN_MAX = 8;
const MOMENT_MS_MAX = 12;
const MINUTES = 60_000;

let service: Standalone;
let inbox: WebhookInbox;
let relay: Relay;
let trace: Trace;

beforeAll(async () => {
  trace = openTrace();
  inbox = await WebhookInbox.open();
  service = await Standalone.start();
  relay = await Relay.open(service.url);
  await openTraceAccount(service.http);
  await listenTo(service.http, inbox, ['credit_balance.low_balance', 'credit_balance.run_out']);
});

afterAll(async () => {
  await service.stop();
  await relay.close();
  await inbox.close();
});

const startImport = (): Child =>
  startCli(relay.url, [
    'usage',
    'import',
    trace.file,
    ...IMPORT_MAPPING,
    '--batch',
    String(BATCH),
    '--concurrency',
    String(CONCURRENCY),
    '--retry-for',
    String(RETRY_FOR_SECONDS),
  ]);

/** Kills that left a request without its answer. */
let inMidRequest = 0;

/** Waits until so many requests have passed since now and then for a moment more, and kills. False: the import had ended. */
async function killDuring(importing: Child, requests: number, momentMs: number): Promise<boolean> {
  const aim = relay.requests + requests;
  await until(
    `${requests} more requests of the import${importing.said()}${service.said()}`,
    () => relay.requests >= aim || importing.ended !== undefined,
    MINUTES,
  );
  const at = performance.now() + momentMs;
  await until('the moment to kill', () => performance.now() >= at);
  if (importing.ended) return false;
  if (relay.waiting > 0) inMidRequest += 1;
  await service.kill9();
  return importing.ended === undefined;
}

describe(`an import during which the service is killed ${KILLS} times (seed ${SEED})`, () => {
  it(
    'charges every event exactly once',
    async () => {
      const pick = chanceOf(SEED);
      let importing = startImport();
      let landed = 0;
      while (landed < KILLS) {
        if (!(await killDuring(importing, pick(1, REQUESTS_BETWEEN_MAX), pick(0, MOMENT_MS_MAX))))
          throw new Error(`only ${landed} of ${KILLS} kills landed before the import had ended${importing.said()}`);
        landed += 1;
        await service.restart();
      }
      for (;;) {
        const { code } = await importing.end(8 * MINUTES);
        if (code === 0) break;
        // It gave up while the service was down; who imports again goes on where it ended.
        importing = startImport();
      }
      const summary = summaryOf(importing.stdout) as ImportSummary;
      expect(summary).toMatchObject({ complete: true, read: trace.expected.rows, rejected: 0, queued: 0 });
      expect(summary.applied + summary.duplicates).toBe(trace.expected.rows);
      expect(landed).toBeGreaterThanOrEqual(50);
      // Between requests nothing is at stake: most have to hit work that is under way.
      expect(inMidRequest).toBeGreaterThan(KILLS / 2);
      await expectFigures(service.http, trace);
    },
    20 * MINUTES,
  );

  it('notifies of every crossing at least once, each under one id', async () => {
    const { lowBalance, runOut } = trace.expected;
    const came = () => ({
      low: inbox.notifications('credit_balance.low_balance').length,
      out: inbox.notifications('credit_balance.run_out').length,
    });
    await until(
      `${lowBalance} low and ${runOut} run-out notifications`,
      () => came().low >= lowBalance && came().out >= runOut,
      MINUTES,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; there are ${JSON.stringify(came())}`);
    });
    expect(came()).toEqual({ low: lowBalance, out: runOut });
    expect(inbox.duplicates()).toEqual([]);
    expect(inbox.distrusted).toEqual([]);
  });

  it('leaves a ledger that verify finds valid', async () => {
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0, balances: 100 });
  });
});
