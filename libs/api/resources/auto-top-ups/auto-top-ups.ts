/** Auto top-ups of wallets: set, read with their decisions, turned off, resumed. `AutoTopUpRunner` carries them out. */
import type { RequestOf, ResponseOf } from '@drawdown/api/contract';
import { autoTopUp, type AutoTopUpCommand } from '@drawdown/domain/auto-top-up';
import { formatInstant, type Instant } from '@drawdown/domain/amounts';
import { readEvent, optional } from '@drawdown/domain/decider';
import { streams } from '@drawdown/engine/event-store';
import { wallet } from '@drawdown/domain/balance';
import { autoTopUpMessage, decisionMessage, readPolicy } from './auto-top-up-message';
import { carryOut, readFresh, requireCustomer } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { type Fields, readRequest } from '../request/fields';
import { REASON_LENGTH_MAX } from '../top-ups/grant-request';
import type { Context, Handlers } from '../operation';
import { pageStart, pageToken } from '../request/pages';
import type { ApiParts } from '../parts';
import { readAtLeast } from '../request/read-at-least';

type AutoTopUpHandlers = Pick<Handlers, 'SetAutoTopUp' | 'GetAutoTopUp' | 'DisableAutoTopUp' | 'ResumeAutoTopUp'>;

export const autoTopUpOperations = (parts: ApiParts): AutoTopUpHandlers => ({
  async SetAutoTopUp(request, context) {
    const { customerId, policy } = readRequest(request, (from) => {
      if (!from.has('policy')) from.violation('policy', 'is missing', 'send it');
      return { customerId: from.customerId(), policy: from.within('policy', readPolicy) };
    });
    return change(parts, context, customerId, async (at) => {
      const { currency } = await requireCustomer(parts, customerId);
      await readFresh(parts.ledger, wallet, streams.wallet(customerId), ({ state }) => {
        if (state.status === 'none') throw new Refused({ code: 'balance_not_found' });
        if (state.status === 'closed') throw new Refused({ code: 'balance_closed' });
      });
      // It was read: a request without one has been answered.
      return { type: 'Configure', at, customerId, currency, policy: policy! };
    });
  },

  async GetAutoTopUp(request, context) {
    const { customerId, wanted, page } = readRequest(request, (from) => ({
      customerId: from.customerId(),
      wanted: from.revision('min_revision'),
      page: from.page(),
    }));
    const stream = streams.autoTopUp(customerId);
    await readAtLeast(parts.ledger, autoTopUp, stream, wanted, context);
    const { state, revision } = await readFresh(parts.ledger, autoTopUp, stream, async (known) => {
      if (known.revision >= 0) return known;
      await requireCustomer(parts, customerId);
      throw new Refused({ code: 'auto_top_up_not_configured' });
    });
    const list = JSON.stringify(['decisions', stream]);
    const from = pageStart(list, page, revision);
    const events = await parts.log.readStream(stream, { direction: 'backwards', from, limit: page.size });
    const last = events.at(-1)?.revision ?? 0;
    const at = parts.clock();
    return {
      revision,
      as_of: formatInstant(at),
      auto_top_up: autoTopUpMessage(state, at),
      decisions: events.map((event) => decisionMessage(readEvent(autoTopUp, event.type, event.data), event.revision)),
      next_page_token: last > 0 ? pageToken(list, String(last - 1)) : '',
    };
  },

  async DisableAutoTopUp(request, context) {
    const { customerId, reason } = readRequest(request, byAPerson);
    return change(parts, context, customerId, (at) => ({ type: 'Disable', at, ...reason }));
  },

  async ResumeAutoTopUp(request, context) {
    const { customerId, reason } = readRequest(request, byAPerson);
    return change(parts, context, customerId, (at) => ({ type: 'Resume', at, ...reason }));
  },
});

const byAPerson = (from: Fields<RequestOf<'ResumeAutoTopUp'>>) => ({
  customerId: from.customerId(),
  reason: optional('reason', from.optionalText('reason', REASON_LENGTH_MAX)),
});

async function change(
  parts: ApiParts,
  context: Context,
  customerId: string,
  command: (at: Instant) => AutoTopUpCommand | Promise<AutoTopUpCommand>,
): Promise<ResponseOf<'SetAutoTopUp'>> {
  const done = await carryOut(parts, context, autoTopUp, streams.autoTopUp(customerId), async (at) => {
    await requireCustomer(parts, customerId);
    return command(at);
  });
  return { revision: done.revision, auto_top_up: autoTopUpMessage(done.state, done.at) };
}
