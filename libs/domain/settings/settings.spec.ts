import { readFileSync } from 'node:fs';
import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import { given, readEvent, writeEvent } from '@drawdown/domain/decider';
import { priceInForce, PRICES_PER_CURRENCY_MAX, settings, type SettingsEvent, type UpdateSettings } from './settings';

const at = instant('2024-03-01T12:00:00Z');

const update = (changes: Partial<UpdateSettings> = {}): UpdateSettings => ({
  type: 'UpdateSettings',
  at,
  enabled: true,
  allowFreeCredits: false,
  creditPrices: [],
  ...changes,
});
/** As it has been stored since portal purchases and default limits exist. */
const changed = (version: number, changes: Partial<SettingsEvent> = {}): SettingsEvent => ({
  type: 'SettingsChanged',
  at,
  version,
  enabled: true,
  allowFreeCredits: false,
  allowPortalPurchases: false,
  portalPurchaseLimits: [],
  defaultLimits: [],
  creditPrices: [],
  ...changes,
});
const price = (currency: string, text: string, effectiveAt?: Instant) => ({
  currency,
  price: amount(text),
  ...(effectiveAt !== undefined && { effectiveAt }),
});
const version = (number: number, priced: ReturnType<typeof price>) => ({ version: number, ...priced });

const { decider } = settings;

describe('the settings', () => {
  it('are enabled, without free credits, portal purchases, limits and prices at first', () =>
    expect(decider.initial).toEqual({
      version: 0,
      enabled: true,
      allowFreeCredits: false,
      allowPortalPurchases: false,
      portalPurchaseLimits: [],
      defaultLimits: [],
      creditPrices: [],
    }));

  it('are saved whole, as one version, by somebody', () => {
    given(decider)
      .when(
        update({
          enabled: false,
          allowFreeCredits: true,
          actor: 'ann',
          creditPrices: [price('EUR', '0.01'), price('JPY', '2')],
        }),
      )
      .then(
        changed(1, {
          enabled: false,
          allowFreeCredits: true,
          actor: 'ann',
          creditPrices: [version(1, price('EUR', '0.01', at)), version(1, price('JPY', '2', at))],
        }),
      );
  });

  it('that are saved as they were are no change', () => {
    const prices = [version(1, price('EUR', '0.01', at))];
    const before = changed(1, {
      creditPrices: prices,
      portalPurchaseLimits: [{ currency: 'EUR', minimum: amount('5') }],
      defaultLimits: [{ id: 'low', kind: 'percent_of_last_top_up', value: amount('10') }],
    });
    const { portalPurchaseLimits, defaultLimits } = given(decider, before).state;
    given(decider).when(update()).then();
    given(decider, before)
      .when(update({ actor: 'ann' }))
      .then();
    given(decider, before)
      .when(update({ creditPrices: [price('EUR', '0.01')], portalPurchaseLimits, defaultLimits }))
      .then();
    given(decider, before)
      .when(update({ allowPortalPurchases: true }))
      .then({ ...before, version: 2, allowPortalPurchases: true });
  });

  it('are refused when made from another version', () => {
    given(decider, changed(1))
      .when(update({ expectedVersion: 1, enabled: false }))
      .then(changed(2, { enabled: false }));
    given(decider, changed(1))
      .when(update({ expectedVersion: 1 }))
      .then();
    given(decider, changed(1))
      .when(update({ expectedVersion: 0 }))
      .thenRefused('settings_version_conflict', { expected: 0, version: 1 });
    given(decider)
      .when(update({ expectedVersion: 1 }))
      .thenRefused('settings_version_conflict', { version: 0 });
  });

  it('are refused with a currency twice or unknown', () => {
    given(decider)
      .when(update({ creditPrices: [price('EUR', '1'), price('EUR', '1')] }))
      .thenRefused('duplicate_currency', { currency: 'EUR' });
    given(decider)
      .when(update({ creditPrices: [price('eur', '1')] }))
      .thenRefused('unknown_currency', { currency: 'eur' });
  });

  it('take the smallest price above zero', () => {
    expect(given(decider).when(update({ creditPrices: [price('EUR', '0.000000001')] })).events).toHaveLength(1);
    given(decider)
      .when(update({ creditPrices: [price('EUR', '0')] }))
      .thenRefused('price_not_positive', { currency: 'EUR' });
    given(decider)
      .when(update({ creditPrices: [price('EUR', '-0.000000001')] }))
      .thenRefused('price_not_positive');
  });
});

