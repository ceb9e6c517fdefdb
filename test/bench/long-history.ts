/** A balance with a long history: the first command after a start, and the rebuild of all derived state. In this process, on real files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer } from '@drawdown/domain/customer';
import { amount, type Instant } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance } from '@drawdown/domain/balance';
import { streams } from '@drawdown/engine/event-store';
import { parseBatch } from '@drawdown/domain/usage';
import { composeStandalone, type Standalone } from '../../apps/standalone/src/compose';
import { median, type Result, timed } from './figures';
import { batch, customerOf } from './usage-bodies';

const LINES = 1_000_000;
const SHORT = 10;
const BATCH = 1_000;
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

async function use({ parts }: Standalone, who: number, lines: number, first: number): Promise<void> {
  for (let n = 0; n < lines; n += BATCH) {
    const size = Math.min(BATCH, lines - n);
    const parsed = parseBatch(
      batch(first + n, size, () => who, new Date().toISOString()),
      now(),
    );
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

export async function longHistory(bare: Result): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-history-'));
  try {
    let service = await open(folder);
    const { ledger } = service.parts;
    await ledger.execute(creditProduct, streams.creditProduct('tokens'), {
      type: 'CreateCreditProduct',
      at: now(),
      id: 'tokens',
      name: 'tokens',
      unit: 'credit',
      meters: (['input_tokens', 'output_tokens'] as const).map((path) => ({
        id: path.replace('_', '-'),
        eventType: 'llm.request',
        filters: [],
        quantity: { kind: 'value' as const, path },
        weight: amount('0.001'),
      })),
      limits: [],
    });
    await addCustomer(service, LONG);
    await addCustomer(service, BRIEF);
    const written = await timed(() => use(service, 0, LINES, 0));
    await use(service, 1, SHORT, LINES);

    const [long, brief]: [number[], number[]] = [[], []];
    for (let i = 0; i < STARTS; i++) {
      await service.stop();
      service = await open(folder);
      // Each is the first command on its stream after the start; the order changes, so that neither always warms up the other.
      const first = i % 2 ? LONG : BRIEF;
      for (const who of [first, first === LONG ? BRIEF : LONG])
        (who === LONG ? long : brief).push((await timed(() => deduct(service, who))).ms);
    }
    // One is long enough to be its own median.
    const rebuilds = [(await timed(() => service.parts.projector.rebuild())).ms];
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
    const perSecond = rebuilds.map((ms) => (LINES * 1_000) / ms);
    return [
      {
        name: 'usage in process, one balance, batches of 1,000',
        unit: 'usage events',
        perSecond: (LINES * 1_000) / written.ms,
        windows: [],
        ratio: (LINES * 1_000) / written.ms / bare.perSecond,
      },
      command(`first command after a start, ${SHORT} lines of history`, brief, `of ${STARTS} starts`),
      command(
        `first command after a start, ${LINES.toLocaleString('en')} lines of history`,
        long,
        `${(median(long) / median(brief)).toFixed(2)}x of ${SHORT} lines`,
      ),
      {
        name: `rebuild of ${LINES.toLocaleString('en')} usage lines`,
        unit: 'usage lines',
        perSecond: median(perSecond),
        windows: perSecond,
        ratio: median(perSecond) / bare.perSecond,
        note: `${(median(rebuilds) / 1_000).toFixed(2)} s`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
