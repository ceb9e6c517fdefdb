import { type Amount, amount } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { parseStructured, type RatingTable } from '@drawdown/domain/usage';
import { until, turn } from '../../../test/support/waiting';
import { CatalogBehind, CatalogFeed } from './catalog-feed';
import {
  DerivedStateLost,
  DerivedStateUnavailable,
  type EventLog,
  LogClosed,
  LogUnavailable,
  type RecordedEvent,
  chainEvent,
  streams,
} from '@drawdown/engine/event-store';
import { double, TestLedger } from '../event-store/ledger.fixtures';
import { MARK } from '@drawdown/engine/read-models';

let home: TestLedger;
let feeds: CatalogFeed[];

beforeEach(async () => {
  feeds = [];
  home = await TestLedger.open();
  await home.addProduct('llm');
});
afterEach(async () => {
  for (const feed of feeds) await feed.stop();
  await home.remove();
});

async function started(...parts: ConstructorParameters<typeof CatalogFeed>): Promise<CatalogFeed> {
  const feed = new CatalogFeed(...parts);
  feeds.push(feed);
  await feed.start();
  return feed;
}
const setWeight = async (weight: string): Promise<void> => {
  home.pass(1);
  const command = { type: 'SetWeight', at: home.now, meterId: 'tokens', weight: amount(weight) } as const;
  expect(await home.ledger.execute(creditProduct, streams.creditProduct('llm'), command, { key: `weight ${weight}` })).toMatchObject({
    outcome: 'done',
  });
};
/** What a token costs now. */
function cost(table: RatingTable): Amount | string {
  const parsed = parseStructured(
    '{"specversion":"1.0","id":"1","source":"test","type":"llm.request","subject":"ada","data":{"tokens":1}}',
    home.now,
  );
  const rating = 'usage' in parsed ? table.rate(parsed.usage) : parsed;
  return 'matched' in rating ? rating.matched[0]!.credits : rating.rejection.reason;
}

/** A double of the log that hands events on only while its gate is open. */
class Gated {
  open = true;
  from: bigint[] = [];
  private failing: ((fault: Error) => void)[] = [];
  readonly log: EventLog;

  constructor(real: EventLog) {
    this.log = double(real, {
      subscribe: (after: bigint, handler: (events: readonly RecordedEvent[]) => Promise<void>) => {
        this.from.push(after);
        let ended = false;
        const subscription = real.subscribe(after, async (events) => {
          await until('the gate to open', () => this.open);
          if (!ended) await handler(events);
        });
        const failed = new Promise<never>((_, reject) =>
          this.failing.push((fault) => {
            ended = true;
            reject(fault);
          }),
        );
        return { ...subscription, close: () => subscription.close(), ended: Promise.race([subscription.ended, failed]) };
      },
    });
  }

  /** As if the handler had met a fault: the subscription has ended. */
  fail(): void {
    for (const fail of this.failing.splice(0)) fail(new LogUnavailable('a double'));
  }
}

