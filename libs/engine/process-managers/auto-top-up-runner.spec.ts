import { autoTopUp } from '@drawdown/domain/auto-top-up';
import { PENDING_PURCHASES_MAX, wallet } from '@drawdown/domain/balance';
import { freshApplication, HOUR_MS, NOON, walletOfAda } from '../../api/resources/application.fixtures';
import { obstacleTo } from './auto-top-up-obstacle';
import { ADA, anotherProcess, confirm, eager, lively, set } from '../../api/resources/auto-top-ups/auto-top-up.fixtures';

const app = freshApplication();
const living = lively(app);
const fail = { ...walletOfAda, purchase_id: 'p1', code: 'declined' };

/** Decided and started by this process; nobody follows yet. */
async function started(): Promise<void> {
  const runner = living().runner();
  await living().attend(runner);
  await living().attend(runner);
  expect((await living().decisions()).slice(-2)).toEqual(['requested', 'started']);
}
/** Everything that has happened is carried out by one that follows from the beginning; what is due is left. */
async function followed(): Promise<void> {
  const runner = living().runner();
  await runner.start();
  await runner.through(await app().parts.log.head());
  await runner.stop();
}

describe('a process that has not heard of what others appended last', () => {
  it('decides on the wallet as it is, and asks for one need once', async () => {
    await app().call('SetAutoTopUp', eager);
    const behind = anotherProcess(app());
    await behind.ledger.load(wallet, 'wallet-ada');
    await started();
    await app().call('ConfirmPurchase', confirm('p1'));
    await followed();
    await living().attend(living().runner(behind));
    expect((await living().decisions()).slice(-2)).toEqual(['succeeded', 'skipped not_needed']);
  });

  it('decides again on the wallet of then when others were first', async () => {
    await app().call('SetAutoTopUp', eager);
    const behind = anotherProcess(app());
    const { ledger } = behind;
    const reload = ledger.reload.bind(ledger);
    const overtaken = jest.spyOn(ledger, 'reload').mockImplementation(async (aggregate, stream) => {
      const known = await reload(aggregate, stream);
      if (stream !== 'wallet-ada') return known;
      overtaken.mockRestore();
      await started();
      await app().call('ConfirmPurchase', confirm('p1'));
      await followed();
      return known;
    });
    await living().attend(living().runner(behind));
    expect((await living().decisions()).slice(-2)).toEqual(['succeeded', 'skipped not_needed']);
    expect(await living().purchases()).toHaveLength(1);
  });

  it('records the outcome of what others have started', async () => {
    await app().call('SetAutoTopUp', eager);
    const behind = anotherProcess(app());
    await behind.ledger.load(autoTopUp, ADA);
    await started();
    await app().call('ConfirmPurchase', confirm('p1'));
    const runner = living().runner(behind);
    await runner.start();
    await runner.through(await app().parts.log.head());
    expect((await living().decisions()).at(-1)).toBe('succeeded');
  });

  it('knows whose money was flagged', async () => {
    await app().call('SetAutoTopUp', eager);
    const behind = anotherProcess(app());
    await behind.ledger.load(wallet, 'wallet-ada');
    await living().crashedInTheGap();
    await app().says('ConfirmPurchase', confirm('p1', '19'));
    const runner = living().runner(behind);
    await runner.start();
    await runner.through(await app().parts.log.head());
    expect((await living().decisions()).at(-1)).toBe('suspended purchase_flagged: other_amount');
  });

  it.each([
    ['succeeded', 'ConfirmPurchase', confirm('p1')],
    ['declined declined', 'FailPurchase', fail],
  ] as const)('records that it has %s where it does not even know that there is one', async (outcome, operation, notification) => {
    const runner = living().runner(anotherProcess(app()));
    await runner.start();
    await app().call('SetAutoTopUp', eager);
    await started();
    await app().call(operation, notification);
    await runner.through(await app().parts.log.head());
    expect((await living().decisions()).at(-1)).toBe(outcome);
  });
});