describe('a credit price', () => {
  const first = changed(1, { creditPrices: [version(1, price('EUR', '0.01', at))] });

  it('gets its next version when it changes, in force from the command on', () =>
    given(decider, first)
      .when(update({ creditPrices: [price('EUR', '0.02')] }))
      .then(changed(2, { creditPrices: [version(2, price('EUR', '0.02', at))] })));

  it('keeps its version when it is saved as it was', () => {
    given(decider, first)
      .when(update({ enabled: false, creditPrices: [price('EUR', '0.01')] }))
      .then(changed(2, { enabled: false, creditPrices: first.creditPrices }));
    given(decider, first)
      .when(update({ creditPrices: [price('EUR', '0.01', at)] }))
      .then();
    given(decider, first)
      .when(update({ creditPrices: [price('EUR', '0.01', later(at, -1))] }))
      .then(changed(2, { creditPrices: [version(2, price('EUR', '0.01', later(at, -1)))] }));
  });

  it('that is scheduled may be set at once, and stays scheduled when the one in force is saved again', () => {
    const scheduled = changed(2, { creditPrices: [version(2, price('EUR', '0.02', later(at, 10)))] });
    given(decider, first, scheduled)
      .when(update({ creditPrices: [price('EUR', '0.02')] }))
      .then(changed(3, { creditPrices: [version(3, price('EUR', '0.02', at))] }));
    given(decider, first, scheduled)
      .when(update({ creditPrices: [price('EUR', '0.01')] }))
      .then();
    given(decider, first, scheduled)
      .when(update({ creditPrices: [price('EUR', '0.02', later(at, 10))] }))
      .then();
    given(decider, first, scheduled)
      .when(update({ at: later(at, 10), creditPrices: [price('EUR', '0.01')] }))
      .then({ ...changed(3, { creditPrices: [version(3, price('EUR', '0.01', later(at, 10)))] }), at: later(at, 10) });
  });

  it('stays when its currency is left out', () =>
    given(decider, first)
      .when(update({ creditPrices: [price('USD', '1')] }))
      .then(changed(2, { creditPrices: [version(1, price('EUR', '0.01', at)), version(1, price('USD', '1', at))] })));

  it('is the one whose time has come', () => {
    const { state } = given(
      decider,
      first,
      changed(2, { creditPrices: [version(2, price('EUR', '0.02', at)), version(1, price('USD', '5', at))] }),
      changed(3, {
        creditPrices: [version(3, price('EUR', '0.03', later(at, 10))), version(1, price('USD', '5', at))],
      }),
      changed(4, { creditPrices: [version(4, price('EUR', '0.04', at)), version(1, price('USD', '5', at))] }),
    );
    const inForce = (ms: number, currency = 'EUR') => priceInForce(state, currency, later(at, ms))?.version;
    expect([inForce(-1), inForce(0), inForce(9), inForce(10)]).toEqual([4, 4, 4, 3]);
    expect([inForce(-1, 'USD'), inForce(0, 'USD'), inForce(0, 'JPY')]).toEqual([1, 1, undefined]);
    expect(settings.state.read(JSON.parse(settings.state.write(state)))).toEqual(state);
  });

  it('that is dated back counts until the one begins that was saved first, and not today', () => {
    const back = instant('2020-01-01T00:00:00Z');
    const { state } = given(decider, first, changed(2, { creditPrices: [version(2, price('EUR', '0.02', back))] }));
    const inForce = (moment: Instant) => priceInForce(state, 'EUR', moment)?.version;
    expect([inForce(later(back, -1)), inForce(back), inForce(later(at, -1)), inForce(at)]).toEqual([2, 2, 2, 1]);
  });

  it('counts before its beginning where it is the first, unless it was scheduled ahead', () => {
    const priceAt =
      (...events: SettingsEvent[]) =>
      (ms: number) =>
        priceInForce(given(decider, ...events).state, 'EUR', later(at, ms))?.version;
    expect([priceAt(first)(-1), priceAt(first)(0)]).toEqual([1, 1]);
    const ahead = changed(1, { creditPrices: [version(1, price('EUR', '0.01', later(at, 10)))] });
    expect([-1, 0, 9, 10].map(priceAt(ahead))).toEqual([undefined, undefined, undefined, 1]);
    const atOnce = { ...changed(2, { creditPrices: [version(2, price('EUR', '0.02', later(at, 5)))] }), at: later(at, 5) };
    expect([0, 5, 9, 10].map(priceAt(ahead, atOnce))).toEqual([2, 2, 2, 1]);
  });

  it('that was stored without a time begins in its first event', () => {
    const early = changed(1, { creditPrices: [version(1, price('EUR', '0.01'))] });
    const { state } = given(decider, early, { ...changed(2, { enabled: false, creditPrices: early.creditPrices }), at: later(at, 10) });
    expect(state.creditPrices).toEqual([{ ...version(1, price('EUR', '0.01', at)), savedAt: at }]);
  });

  it('has a bounded history', () => {
    const history = (length: number) =>
      Array.from({ length }, (_, i) => changed(i + 1, { creditPrices: [version(i + 1, price('EUR', '1', later(at, i)))] }));
    const next = update({ creditPrices: [price('EUR', '2')] });
    expect(given(decider, ...history(PRICES_PER_CURRENCY_MAX - 1)).when(next).events).toHaveLength(1);
    const full = history(PRICES_PER_CURRENCY_MAX);
    given(decider, ...full)
      .when(next)
      .thenRefused('too_many_prices', { currency: 'EUR', max: PRICES_PER_CURRENCY_MAX });
    // What is saved as it was needs no place.
    expect(
      given(decider, ...full).when(update({ enabled: false, at: later(at, full.length), creditPrices: [price('EUR', '1')] })).events,
    ).toHaveLength(1);
    expect(given(decider, ...full).when(update({ creditPrices: [price('USD', '1')] })).events).toHaveLength(1);
  });
});