describe('the catalog of a process that does not project', () => {
  it('counts every change that was made before it was asked for', async () => {
    const feed = await started(home.log);
    for (const weight of ['2', '0', '0.5']) {
      await setWeight(weight);
      expect(cost(await feed.newest())).toBe(amount(weight));
    }
  });

  it('is waited for when the log is slow to tell', async () => {
    const gated = new Gated(home.log);
    const feed = await started(gated.log);
    gated.open = false;
    await setWeight('7');
    const asked = feed.newest();
    let answered = false;
    void asked.then(() => (answered = true));
    for (let i = 0; i < 20; i++) await turn();
    expect(answered).toBe(false);
    gated.open = true;
    expect(cost(await asked)).toBe(amount('7'));
  });

  it('is not given when it does not come within the bound, and is when it has come', async () => {
    const gated = new Gated(home.log);
    const feed = await started(gated.log, undefined, 50);
    gated.open = false;
    await setWeight('7');
    await expect(feed.newest()).rejects.toThrow(CatalogBehind);
    await expect(feed.newest()).rejects.toMatchObject({ retriable: true, code: 'catalog_behind' });
    gated.open = true;
    const head = await home.log.head();
    await until('the feed to come to the head', () => feed.position >= head);
    expect(cost(await feed.newest())).toBe(amount('7'));
  });

  it('is not given while the log cannot say how far it is', async () => {
    let down = false;
    const feed = await started(double(home.log, { head: () => (down ? Promise.reject(new LogUnavailable('a double')) : home.log.head()) }));
    down = true;
    await expect(Promise.all([feed.newest(), feed.newest()])).rejects.toThrow(LogUnavailable);
    down = false;
    expect(cost(await feed.newest())).toBe(amount('1'));
  });

  it('asks once for those that ask together, and again for those that come while it asks', async () => {
    let asked = 0;
    const answers: (() => void)[] = [];
    let slow = false;
    const log = double(home.log, {
      head: async () => {
        asked += 1;
        if (slow) await new Promise<void>((resolve) => answers.push(resolve));
        return home.log.head();
      },
    });
    const feed = await started(log);
    slow = true;
    const before = asked;
    const all = [feed.newest(), feed.newest(), feed.newest()];
    expect(asked - before).toBe(1);
    answers.shift()?.();
    await until('the second question', () => asked - before === 2);
    answers.shift()?.();
    await Promise.all(all);
    expect(asked - before).toBe(2);
  });

  it('goes on from where it was after following the log has failed', async () => {
    const gated = new Gated(home.log);
    const feed = await started(gated.log);
    const at = feed.position;
    gated.fail();
    await setWeight('3');
    expect(cost(await feed.newest())).toBe(amount('3'));
    expect(gated.from[0]).toBe(-1n);
    expect(gated.from[1]).toBeGreaterThanOrEqual(at);
  });
});

it('does not start on a log that is closed before it has caught up', async () => {
  const closed = double(home.log, {
    subscribe: () => {
      throw new LogClosed('closed (a double)');
    },
  });
  await expect(started(closed)).rejects.toThrow(CatalogBehind);
});

it('the end of the subscription is reported, and is in the fault of a waiting caller: an event of a newer program', async () => {
  const reported: unknown[] = [];
  const feed = new CatalogFeed(home.log, undefined, 100, (fault) => reported.push(fault));
  await feed.start();
  const stream = streams.creditProduct('llm');
  const { revision, chain } = await home.states.load(stream);
  await home.log.append(stream, [chainEvent(chain, stream, revision + 1, 'CreditProductRevered', '{}', { index: 0, size: 1 })], revision);
  await until('it to be reported', () => reported.length > 0);
  expect(reported[0]).toMatchObject({ code: 'newer_than_this_program' });
  await expect(feed.newest()).rejects.toThrow(/needed up to .*CreditProductRevered at revision \d+ of creditProduct-llm/);
  await feed.stop();
});

describe('derived state', () => {
  it('spares the start from reading the log, and what is newer is met', async () => {
    await setWeight('3');
    await home.projector.save();
    const saved = home.projector.position;
    await setWeight('4');
    const gated = new Gated(home.log);
    const feed = await started(gated.log, home.projections);
    expect(gated.from[0]).toBeGreaterThanOrEqual(saved);
    expect(cost(await feed.newest())).toBe(amount('4'));
  });

  it('that cannot be read, or is emptied meanwhile, is done without', async () => {
    await setWeight('3');
    await home.projector.save();
    for (const fault of [new DerivedStateUnavailable('a double'), new DerivedStateLost()])
      for (const method of ['attach', 'load', 'list'] as const) {
        const gated = new Gated(home.log);
        const feed = await started(gated.log, double(home.projections, { [method]: () => Promise.reject(fault) }));
        expect(gated.from).toEqual([-1n]);
        expect(cost(await feed.newest())).toBe(amount('3'));
      }
  });

  it('of another log is not believed', async () => {
    await home.projector.save();
    const projections = double(home.projections, {
      load: async (stream: string) => {
        const document = await home.projections.load(stream);
        return stream === MARK && document
          ? { ...document, json: document.json.replace(/"event":"[^"]*"/, '"event":"another"') }
          : document;
      },
      list: () => Promise.reject(new Error('not asked for')),
    });
    const gated = new Gated(home.log);
    const feed = await started(gated.log, projections);
    expect(gated.from).toEqual([-1n]);
    expect(cost(await feed.newest())).toBe(amount('1'));
  });
});
