import { amount } from '@drawdown/domain/amounts';
import { TestLedger, tokens } from '../event-store/ledger.fixtures';
import { chainEvent, streams } from '@drawdown/engine/event-store';

type Data = { readonly [name: string]: unknown };
const WALLET = streams.wallet('ada');
let home: TestLedger;

/** One event debits 0.1 and leaves 0.3 to the invoice: revisions 2 and 3. */
beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.price('0.01');
  await home.addWalletProduct('pages', [
    { drawsOn: 'wallet_immediate', weight: '1' },
    { drawsOn: 'wallet_on_invoice', weight: '3' },
  ]);
  await home.addWallet('ada', '1');
  await home.use(tokens('1', 10));
});
afterEach(() => home.remove());

/** Writes a stored event once more, changed, as only a fault in the ledger could. */
async function plant(from: number, change: (data: Data) => Data): Promise<void> {
  const [event] = await home.log.readStream(WALLET, { from, limit: 1 });
  const { chain, revision } = await home.states.load(WALLET);
  const data = JSON.stringify(change(JSON.parse(event!.data) as Data));
  await home.log.append(WALLET, [chainEvent(chain, WALLET, revision + 1, event!.type, data, { index: 0, size: 1 })], revision);
  await home.states.reload(WALLET);
}
async function findings(): Promise<readonly string[]> {
  const steps = await home.verify();
  return steps.flatMap((step) =>
    step.kind === 'finding' ? [`${step.finding.kind} ${step.finding.revision}: ${step.finding.detail}`] : [],
  );
}
const withFigures = (data: Data, figures: Data): Data => ({ ...data, figures: { ...(data['figures'] as Data), ...figures } });
const lines = (data: Data, change: Data): readonly Data[] => (data['lines'] as readonly Data[]).map((line) => ({ ...line, ...change }));

describe('usage in a wallet', () => {
  it('that one append debits in part and leaves to the invoice in part is no double', async () => {
    const state = await home.wallet('ada');
    expect([state.totals.consumed, state.unbilled]).toEqual([amount('0.1'), amount('0.3')]);
    expect(await findings()).toEqual([]);
  });

  it('that waits twice is doubled', async () => {
    await plant(3, (data) => withFigures(data, { unbilled: '0.6' }));
    expect(await findings()).toEqual(['doubled 4: usage test 1 was debited before']);
  });

  it('that is debited again where it waits already is doubled', async () => {
    await plant(2, (data) => ({
      ...withFigures(data, { booked: '0.8', available: '0.8', unbilled: '0.3' }),
      grants: [{ id: 'g1', remaining: '0.8', held: '0' }],
    }));
    expect(await findings()).toEqual(['doubled 4: usage test 1 was debited before']);
  });

  it('of another credit product is another charge', async () => {
    await plant(3, (data) => ({ ...withFigures(data, { unbilled: '0.6' }), lines: lines(data, { creditProductId: 'scans' }) }));
    expect(await findings()).toEqual([]);
  });

  it.each([
    [
      'a last digit more than its credits are worth',
      { conversion: { credits: '30', creditPrice: '0.010000001', priceVersion: 1 } },
      'its credits at their price: 0.3 is not 0.30000003',
    ],
    [
      'at other credits than its parts',
      { conversion: { credits: '31', creditPrice: '0.01', priceVersion: 1 } },
      'its rated parts: 31 is not 30',
    ],
  ])('is found: %s', async (_, change, detail) => {
    await plant(3, (data) => ({ ...withFigures(data, { unbilled: '0.6' }), lines: lines(data, { id: 'new', ...change }) }));
    expect(await findings()).toContainEqual(expect.stringMatching(new RegExp(`^conservation 4: .*${detail}$`)));
  });
});
