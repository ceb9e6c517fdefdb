/** Credit balances: units of a credit product that a customer holds. Whether credits may be free is a rule of wallets, not of these. */
import { optional } from '@drawdown/domain/decider';
import { formatInstant, ZERO } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import { idsOf, streams } from '@drawdown/engine/event-store';
import { closing, pausing, settingLimits } from '../balances/balance-changes';
import { allocationMessages, balanceMessage, grantMessage, readOwnLimits } from '../balances/balance-message';
import { expectEvent, requireCustomer } from '@drawdown/engine/commands';
import { readRequest } from '../request/fields';
import { readTerms, REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX, startingGrant } from '../top-ups/grant-request';
import type { Handlers } from '../operation';
import { listDocuments } from '../request/pages';
import type { ApiParts } from '../parts';
import { changeBalance, readCreditBalance, theProduct, unitOf } from '../balances/balance-target';

const BALANCE_NAME_LENGTH_MAX = 128;

type CreditBalanceHandlers = Pick<
  Handlers,
  | 'CreateCreditBalance'
  | 'ListCreditBalances'
  | 'TopUpCreditBalance'
  | 'DeductCredits'
  | 'PauseCreditBalance'
  | 'ResumeCreditBalance'
  | 'CloseCreditBalance'
  | 'SetCreditBalanceLimits'
>;

export const creditBalanceOperations = (parts: ApiParts): CreditBalanceHandlers => ({
  async CreateCreditBalance(request, context) {
    const asked = readRequest(request, (from) => ({
      target: readCreditBalance(from),
      name: from.optionalText('name', BALANCE_NAME_LENGTH_MAX),
      startingBalance: from.optionalAmount('starting_balance', { atLeast: ZERO }) ?? ZERO,
      limits: readOwnLimits(from),
    }));
    const { customerId, creditProductId = '' } = asked.target;
    const { revision, balance } = await changeBalance(parts, context, asked.target, async (at) => {
      const product = await theProduct(parts, creditProductId);
      return {
        type: 'Create',
        at,
        customerId,
        creditProductId,
        // Copied, so that later changes of the product do not reach existing balances.
        name: asked.name ?? product.name,
        limits: asked.limits ?? product.limits,
        ...(asked.startingBalance > ZERO && { startingGrant: startingGrant(asked.startingBalance) }),
      };
    });
    return { revision, balance };
  },

  async ListCreditBalances(request) {
    const { customerId, page } = readRequest(request, (from) => ({ customerId: from.customerId(), page: from.page() }));
    await requireCustomer(parts, customerId);
    const at = parts.clock();
    const { items, next } = await listDocuments(parts, page, {
      prefix: streams.creditBalancesOf(customerId),
      show: async ({ stream }) => {
        const { state, revision } = await parts.ledger.load(creditBalance, stream);
        const creditProductId = idsOf(stream)[1] ?? '';
        return balanceMessage(state, revision, at, await unitOf(parts, { creditProductId }));
      },
    });
    return { balances: items, next_page_token: next, as_of: formatInstant(at) };
  },

  async TopUpCreditBalance(request, context) {
    const { target, grant } = readRequest(request, (from) => {
      const costBasis = from.within('cost_basis', (cost) => ({
        amount: cost.amount('amount', { atLeast: ZERO }),
        currency: cost.currency(),
      }));
      return {
        target: readCreditBalance(from),
        grant: { ...readTerms(from), amount: from.amount('amount', { above: ZERO }), ...optional('costBasis', costBasis) },
      };
    });
    const { events, revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'TopUp', at, grant }));
    const { grant: added } = expectEvent(events, 'ToppedUp');
    return { revision, balance, grant: grantMessage({ ...added, remaining: added.amount, held: ZERO }) };
  },

  async DeductCredits(request, context) {
    const { target, deduction } = readRequest(request, (from) => ({
      target: readCreditBalance(from),
      deduction: {
        amount: from.amount('amount', { above: ZERO }),
        reason: from.text('reason', REASON_LENGTH_MAX),
        ...optional('reference', from.optionalText('reference', REFERENCE_LENGTH_MAX)),
      },
    }));
    const { events, revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'Deduct', at, ...deduction }));
    return { revision, balance, allocations: allocationMessages(expectEvent(events, 'CreditsDeducted').allocation) };
  },

  PauseCreditBalance: pausing(parts, readCreditBalance, 'Pause'),
  ResumeCreditBalance: pausing(parts, readCreditBalance, 'Resume'),
  CloseCreditBalance: closing(parts, readCreditBalance),
  SetCreditBalanceLimits: settingLimits(parts, readCreditBalance),
});
