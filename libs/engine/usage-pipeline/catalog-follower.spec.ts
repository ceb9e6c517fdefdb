import { type Amount, amount, formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import { creditProduct } from '@drawdown/domain/catalog';
import { until, MACHINE_BUSY_MS } from '../../../test/support/waiting';
import { TestLedger, tokens } from '../event-store/ledger.fixtures';
import { streams } from '@drawdown/engine/event-store';

/** More than the follower reads at once. */
const PRODUCTS = 501;

let home: TestLedger;

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '1000');
});
afterEach(() => home.remove());

let ids = 0;
const setWeight = async (weight: string, effectiveAt?: Instant, on = home): Promise<void> => {
  const command = {
    type: 'SetWeight',
    at: home.now,
    meterId: 'tokens',
    weight: amount(weight),
    ...(effectiveAt !== undefined && { effectiveAt }),
  } as const;
  expect(await on.ledger.execute(creditProduct, streams.creditProduct('llm'), command)).toMatchObject({ outcome: 'done' });
};
/** What one token costs now. */
const cost = async (time?: Instant): Promise<Amount | undefined> => {
  const [outcome] = await home.use(tokens(`${ids++}`, 1, time === undefined ? {} : { time: formatInstant(time) }));
  return outcome?.status === 'applied' ? outcome.charges[0]!.amount : undefined;
};

describe('the catalog that usage is rated by', () => {
  it('is as new as the last command: a new weight counts for the very next usage', async () => {
    expect(await cost()).toBe(amount('1'));
    for (const weight of ['2', '0', '0.000000001']) {
      await setWeight(weight);
      expect(await cost()).toBe(amount(weight));
    }
  });

  it('rates late usage by the weight of its time', async () => {
    const before = home.now;
    home.pass(1_000);
    await setWeight('5');
    expect([await cost(before), await cost(home.now)]).toEqual([amount('1'), amount('5')]);
  });

  it('takes a weight ahead of its time only when that has come', async () => {
    await setWeight('5', later(home.now, 1_000));
    expect(await cost()).toBe(amount('1'));
    home.pass(1_000);
    expect(await cost()).toBe(amount('5'));
  });

  it.each([
    ['that was saved', async () => void (await setWeight('7'), await home.projector.save())],
    ['that was not saved', async () => setWeight('7')],
  ])('knows a weight %s after a crash', async (_, change) => {
    await change();
    const crashed = home.crashed();
    await home.remove();
    home = await TestLedger.open(crashed);
    expect(await cost()).toBe(amount('7'));
  });

  it('knows a weight after a rebuild', async () => {
    await setWeight('7');
    await home.projector.rebuild();
    expect(await cost()).toBe(amount('7'));
  });

  it('knows a weight that another process set, once it has met it in the log', async () => {
    await setWeight('7', undefined, TestLedger.beside(home));
    const head = await home.log.head();
    await until('the weight to be met in the log', () => home.projector.position >= head);
    expect(await cost()).toBe(amount('7'));
  });

  it(
    'is read whole at the start, however many products there are',
    async () => {
      await Promise.all(Array.from({ length: PRODUCTS }, (_, i) => home.addProduct(`p${i}`, `type.${i}`)));
      await Promise.all(Array.from({ length: PRODUCTS }, (_, i) => home.addBalance('ada', `p${i}`, '1')));
      home = await home.reopen();
      const outcomes = await home.use(...Array.from({ length: PRODUCTS }, (_, i) => tokens(`t${i}`, 1, { type: `type.${i}` })));
      expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: PRODUCTS }, () => 'applied'));
    },
    MACHINE_BUSY_MS,
  );

  it('stays the same table for the same catalog', async () => {
    const { table } = home.catalog;
    await home.use(tokens('a', 1));
    expect(home.catalog.table).toBe(table);
    await setWeight('2');
    expect(home.catalog.table).not.toBe(table);
  });
});
