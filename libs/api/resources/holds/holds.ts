/** Holds on wallets and credit balances. Disabled wallets take none and capture none; giving back is always possible. */
import { optional } from '@drawdown/domain/decider';
import { formatAmount, ZERO } from '@drawdown/domain/amounts';
import { merged } from '@drawdown/engine/read-models';
import { allocationMessages, endedHoldMessage, holdMessage } from '../balances/balance-message';
import { expectEvent, walletsEnabled } from '@drawdown/engine/commands';
import { type Fields, readRequest } from '../request/fields';
import { REFERENCE_LENGTH_MAX } from '../top-ups/grant-request';
import type { Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { type BalanceTarget, changeBalance, readBalance } from '../balances/balance-target';

/** Digits and a letter: the ledger makes the ids. */
const HOLD_ID_LENGTH_MAX = 32;
const readHoldId = (from: Fields<{ readonly hold_id?: string | undefined }>): string => from.text('hold_id', HOLD_ID_LENGTH_MAX);

export const holdOperations = (parts: ApiParts): Pick<Handlers, 'PlaceHold' | 'CaptureHold' | 'ReleaseHold'> => ({
  async PlaceHold(request, context) {
    const { target, asked } = readRequest(request, (from) => ({
      target: readBalance(from),
      asked: {
        amount: from.amount('amount', { above: ZERO }),
        ...optional('expiresAt', from.optionalInstant('expires_at')),
        ...optional('reference', from.optionalText('reference', REFERENCE_LENGTH_MAX)),
      },
    }));
    const { events, revision, balance } = await changeBalance(parts, context, target, async (at) => {
      await usable(parts, target);
      return { type: 'PlaceHold', at, ...asked };
    });
    const { holdId: id, ...placed } = expectEvent(events, 'HoldPlaced');
    return { revision, balance, hold: holdMessage({ id, ...placed }) };
  },

  async CaptureHold(request, context) {
    const { target, asked } = readRequest(request, (from) => ({
      target: readBalance(from),
      asked: {
        holdId: readHoldId(from),
        amount: from.amount('amount', { above: ZERO }),
        keepOpen: from.flag('keep_open'),
        overrun: from.optionalWord('overrun', ['refuse', 'from_available']) ?? 'refuse',
      },
    }));
    const { events, state, revision, balance } = await changeBalance(parts, context, target, async (at) => {
      await usable(parts, target);
      return { type: 'CaptureHold', at, ...asked };
    });
    const { captured, overrun } = expectEvent(events, 'HoldCaptured');
    const left = state.holds.find(({ id }) => id === asked.holdId);
    return {
      revision,
      balance,
      hold: left ? holdMessage(left) : endedHoldMessage(asked.holdId),
      allocations: allocationMessages(merged([...captured, ...overrun])),
    };
  },

  async ReleaseHold(request, context) {
    const { target, holdId } = readRequest(request, (from) => ({ target: readBalance(from), holdId: readHoldId(from) }));
    const { events, revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'ReleaseHold', at, holdId }));
    return { revision, balance, released: formatAmount(expectEvent(events, 'HoldReleased').amount) };
  },
});

async function usable(parts: ApiParts, { creditProductId }: BalanceTarget): Promise<void> {
  if (creditProductId === undefined) await walletsEnabled(parts);
}