describe('a crash between the purchase and telling that it was started', () => {
  beforeEach(async () => {
    await app().call('SetAutoTopUp', set);
    await living().crashedInTheGap();
  });
  const goesOn = async (): Promise<string[]> => {
    await living().alive();
    await living().settled();
    expect(await living().purchases()).toHaveLength(1);
    return living().decisions();
  };

  it('loses no payment', async () => {
    await app().call('ConfirmPurchase', confirm('p1'));
    expect((await goesOn()).slice(-2)).toEqual(['started', 'succeeded']);
  });
  it('loses no failure', async () => {
    await app().call('FailPurchase', fail);
    expect((await goesOn()).slice(-2)).toEqual(['started', 'declined failed']);
  });
  it('loses no end', async () => {
    app().pass(3 * 24 * HOUR_MS);
    await living().sweptWallets();
    expect((await goesOn()).slice(-2)).toEqual(['started', 'expired']);
  });
  it('loses no money that was flagged: nothing more is asked for', async () => {
    expect(await app().says('ConfirmPurchase', confirm('p1', '19'))).toEqual({ refused: 'purchase_flagged' });
    expect((await goesOn()).slice(-2)).toEqual(['suspended purchase_flagged: other_amount', 'started']);
  });
  it('loses no second payment that was flagged after the first', async () => {
    await app().call('ConfirmPurchase', confirm('p1'));
    expect(await app().says('ConfirmPurchase', confirm('p1', '20', 'another'))).toEqual({ refused: 'purchase_flagged' });
    expect((await goesOn()).slice(-3)).toEqual(['suspended purchase_flagged: already_succeeded', 'started', 'succeeded']);
  });
  it('takes the flag of somebody else for no business of its own', async () => {
    await app().call('StartPurchase', { ...walletOfAda, provider: 'manual', amount: '1' });
    await app().says('ConfirmPurchase', confirm('p2', '2'));
    await living().alive();
    await living().settled();
    expect((await living().decisions()).slice(-2)).toEqual(['requested', 'started']);
  });
});

it('a purchase that its provider refuses is declined: there is one, and it counts', async () => {
  jest
    .spyOn(app().payments[0]!, 'start')
    .mockResolvedValue({ outcome: 'refused', reason: 'amount_too_small', detail: 'below what is taken' });
  await app().call('SetAutoTopUp', { ...eager, policy: { ...eager.policy, maximum_count: 1 } });
  await living().alive();
  await living().settled();
  expect((await living().decisions()).slice(-2)).toEqual(['requested', 'declined amount_too_small']);
  expect(await living().phase()).toBe('backing_off');
  await living().passed(HOUR_MS);
  expect((await living().decisions()).at(-1)).toBe('skipped maximum_count');
});

describe('what stands in the way of a purchase is no failure of a payment', () => {
  it('of the account: it waits until it is gone, however long, and is looked at every hour', async () => {
    await app().call('SetAutoTopUp', eager);
    await app().call('UpdateSettings', { enabled: false });
    await living().alive();
    await living().settled();
    for (let i = 0; i < 6; i += 1) await living().passed(HOUR_MS);
    expect(await living().decisions()).toEqual(['configured', ...Array.from({ length: 7 }, () => 'skipped wallets_disabled')]);
    expect(await living().phase()).toBe('ready');
    await app().call('UpdateSettings', { enabled: true });
    await living().passed(HOUR_MS);
    expect((await living().decisions()).slice(-2)).toEqual(['requested', 'started']);
  });

  it('of the account, after the decision: the request is withdrawn, and asked for later', async () => {
    await app().call('SetAutoTopUp', { ...set, policy: { ...set.policy, maximum_money: '20', maximum_count: 1 } });
    const runner = living().runner();
    await living().attend(runner);
    await app().call('UpdateSettings', { enabled: false });
    await living().attend(runner);
    expect((await living().decisions()).slice(-2)).toEqual(['requested', 'withdrawn wallets_disabled']);
    await app().call('UpdateSettings', { enabled: true });
    await living().alive();
    await living().passed(HOUR_MS);
    expect((await living().decisions()).slice(-2)).toEqual(['requested', 'started']);
  });

  it('of the wallet: a paused one is asked nothing for until it is resumed', async () => {
    await living().alive();
    await app().call('PauseWallet', { ...walletOfAda, reason: 'fraud' });
    await living().call('SetAutoTopUp', set);
    await living().passed(30 * 24 * HOUR_MS);
    expect(await living().decisions()).toEqual(['configured', 'skipped wallet_paused']);
    await living().call('ResumeWallet', { ...walletOfAda, reason: 'solved' });
    expect((await living().decisions()).slice(-2)).toEqual(['requested', 'started']);
  });

  it('is said of purchases that are pending, and of prices that are missing', async () => {
    const open = { ...wallet.decider.initial, status: 'open', currency: 'EUR' } as const;
    expect(await obstacleTo(app().parts, open, NOON)).toBeUndefined();
    expect(await obstacleTo(app().parts, { ...open, currency: 'USD' }, NOON)).toBe('no_credit_price');
    for (let i = 0; i < PENDING_PURCHASES_MAX; i += 1) {
      const { state } = await app().parts.ledger.load(wallet, 'wallet-ada');
      expect(await obstacleTo(app().parts, state, NOON)).toBeUndefined();
      await app().call('StartPurchase', { ...walletOfAda, provider: 'manual', amount: '1' });
    }
    const { state } = await app().parts.ledger.load(wallet, 'wallet-ada');
    expect(await obstacleTo(app().parts, state, NOON)).toBe('too_many_purchases');
  });
});

it('the key of a purchase is none that a caller can use up', async () => {
  await app().call('AddCredits', { ...walletOfAda, credits: '1', origin: 'free' }, 'auto-top-up-a1');
  await app().call('SetAutoTopUp', set);
  await started();
});
