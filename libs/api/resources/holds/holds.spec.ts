import { freshApplication, HOUR_MS, tokensOfAda, walletOfAda } from '../application.fixtures';

const app = freshApplication();

describe('holds', () => {
  it('reserve, are captured in part and keep the rest, and are released', async () => {
    await app().balance('100');
    const placed = await app().call('PlaceHold', { ...tokensOfAda, amount: '60', reference: 'order-1' });
    expect(placed).toMatchObject({
      hold: { hold_id: 'h1', amount: '60', reference: 'order-1', allocations: [{ grant_id: 'g1', amount: '60' }] },
      balance: { booked: '100', held: '60', available: '40', holds: [{ hold_id: 'h1' }] },
    });
    const captured = await app().call('CaptureHold', { ...tokensOfAda, hold_id: 'h1', amount: '20', keep_open: true });
    expect(captured).toMatchObject({
      hold: { hold_id: 'h1', amount: '40' },
      allocations: [{ grant_id: 'g1', amount: '20' }],
      balance: { booked: '80', held: '40', available: '40' },
    });
    const released = await app().call('ReleaseHold', { ...tokensOfAda, hold_id: 'h1' });
    expect(released).toMatchObject({ released: '40', balance: { booked: '80', held: '0', available: '80', holds: [] } });
    expect(await app().says('ReleaseHold', { ...tokensOfAda, hold_id: 'h1' })).toEqual({ refused: 'hold_not_open' });
  });

  it('give back what is not captured unless they are kept open', async () => {
    await app().balance('100');
    await app().call('PlaceHold', { ...tokensOfAda, amount: '60' });
    expect(await app().call('CaptureHold', { ...tokensOfAda, hold_id: 'h1', amount: '20' })).toMatchObject({
      hold: { hold_id: 'h1', amount: '0' },
      balance: { booked: '80', held: '0', available: '80' },
    });
  });

  it('let more be captured only where that is allowed', async () => {
    await app().balance('100');
    await app().call('PlaceHold', { ...tokensOfAda, amount: '60' });
    const capture = { ...tokensOfAda, hold_id: 'h1', amount: '61' };
    expect(await app().says('CaptureHold', capture)).toEqual({ refused: 'capture_exceeds_hold' });
    expect(await app().call('CaptureHold', { ...capture, overrun: 'from_available' })).toMatchObject({
      allocations: [{ grant_id: 'g1', amount: '61' }],
      balance: { booked: '39', held: '0' },
    });
  });

  it('are refused beyond what is available, and when they would have expired', async () => {
    await app().balance('100');
    expect(await app().says('PlaceHold', { ...tokensOfAda, amount: '100.000000001' })).toEqual({ refused: 'insufficient_credits' });
    expect(await app().says('PlaceHold', { ...tokensOfAda, amount: '1', expires_at: '2026-03-01T12:00:00.000Z' })).toEqual({
      refused: 'hold_already_expired',
    });
    expect(await app().says('PlaceHold', { ...tokensOfAda, amount: '0' })).toEqual({ invalid: ['amount must be above 0'] });
  });

  it('are on the wallet where no product is named, and not while wallets are disabled', async () => {
    await app().wallet();
    await app().call('AddCredits', { ...walletOfAda, credits: '10', origin: 'free' });
    expect(await app().call('PlaceHold', { ...walletOfAda, amount: '3' })).toMatchObject({ balance: { currency: 'EUR', held: '3' } });
    await app().call('UpdateSettings', { enabled: false });
    expect(await app().says('PlaceHold', { ...walletOfAda, amount: '1' })).toEqual({ refused: 'wallets_disabled' });
    expect(await app().says('CaptureHold', { ...walletOfAda, hold_id: 'h1', amount: '1' })).toEqual({ refused: 'wallets_disabled' });
    expect(await app().says('ReleaseHold', { ...walletOfAda, hold_id: 'h1' })).toMatchObject({ answer: { released: '3' } });
  });

  it('answer each retry as the first time, byte for byte, long after they have ended', async () => {
    await app().balance('100');
    const place = { ...tokensOfAda, amount: '60', expires_at: '2026-03-01T13:00:00.000Z' };
    const capture = { ...tokensOfAda, hold_id: 'h1', amount: '20', keep_open: true };
    const release = { ...tokensOfAda, hold_id: 'h1' };
    const first = [
      await app().says('PlaceHold', place, 'k1'),
      await app().says('CaptureHold', capture, 'k2'),
      await app().says('ReleaseHold', release, 'k3'),
    ];
    app().pass(2 * HOUR_MS);
    const again = [
      await app().says('PlaceHold', place, 'k1'),
      await app().says('CaptureHold', capture, 'k2'),
      await app().says('ReleaseHold', release, 'k3'),
    ];
    expect(again.map((said) => JSON.stringify('answer' in said && said.answer))).toEqual(
      first.map((said) => JSON.stringify('answer' in said && said.answer)),
    );
    expect(again).toEqual(first.map((said) => ({ ...said, replayed: true })));
  });
});
