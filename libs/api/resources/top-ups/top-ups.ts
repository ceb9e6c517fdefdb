/** Voids top-ups of wallets and credit balances. */
import { formatAmount } from '@drawdown/domain/amounts';
import { expectEvent } from '@drawdown/engine/commands';
import { readRequest } from '../request/fields';
import { REASON_LENGTH_MAX } from './grant-request';
import type { Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { changeBalance, readBalance } from '../balances/balance-target';

/** A letter and digits: the ledger makes the ids. */
const GRANT_ID_LENGTH_MAX = 32;

export const topUpOperations = (parts: ApiParts): Pick<Handlers, 'VoidTopUp'> => ({
  async VoidTopUp(request, context) {
    const { target, grantId, reason } = readRequest(request, (from) => ({
      target: readBalance(from),
      grantId: from.text('grant_id', GRANT_ID_LENGTH_MAX),
      reason: from.text('reason', REASON_LENGTH_MAX),
    }));
    const { events, revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'VoidTopUp', at, grantId, reason }));
    return { revision, balance, voided: formatAmount(expectEvent(events, 'TopUpVoided').amount) };
  },
});
