/** Losses at the worst moments, one at a time. The store is a double that can be emptied behind the ledger's back and tells of it, as a real one does. */
import { amount, later } from '@drawdown/domain/amounts';
import { NOTHING_FOUND, type Projections } from '@drawdown/engine/derived-state';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance } from '@drawdown/domain/balance';
import { until } from '../../../test/support/waiting';
import { DerivedStateLost, DerivedStateUnavailable, type EventLog, streams, usageFingerprint } from '@drawdown/engine/event-store';
import { double, START, TestLedger, tokens, STREAM } from '../event-store/ledger.fixtures';

/** A double of a store apart from this process: between a loss and the next attach it answers nothing. */
class Losable {
  private isLost = false;
  private proceed: () => void = () => undefined;
  private real: Projections | undefined;
  down = false;
  /** While it is pending, a following that has begun since meets nothing. */
  private held: Promise<void> = Promise.resolve();
  /** Runs in the middle of the next call of that name: before a find is answered, an append is done, or after a document was read. */
  private readonly next = new Map<string, () => Promise<void>>();

  during(call: 'find' | 'load' | 'append', what: () => Promise<void>): void {
    this.next.set(call, what);
  }

  async interrupt(call: string): Promise<void> {
    const what = this.next.get(call);
    this.next.delete(call);
    await what?.();
  }

  async lose(): Promise<void> {
    this.isLost = true;
    await this.real!.clear();
    this.proceed();
  }

  wrap = (real: Projections): Projections => {
    this.real = real;
    const answered = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
      if (this.down) throw new DerivedStateUnavailable('down (a double)');
      if (this.isLost) throw new DerivedStateLost();
      const answer = await work();
      await this.interrupt(call);
      return answer;
    };
    return double(real, {
      attach: (lost) => {
        if (this.down) return Promise.reject(new DerivedStateUnavailable('down (a double)'));
        this.isLost = false;
        this.proceed = lost ?? this.proceed;
        return Promise.resolve();
      },
      load: (stream) => answered('load', () => real.load(stream)),
      // Harder than a real one, which tells that it was attached anew while the question was on its way: this answers out of the emptied store.
      find: async (fingerprints) => {
        await this.interrupt('find');
        return answered('', () => real.find(fingerprints));
      },
      save: (changes) => answered('save', () => real.save(changes)),
      checkpoint: () => answered('checkpoint', () => real.checkpoint()),
    });
  };

  /** Keeps the next following from meeting anything until the function that is returned is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  }

  wrapLog = (log: EventLog): EventLog =>
    double(log, {
      subscribe: (after, handler) => {
        const { held } = this;
        return log.subscribe(after, async (events) => (await held, handler(events)));
      },
      append: async (stream, events, expected) => {
        await this.interrupt('append');
        return log.append(stream, events, expected);
      },
    });
}

let home: TestLedger;
let store: Losable;
beforeEach(async () => {
  store = new Losable();
  home = await TestLedger.open(undefined, store.wrapLog, store.wrap);
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
  await home.use(tokens('1', 5));
  await home.projector.save();
});
afterEach(() => {
  release();
  return home.remove();
});

const recovered = (times = 1) =>
  until('the loss to be fixed', () => home.projector.figures().recoveries >= times && !home.projector.figures().refolding);
/** Until `release` is called, the store knows only new saves. */
let release: () => void = () => undefined;
const loseAndHold = async (): Promise<void> => {
  release = store.hold();
  const { recoveries } = home.projector.figures();
  await store.lose();
  await until('derived state to be attached anew', () => home.projector.figures().recoveries > recoveries);
};
const loseAndRecover = async (): Promise<void> => {
  const { recoveries } = home.projector.figures();
  await store.lose();
  await recovered(recoveries + 1);
};
const consumed = async () => (await home.balance('ada', 'llm')).totals.consumed;
const placeHold = () =>
  home.ledger.execute(
    creditBalance,
    STREAM,
    { type: 'PlaceHold', at: home.now, amount: amount('1'), expiresAt: later(START, 60_000) },
    { key: 'h', body: 'h' },
  );

/** Every document that is saved has its keys beside it, in the index itself. */
async function documentsHaveTheirKeys(ids: readonly string[]): Promise<void> {
  await home.projector.save();
  const known = await home.projections.find(ids.map((id) => usageFingerprint('test', id)));
  expect(ids.map((_, i) => known.get(i)?.length)).toEqual(ids.map(() => 1));
}

