import { amount } from '@drawdown/domain/amounts';
import { AppendTooLarge } from '@drawdown/engine/event-store';
import { double, TestLedger, tokens } from '../event-store/ledger.fixtures';

const PRODUCTS = 80;
const MACHINE_BUSY_MS = 120_000;

it(
  'usage that is charged to many products fits what the log takes, with the names of the others beside each charge',
  async () => {
    const home = await TestLedger.open();
    await home.addCustomer('ada');
    for (let product = 0; product < PRODUCTS; product++) {
      const id = `p${product}-`.padEnd(64, 'x');
      await home.addProduct(id);
      await home.addBalance('ada', id, '1000000');
    }
    const outcomes = await home.use(...Array.from({ length: 200 }, (_, i) => tokens(`u${i}`, 1)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['applied']));
    await home.remove();
  },
  MACHINE_BUSY_MS,
);

it('usage of one balance that is more than the log takes at once is appended in parts (a double that takes less)', async () => {
  const TAKEN_MAX = 3_000;
  const home = await TestLedger.open(undefined, (log) =>
    double(log, {
      append: (stream, events, expected) => {
        const size = events.reduce((sum, { data }) => sum + data.length, 0);
        return size > TAKEN_MAX ? Promise.reject(new AppendTooLarge(size)) : log.append(stream, events, expected);
      },
    }),
  );
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '1000');
  const sent = Array.from({ length: 100 }, (_, i) => tokens(`u${i}`, 1));
  expect(new Set((await home.use(...sent)).map(({ status }) => status))).toEqual(new Set(['applied']));
  expect((await home.balance('ada', 'llm')).totals.consumed).toBe(amount('100'));
  expect(new Set((await home.use(...sent)).map(({ status }) => status))).toEqual(new Set(['duplicate']));
  await home.remove();
});
