import { type Amount, amount, formatAmount, type Instant, instant, later } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { PreviewTotals, PricePreview, type WalletMoney } from './price-preview';
import { settings, type Settings, type UpdateSettings } from './settings';

const noon = instant('2024-03-01T12:00:00Z');
const HOUR = 3_600_000;

const update = (
  prices: Readonly<Record<string, string>>,
  changes: Partial<UpdateSettings> & { readonly effectiveAt?: Instant } = {},
): UpdateSettings => {
  const { effectiveAt, ...rest } = changes;
  const creditPrices = Object.entries(prices).map(([currency, text]) => ({
    currency,
    price: amount(text),
    ...(effectiveAt !== undefined && { effectiveAt }),
  }));
  return { type: 'UpdateSettings', at: noon, enabled: true, allowFreeCredits: false, creditPrices, ...rest };
};
const after = (...commands: readonly UpdateSettings[]): Settings =>
  commands.reduce((state, command) => {
    const decision = settings.decider.decide(command, state);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    return decision.events.reduce(settings.decider.evolve, state);
  }, given(settings.decider).state);
const preview = (state: Settings, command: UpdateSettings): PricePreview => {
  const decision = PricePreview.prepare(state, command);
  if (!decision.accepted) throw new Error(decision.refusal.code);
  return decision.events[0]!;
};
const wallet = (currency: string, booked: string, available = booked): WalletMoney => ({
  currency,
  booked: amount(booked),
  available: amount(available),
});
const unitsText = (units: { readonly booked: Amount; readonly available: Amount } | undefined) =>
  units && [formatAmount(units.booked), formatAmount(units.available)];

const now = after(update({ EUR: '0.01', JPY: '2' }));

describe('the preview of a price change', () => {
  it('says what a wallet is worth in credits before and after, and leaves its money alone', () => {
    const seen = preview(now, update({ EUR: '0.02' })).wallet(wallet('EUR', '10', '7.5'));
    expect(seen).toMatchObject({ ...wallet('EUR', '10', '7.5'), moves: true });
    expect([unitsText(seen.before), unitsText(seen.after)]).toEqual([
      ['1000', '750'],
      ['500', '375'],
    ]);
  });

  it('says that a wallet of another currency stays as it is', () => {
    const seen = preview(now, update({ EUR: '0.02' })).wallet(wallet('JPY', '10'));
    expect([seen.moves, unitsText(seen.before), unitsText(seen.after)]).toEqual([false, ['5', '5'], ['5', '5']]);
  });

  it('is refused as the change would be', () =>
    expect(PricePreview.prepare(now, update({ EUR: '0' }, { expectedVersion: 1 }))).toMatchObject({
      accepted: false,
      refusal: { code: 'price_not_positive' },
    }));

  it('says that a price which is dated back moves nothing today', () => {
    const back = preview(now, update({ EUR: '0.02' }, { effectiveAt: instant('2020-01-01T00:00:00Z') }));
    expect(back.move('EUR')).toMatchObject({ at: noon, before: { version: 1 }, after: { version: 1 }, moves: false });
  });

  it('compares a price that begins later at the moment in which it begins', () => {
    const future = later(noon, HOUR);
    const scheduled = after(update({ EUR: '0.01' }), update({ EUR: '0.04' }, { effectiveAt: later(noon, HOUR - 1) }));
    const { at, before, after: then } = preview(scheduled, update({ EUR: '0.05' }, { effectiveAt: future })).move('EUR');
    expect([at, before?.version, then?.version]).toEqual([future, 2, 3]);
  });

  it('compares one dated back at the moment of the change, where a later price may have overtaken it', () => {
    const two = after(update({ EUR: '0.01' }), update({ EUR: '0.04' }));
    const { at, moves } = preview(two, update({ EUR: '0.05' }, { effectiveAt: later(noon, -1) })).move('EUR');
    expect([at, moves]).toEqual([noon, false]);
    expect(preview(two, update({ EUR: '0.05' }, { effectiveAt: noon })).move('EUR').moves).toBe(true);
  });

  it('does not call the same price again a move', () =>
    expect(preview(now, update({ EUR: '0.01' }, { effectiveAt: noon })).move('EUR').moves).toBe(false));

  it('knows no equivalent where there is no price', () => {
    const seen = preview(now, update({ USD: '1' })).wallet(wallet('USD', '3'));
    expect([seen.before, unitsText(seen.after), seen.moves]).toEqual([undefined, ['3', '3'], true]);
    const none = preview(now, update({})).wallet(wallet('USD', '3'));
    expect([none.before, none.after, none.moves]).toEqual([undefined, undefined, false]);
  });
});

describe('the totals of a preview', () => {
  it('add up the previews of the wallets, currency by currency, and count those touched', () => {
    const change = preview(now, update({ EUR: '0.03' }));
    const totals = new PreviewTotals();
    const wallets = [wallet('EUR', '0.1'), wallet('JPY', '8', '4'), wallet('EUR', '0.1', '0'), wallet('EUR', '0')];
    for (const wallet of wallets) totals.add(change.wallet(wallet));
    const [eur, jpy] = totals.perCurrency();
    expect([eur?.currency, eur?.wallets, formatAmount(eur!.booked), unitsText(eur?.before), unitsText(eur?.after)]).toEqual([
      'EUR',
      3,
      '0.2',
      ['20', '10'],
      // 3.333333333 twice: the list adds up to its total.
      ['6.666666666', '3.333333333'],
    ]);
    expect([jpy?.currency, jpy?.wallets, unitsText(jpy?.before), unitsText(jpy?.after)]).toEqual(['JPY', 1, ['4', '2'], ['4', '2']]);
    expect(totals.touched()).toBe(3);
  });

  it('of a million wallets are made while they pass', () => {
    const change = preview(now, update({ EUR: '0.02' }));
    const totals = new PreviewTotals();
    const one = wallet('EUR', '0.5');
    for (let i = 0; i < 1_000_000; i++) totals.add(change.wallet(one));
    expect(unitsText(totals.perCurrency()[0]?.after)).toEqual(['25000000', '25000000']);
    expect(totals.touched()).toBe(1_000_000);
  });
});
