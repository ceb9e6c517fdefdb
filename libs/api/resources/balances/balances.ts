/** Questions about wallets and credit balances. */
import type { Balance as BalanceMessage } from '@drawdown/api/contract';
import { formatAmount, formatInstant, minus, ZERO } from '@drawdown/domain/amounts';
import { balanceAt, streamNames } from '@drawdown/engine/read-models';
import type { Balance } from '@drawdown/domain/balance';
import { idsOf, streams } from '@drawdown/engine/event-store';
import { knownAt } from './as-of';
import { balanceMessage } from './balance-message';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import { loadSettings, readFresh, requireCustomer } from '@drawdown/engine/commands';
import type { Context, Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { readAtLeast } from '../request/read-at-least';
import { type BalanceTarget, besideOf, creditBalanceOf, readBalance, walletOf } from './balance-target';

export const balanceOperations = (parts: ApiParts): Pick<Handlers, 'GetBalance' | 'ListBalances' | 'CanSpend'> => ({
  async GetBalance(request, context) {
    const now = parts.clock();
    const { target, wanted, at } = readRequest(request, (from) => {
      const at = from.optionalInstant('at');
      if (at !== undefined && at > now) from.violation('at', 'has not come yet', 'leave it out to ask about now');
      return { target: readBalance(from), wanted: from.revision('min_revision'), at };
    });
    const present = await requireBalance(parts, target, wanted, context);
    const { state, revision } = at === undefined ? present : await knownAt(parts, target, at);
    if (revision < 0) throw new Refused({ code: 'balance_not_found' });
    // The time is read after the wait for a revision, so that it is never before the events of the answer.
    const moment = at ?? parts.clock();
    const balance = balanceMessage(state, revision, moment, await besideOf(parts, target, state, moment));
    return { revision, as_of: formatInstant(moment), balance };
  },

  async ListBalances(request) {
    const customerId = readRequest(request, (from) => from.customerId());
    await requireCustomer(parts, customerId);
    while (parts.ledger.busy) await parts.ledger.busy;
    await parts.projector.save();
    const at = parts.clock();
    const targets = [walletOf(customerId)];
    for await (const stream of streamNames(parts, streams.creditBalancesOf(customerId)))
      targets.push(creditBalanceOf(customerId, idsOf(stream)[1] ?? ''));
    const balances: BalanceMessage[] = [];
    for (const target of targets) {
      const { state, revision } = await parts.ledger.load(target.aggregate, target.stream);
      if (revision >= 0) balances.push(balanceMessage(state, revision, at, await besideOf(parts, target, state, at)));
    }
    return { balances, as_of: formatInstant(at) };
  },

  async CanSpend(request, context) {
    const { target, wanted, amount } = readRequest(request, (from) => ({
      target: readBalance(from),
      wanted: from.revision('min_revision'),
      amount: from.amount('amount', { above: ZERO }),
    }));
    const { state, revision } = await requireBalance(parts, target, wanted, context);
    const at = parts.clock();
    const { available } = balanceAt(state, at);
    const shortfall = amount > available ? minus(amount, available) : ZERO;
    const reason = (await obstacle(parts, target, state)) ?? (shortfall > ZERO ? 'insufficient_credits' : '');
    return {
      can_spend: reason === '',
      reason,
      available: formatAmount(available),
      shortfall: formatAmount(shortfall),
      revision,
      as_of: formatInstant(at),
    };
  },
});

/** The balance as it is now. @throws Refused customer_not_found, balance_not_found; RevisionNotReached */
export async function requireBalance(
  parts: ApiParts,
  { customerId, aggregate, stream }: BalanceTarget,
  wanted: number | undefined,
  context: Pick<Context, 'signal'>,
): Promise<{ readonly state: Balance; readonly revision: number }> {
  const found = await readAtLeast(parts.ledger, aggregate, stream, wanted, context);
  if (found.revision >= 0) return found;
  await requireCustomer(parts, customerId);
  return readFresh(parts.ledger, aggregate, stream, (known) => {
    if (known.revision < 0) throw new Refused({ code: 'balance_not_found' });
    return known;
  });
}

/** The reason why nothing can be spent, with the code of the refusal of a debit. */
async function obstacle(parts: ApiParts, { creditProductId }: BalanceTarget, { status }: Balance): Promise<string | undefined> {
  if (status === 'closed') return 'balance_closed';
  if (status === 'paused') return 'balance_paused';
  return creditProductId === undefined && !(await loadSettings(parts)).enabled ? 'wallets_disabled' : undefined;
}
