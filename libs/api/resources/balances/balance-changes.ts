/** Changes that wallets and credit balances share. Each of them makes one operation for each kind. */
import { optional } from '@drawdown/domain/decider';
import { formatAmount } from '@drawdown/domain/amounts';
import { readLimits } from './balance-message';
import { expectEvent } from '@drawdown/engine/commands';
import { type Fields, readRequest } from '../request/fields';
import { REASON_LENGTH_MAX } from '../top-ups/grant-request';
import type { Handler } from '../operation';
import type { RequestOf } from '@drawdown/api/contract';
import type { ApiParts } from '../parts';
import { type BalanceTarget, changeBalance } from './balance-target';

// Requests about a wallet are those about a credit balance without the credit product.
type ReadTarget<Request extends object> = (from: Fields<Request>) => BalanceTarget;

export const pausing =
  (parts: ApiParts, readTarget: ReadTarget<RequestOf<'PauseCreditBalance'>>, type: 'Pause' | 'Resume'): Handler<'PauseCreditBalance'> =>
  async (request, context) => {
    const { target, reason } = readRequest(request, (from) => ({
      target: readTarget(from),
      reason: optional('reason', from.optionalText('reason', REASON_LENGTH_MAX)),
    }));
    const { revision, balance } = await changeBalance(parts, context, target, (at) => ({ type, at, ...reason }));
    return { revision, balance };
  };

export const closing =
  (parts: ApiParts, readTarget: ReadTarget<RequestOf<'CloseCreditBalance'>>): Handler<'CloseCreditBalance'> =>
  async (request, context) => {
    const { target, reason } = readRequest(request, (from) => ({
      target: readTarget(from),
      reason: from.text('reason', REASON_LENGTH_MAX),
    }));
    const { events, revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'Close', at, reason }));
    return { revision, balance, residual: formatAmount(expectEvent(events, 'Closed').amount) };
  };

export const settingLimits =
  (parts: ApiParts, readTarget: ReadTarget<RequestOf<'SetCreditBalanceLimits'>>): Handler<'SetCreditBalanceLimits'> =>
  async (request, context) => {
    const { target, limits } = readRequest(request, (from) => ({ target: readTarget(from), limits: readLimits(from) }));
    const { revision, balance } = await changeBalance(parts, context, target, (at) => ({ type: 'SetLimits', at, limits }));
    return { revision, balance };
  };
