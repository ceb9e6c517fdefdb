/**
 * Logs with much usage: the first command after a start, the rebuild of all derived state, and the check of the whole log. In this
 * process, on real files. One log has all of its usage on one balance, a thousand lines an event. The other has three lines an event.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer } from '@drawdown/domain/customer';
import { amount, type Instant } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import { streams } from '@drawdown/engine/event-store';
import { parseBatch } from '@drawdown/domain/usage';
import { composeStandalone, type Standalone } from '../../../apps/standalone/src/compose';
import type { Run } from '../benchmark';
import { median, type Result, timed } from '../measure/figures';
import { addProduct } from './product';
import { verified } from './verify';
import { batch, customerOf } from '../load/usage-bodies';

const SHORT = 10;
const BATCH = 1_000;
/** Balances of the other log, and usage of each in one batch. */
const BALANCES = 333;
const LINES_AN_EVENT = 3;
const STARTS = 5;
const LONG = customerOf(0);
const BRIEF = customerOf(1);
const now = (): Instant => Date.now() as Instant;

const open = (dataDirectory: string): Promise<Standalone> => composeStandalone({ dataDirectory });

async function addCustomer({ parts }: Standalone, id: string): Promise<void> {
  const at = now();
  await parts.ledger.execute(customer, streams.customer(id), { type: 'RegisterCustomer', at, id, currency: 'EUR' });
  await parts.ledger.execute(creditBalance, streams.creditBalance(id, 'tokens'), {
    type: 'Create',
    at,
    customerId: id,
    creditProductId: 'tokens',
    limits: [],
    startingGrant: { origin: 'free', priority: 100, amount: amount('1000000000') },
  });
}

async function use({ parts }: Standalone, pick: (n: number) => number, lines: number, first: number, batchOf = BATCH): Promise<void> {
  for (let n = 0; n < lines; n += batchOf) {
    const size = Math.min(batchOf, lines - n);
    const parsed = parseBatch(batch(first + n, size, pick, new Date().toISOString()), now());
    if (!('entries' in parsed)) throw new Error('the batch was not parsed');
    await parts.intake.submit(
      parsed.entries.map((entry) => ({
        parsed: entry.parsed,
        original: () => ({ text: entry.text, encoding: 'utf8' }),
        transport: 'bench',
      })),
    );
  }
}

const deduct = (service: Standalone, who: string): Promise<unknown> =>
  service.parts.ledger.execute(creditBalance, streams.creditBalance(who, 'tokens'), {
    type: 'Deduct',
    at: now(),
    amount: amount('1'),
    reason: 'bench',
  });

export async function* history({ bare, effort: { historyLines } }: Run): AsyncGenerator<Result> {
  yield* await oneBalance(bare, historyLines);
  yield* manyBalances(bare, historyLines);
}

async function oneBalance(bare: Result, lines: number): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-history-'));
  try {
    let service = await open(folder);
    await addProduct(service.parts);
    await addCustomer(service, LONG);
    await addCustomer(service, BRIEF);
    const written = await timed(() => use(service, () => 0, lines, 0));
    await use(service, () => 1, SHORT, lines);

    const [long, brief]: [number[], number[]] = [[], []];
    for (let i = 0; i < STARTS; i++) {
      await service.stop();
      service = await open(folder);
      // Each is the first command on its stream after the start; the order changes, so that neither always warms up the other.
      const first = i % 2 ? LONG : BRIEF;
      for (const who of [first, first === LONG ? BRIEF : LONG])
        (who === LONG ? long : brief).push((await timed(() => deduct(service, who))).ms);
    }
    const rebuild = await rebuilt(service);
    await service.stop();

    const command = (name: string, ms: readonly number[], note: string): Result => ({
      name,
      unit: 'commands',
      perSecond: 1_000 / median(ms),
      windows: ms.map((each) => 1_000 / each),
      p50Ms: median(ms),
      p99Ms: Math.max(...ms),
      note,
    });
    return [
      {
        name: 'usage in process, one balance, batches of 1,000',
        unit: 'usage events',
        perSecond: (lines * 1_000) / written.ms,
        windows: [],
        ratio: (lines * 1_000) / written.ms / bare.perSecond!,
      },
      command(`first command after a start, ${SHORT} lines of history`, brief, `of ${STARTS} starts`),
      command(
        `first command after a start, ${lines.toLocaleString('en')} lines of history`,
        long,
        `${(median(long) / median(brief)).toFixed(2)}x of ${SHORT} lines`,
      ),
      rebuildResult('packed', lines, rebuild, bare),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Three lines an event: each batch has three for each of its balances, in a round of its own. */
async function* manyBalances(bare: Result, lines: number): AsyncGenerator<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-history-'));
  try {
    let service = await open(folder);
    await addProduct(service.parts);
    for (let n = 0; n < BALANCES; n++) await addCustomer(service, customerOf(n));
    await use(service, (n) => n % BALANCES, lines, 0, BALANCES * LINES_AN_EVENT);
    yield rebuildResult(`${LINES_AN_EVENT} an event`, lines, await rebuilt(service), bare);
    await service.stop();
    service = await open(folder);
    const events = await eventsOf(service);
    await service.stop();
    yield await verified(folder, events, lines);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Rebuilt {
  readonly ms: number;
  readonly cpuMicros: number;
}

/** One is long enough to be its own median. */
async function rebuilt(service: Standalone): Promise<Rebuilt> {
  const before = process.cpuUsage();
  const { ms } = await timed(() => service.parts.projector.rebuild());
  const { user, system } = process.cpuUsage(before);
  return { ms, cpuMicros: user + system };
}

function rebuildResult(packing: string, lines: number, { ms, cpuMicros }: Rebuilt, bare: Result): Result {
  const perSecond = (lines * 1_000) / ms;
  return {
    name: `rebuild of ${lines.toLocaleString('en')} usage lines, ${packing}`,
    unit: 'usage lines',
    perSecond,
    windows: [perSecond],
    cpuMicros: cpuMicros / lines,
    ratio: perSecond / bare.perSecond!,
    cpuRatio: cpuMicros / lines / bare.cpuMicros!,
    note: `${(ms / 1_000).toFixed(2)} s`,
  };
}

const PAGE = 4_096;
async function eventsOf({ log }: Standalone): Promise<number> {
  let count = 0;
  for (let page = await log.log.readAll(-1n, PAGE); page.length > 0; page = await log.log.readAll(page.at(-1)!.position, PAGE))
    count += page.length;
  return count;
}
