/**
 * The ledger on EventStoreDbLog, over the wire double of EventStoreDB behind a wire that is cut in the middle of appends, by seed:
 * whoever sends again until it is answered finds every command and every usage event done once.
 */
import { amount, formatAmount } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import { Fault, streams } from '@drawdown/engine/event-store';
import { TestLedger, tokens } from '../../libs/engine/event-store/ledger.fixtures';
import { EventStoreDbDouble } from '../stack/eventstoredb-double/server';
import { chanceOf } from '../support/chance';
import { FaultyWire } from '../support/servers/faulty-wire';
import { until } from '../support/waiting';

jest.setTimeout(120_000);

const CUSTOMERS = ['ada', 'bob', 'cyd', 'dee'];
const ROUNDS = 30;
const CUTS_MIN = 20;

/** Sends again, the very same, until it is answered. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof Fault && fault.retriable) || performance.now() > deadline) throw fault;
    }
  }
}

it.each([11, 12, 13])('commands and usage are done once each, whatever is cut (seed %i)', async (seed) => {
  const chance = chanceOf(seed);
  const double = await EventStoreDbDouble.start();
  const wire = await FaultyWire.open(double.port);
  const log = EventStoreDbLog.open({
    connectionString: `esdb://127.0.0.1:${wire.port}?tls=false`,
    appendTimeoutMs: 10_000,
    readSilenceMs: 10_000,
  });
  const embedded: { close: () => Promise<void> }[] = [];
  const home = await TestLedger.open(undefined, (unused) => {
    embedded.push(unused);
    return log;
  });
  await home.addProduct('llm');
  for (const customer of CUSTOMERS) {
    await home.addCustomer(customer);
    await home.addBalance(customer, 'llm', '1000000');
  }

  let working = true;
  const cutting = (async () => {
    while (working) {
      const before = wire.cuts;
      wire.cutAfter(chance(300, 12_000));
      await until('a cut', () => !working || wire.cuts > before, 60_000);
    }
  })();
  const spent = new Map(CUSTOMERS.map((customer) => [customer, 0]));
  const use = async (round: number): Promise<void> => {
    const events = Array.from({ length: chance(1, 40) }, (_, i) => ({
      ...tokens(`${round}-${i}`, chance(0, 9)),
      subject: CUSTOMERS[chance(0, CUSTOMERS.length - 1)]!,
    }));
    for (const { subject, data } of events) spent.set(subject, spent.get(subject)! + Number(data['tokens']));
    const outcomes = await answered(() => home.use(...events));
    expect(outcomes).toHaveLength(events.length);
    for (const { status } of outcomes) expect(status).not.toBe('rejected');
    // A second sending, after all of it was answered, changes nothing.
    if (round % 5 === 0) for (const { status } of await answered(() => home.use(...events))) expect(status).toBe('duplicate');
  };
  const deduct = async (round: number, customer: string): Promise<void> => {
    const command = { type: 'Deduct', at: home.now, amount: amount('7'), reason: 'by hand' } as const;
    const context = { key: `deduction-${round}`, body: `${round}` };
    const outcome = await answered(() => home.ledger.execute(creditBalance, streams.creditBalance(customer, 'llm'), command, context));
    expect(outcome.outcome).toBe('done');
  };
  let rounds = 0;
  for (; rounds < ROUNDS || wire.cuts < CUTS_MIN; rounds++)
    await Promise.all([use(rounds), use(rounds + 10_000), ...CUSTOMERS.map((customer) => deduct(rounds, customer))]);
  working = false;
  await cutting;
  wire.heal();

  for (const customer of CUSTOMERS) {
    const { totals } = await answered(() => home.balance(customer, 'llm'));
    expect([customer, formatAmount(totals.consumed)]).toEqual([customer, `${spent.get(customer)}`]);
    const stored = await answered(() => log.readStream(streams.creditBalance(customer, 'llm')));
    expect(stored.filter(({ type }) => type === 'CreditsDeducted')).toHaveLength(rounds);
    const lines = stored.flatMap(({ type, data }) =>
      type === 'CreditsConsumed' ? (JSON.parse(data) as { lines: { id: string }[] }).lines.map(({ id }) => id) : [],
    );
    expect(new Set(lines).size).toBe(lines.length);
  }
  const head = await answered(() => log.head());
  await until('the follower', () => home.projector.position >= head);
  expect((await home.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
  expect(wire.cuts).toBeGreaterThanOrEqual(CUTS_MIN);
  expect(log.figures().unknown).toBeGreaterThan(0);
  await home.remove();
  await wire.close();
  double.stop();
  for (const unused of embedded) await unused.close();
});