describe('a loss', () => {
  it('while keys of usage are looked up: the round begins anew, and a repeat is a duplicate', async () => {
    store.during('find', loseAndHold);
    expect(await home.use(tokens('1', 5))).toMatchObject([{ status: 'duplicate' }]);
    expect(await consumed()).toBe(amount('5'));
    await documentsHaveTheirKeys(['1']);
  });

  it('while a balance is loaded for usage: the round writes nothing, and of the same again a repeat is a duplicate', async () => {
    store.during('load', loseAndHold);
    // A load only comes when the stream is not in memory.
    home.states.trim(0);
    const both = [tokens('1', 5), tokens('2', 1)];
    await expect(home.use(...both)).rejects.toMatchObject({ code: 'derived_state_lost', retriable: true });
    expect(await home.use(...both)).toMatchObject([{ status: 'duplicate' }, { status: 'applied' }]);
    expect(await consumed()).toBe(amount('6'));
    await documentsHaveTheirKeys(['1', '2']);
  });

  it('between the look into memory and the answer of the index: a key that memory no longer holds is not missed', async () => {
    store.during('find', async () => {
      await home.projector.save();
      await loseAndHold();
    });
    expect(await home.use(tokens('1', 5), tokens('2', 1))).toMatchObject([{ status: 'duplicate' }, { status: 'applied' }]);
    expect(await consumed()).toBe(amount('6'));
  });

  it('leaves no key unread in another balance of the customer while streams are folded anew', async () => {
    await home.addProduct('image', 'image.made');
    await home.addBalance('ada', 'image');
    await loseAndHold();
    // This balance is known again, and the one that the key was charged to is not.
    await home.balance('ada', 'image');
    expect(await home.use(tokens('1', 5, { type: 'image.made' }))).toMatchObject([{ rejection: { reason: 'usage_conflict' } }]);
    expect((await home.balance('ada', 'image')).totals.consumed).toBe(amount('0'));
  });

  it('in the middle of a command with a key: it is carried out once', async () => {
    const first = await placeHold();
    await home.projector.save();
    store.during('find', loseAndHold);
    const again = await placeHold().catch((fault: unknown) => fault);
    expect(again).toMatchObject({ code: 'derived_state_lost' });
    expect(await placeHold()).toEqual({ ...first, replayed: true, foundBy: 'h' });
  });

  it('while an append is on its way: it stands, and no document is saved without the keys before it', async () => {
    store.during('append', loseAndHold);
    expect(await home.use(tokens('2', 7))).toMatchObject([{ status: 'applied' }]);
    await home.projector.save();
    // As another process would find it at this moment.
    const saved = await home.projections.load(STREAM);
    if (saved) await documentsHaveTheirKeys(['1']);
    release();
    await recovered();
    expect(await consumed()).toBe(amount('12'));
    expect(await home.use(tokens('1', 5), tokens('2', 7))).toMatchObject([{ status: 'duplicate' }, { status: 'duplicate' }]);
    await until('the event to be met', async () => home.projector.position === (await home.log.head()));
    await documentsHaveTheirKeys(['1', '2']);
  });

  it('during a recovery is fixed too', async () => {
    let again = false;
    store.during('load', async () => {
      again = true;
      await store.lose();
    });
    await store.lose();
    await until('the second loss', () => again);
    await recovered();
    expect(await home.use(tokens('1', 5))).toMatchObject([{ status: 'duplicate' }]);
    await documentsHaveTheirKeys(['1']);
  });

  it('and a catalog that has changed since: a repeat is known by the balance that it was charged to then', async () => {
    await home.addProduct('images', 'image.request');
    await home.addBalance('ada', 'images', '100');
    await home.use(tokens('i', 1, { type: 'image.request' }));
    await home.projector.save();
    // From now on the usage would be charged to another balance.
    const { parsed } = home.offer(tokens('i', 1, { type: 'image.request' }));
    if (!('usage' in parsed)) throw new Error('a good usage event');
    const rating = home.catalog.table.rate(parsed.usage);
    if (!('matched' in rating)) throw new Error('rated');
    const moved = {
      ...home.offer(tokens('i', 1, { type: 'image.request' })),
      rating: { matched: [{ ...rating.matched[0]!, creditProductId: 'llm' }] },
    };
    await loseAndHold();
    // Nothing of the log has been met yet.
    expect(await home.intake.submit([moved])).toMatchObject([{ status: 'duplicate' }]);
    release();
    await recovered();
    expect(await consumed()).toBe(amount('5'));
  });

  it('does not let a rating table go back while the catalog is folded anew', async () => {
    await home.ledger.execute(creditProduct, streams.creditProduct('llm'), {
      type: 'SetWeight',
      at: home.now,
      meterId: 'tokens',
      weight: amount('7'),
    });
    const rate = () => home.catalog.table.rate({ ...parsed(), usedAt: home.now });
    const [before, during] = [rate(), [] as unknown[]];
    home.states.follow(({ entry }) => {
      if (entry.stream === streams.creditProduct('llm')) during.push(rate());
    });
    await loseAndRecover();
    expect(during).toEqual([before, before]);
  });
  const parsed = () => {
    const { parsed: found } = home.offer(tokens('x', 3));
    if (!('usage' in found)) throw new Error('a good usage event');
    return found.usage;
  };
});

describe('a store that is down', () => {
  it('refuses usage and ends nothing; what others wrote meanwhile is met when it is back', async () => {
    let ended = false;
    void home.projector.ended.finally(() => (ended = true));
    store.down = true;
    await expect(home.use(tokens('2', 1))).rejects.toMatchObject({ code: 'derived_state_unavailable', retriable: true });
    // Another process has derived state of its own.
    const other = TestLedger.beside(
      home,
      double(home.projections, { load: () => Promise.resolve(undefined), find: () => Promise.resolve(NOTHING_FOUND) }),
    );
    await other.addBalance('bob', 'llm', '1');
    await until('the following to run into it', () => home.projector.failure instanceof DerivedStateUnavailable);
    store.down = false;
    await until('the following to go on', async () => home.projector.position === (await home.log.head()));
    expect(ended).toBe(false);
    expect(await home.use(tokens('1', 5))).toMatchObject([{ status: 'duplicate' }]);
  });

  it('after a loss is waited for', async () => {
    store.down = true;
    await store.lose();
    await expect(home.use(tokens('1', 5))).rejects.toMatchObject({ retriable: true });
    store.down = false;
    await recovered();
    expect(await home.use(tokens('1', 5))).toMatchObject([{ status: 'duplicate' }]);
  });
});
