import { freshApplication, rows, tokensOfAda, walletOfAda } from '../application.fixtures';

const app = freshApplication();
const voiding = (target: object, grant_id = 'g1', key?: string) =>
  app().says('VoidTopUp', { ...target, grant_id, reason: 'by mistake' }, key);

const KINDS = [
  [
    'a wallet',
    walletOfAda,
    async () => {
      await app().wallet();
      await app().call('AddCredits', { ...walletOfAda, credits: '200', origin: 'free' });
    },
  ],
  ['a credit balance', tokensOfAda, () => app().balance('100')],
] as const;

describe.each(KINDS)('voiding a top-up of %s', (_, target, open) => {
  it('takes back what is left of it, and shows among the movements', async () => {
    await open();
    const first = await voiding(target, 'g1', 'key-1');
    expect(first).toMatchObject({ answer: { voided: '100', balance: { booked: '0', grants: [] } } });
    expect(await voiding(target, 'g1', 'key-1')).toEqual({ ...first, replayed: true });
    expect(
      rows(await app().call('ListMovements', { ...target, types: ['top_up_voided'] }), 'movements', 'amount', 'grant_id', 'reason'),
    ).toEqual([['-100', 'g1', 'by mistake']]);
  });

  it('is refused whole while any of it is held, works while paused, and not twice', async () => {
    await open();
    const { hold } = await app().call('PlaceHold', { ...target, amount: '1' });
    expect(await voiding(target)).toEqual({ refused: 'grant_held' });
    await app().call('ReleaseHold', { ...target, hold_id: (hold as { hold_id: string }).hold_id });
    await app().call('credit_product_id' in target ? 'PauseCreditBalance' : 'PauseWallet', target);
    expect(await voiding(target)).toMatchObject({ answer: { voided: '100' } });
    expect(await voiding(target)).toEqual({ refused: 'nothing_to_void' });
    expect(await voiding(target, 'g2')).toEqual({ refused: 'grant_not_found' });
  });
});

it('voiding needs a grant and a reason', async () => {
  expect(await app().says('VoidTopUp', walletOfAda)).toEqual({ invalid: ['grant_id is missing or empty', 'reason is missing or empty'] });
  expect(await voiding(walletOfAda)).toEqual({ refused: 'customer_not_found' });
});