describe('portal purchases and default limits', () => {
  const limits = [{ currency: 'EUR', minimum: amount('5'), maximum: amount('500') }];
  const low = { id: 'low', kind: 'percent_of_last_top_up', value: amount('10') } as const;

  it('are saved in the same change, under the same version', () =>
    given(decider, changed(1))
      .when(update({ allowPortalPurchases: true, portalPurchaseLimits: limits, defaultLimits: [low] }))
      .then(changed(2, { allowPortalPurchases: true, portalPurchaseLimits: limits, defaultLimits: [low] })));

  it('stay as they were when they are left out, and go when an empty list is given', () => {
    const before = changed(1, { allowPortalPurchases: true, portalPurchaseLimits: limits, defaultLimits: [low] });
    given(decider, before)
      .when(update({ enabled: false }))
      .then({ ...before, enabled: false, version: 2 });
    given(decider, before)
      .when(update({ allowPortalPurchases: false, portalPurchaseLimits: [], defaultLimits: [] }))
      .then(changed(2));
  });

  it('are refused with the change as a whole', () => {
    given(decider)
      .when(update({ portalPurchaseLimits: [...limits, ...limits] }))
      .thenRefused('duplicate_currency', { currency: 'EUR' });
    given(decider)
      .when(update({ defaultLimits: [low, low] }))
      .thenRefused('duplicate_limit', { limitId: 'low' });
  });

  it('are not there after changes that were stored before they existed', () => {
    const { allowPortalPurchases: _, portalPurchaseLimits: __, defaultLimits: ___, ...early } = changed(1);
    const { state } = given(decider, early);
    expect(state).toEqual({ ...decider.initial, version: 1 });
    expect(settings.state.read(JSON.parse(settings.state.write(state)))).toEqual(state);
  });
});

describe('SettingsChanged', () => {
  const stored = (name: string): string => readFileSync(`${__dirname}/golden/${name}.json`, 'utf8').trimEnd();
  const prices = [version(1, price('EUR', '0.01')), version(2, price('USD', '0.5', at))];
  const {
    allowPortalPurchases: _,
    portalPurchaseLimits: __,
    defaultLimits: ___,
    ...early
  } = changed(3, {
    actor: 'ann',
    creditPrices: prices,
  });
  const event = changed(3, {
    actor: 'ann',
    creditPrices: prices,
    allowPortalPurchases: true,
    portalPurchaseLimits: [{ currency: 'EUR', minimum: amount('5'), maximum: amount('500') }, { currency: 'JPY' }],
    defaultLimits: [
      { id: 'low', kind: 'absolute', value: amount('2.5'), currency: 'EUR' },
      { id: 'tenth', kind: 'percent_of_last_top_up', value: amount('10') },
    ],
  });

  it.each([
    ['SettingsChanged', event],
    ['SettingsChanged-before-portal-purchases', early],
  ])('%s is written and read as ever', (name, event) => {
    expect(writeEvent(settings, event)).toBe(stored(name));
    expect(readEvent(settings, 'SettingsChanged', stored(name))).toEqual(event);
  });
  it('is the only event', () => expect(Object.keys(settings.events)).toEqual(['SettingsChanged']));
});
