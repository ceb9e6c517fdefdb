/** Watching a balance: the present figures, then the latest ones after every change. A slow reader misses what lies between. */
import type { RequestOf, ResponseOf } from '@drawdown/api/contract';
import { formatInstant } from '@drawdown/domain/amounts';
import { balanceMessage } from './balance-message';
import { requireBalance } from './balances';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import type { ApiParts } from '../parts';
import { besideOf, readBalance } from './balance-target';

export const watchOperations = (parts: ApiParts): Pick<Handlers, 'WatchBalance'> => ({
  WatchBalance: (request, context) => watch(parts, request, context),
});

async function* watch(parts: ApiParts, request: RequestOf<'WatchBalance'>, context: Context): AsyncGenerator<ResponseOf<'WatchBalance'>> {
  const { target, after } = readRequest(request, (from) => ({ target: readBalance(from), after: from.revision('after_revision', -1) }));
  const { signal } = context;
  const bell = new Bell();
  // Followed before it is read, so that no change falls between the two.
  const unfollow = parts.ledger.states.followStream(target.stream, bell.ring);
  signal.addEventListener('abort', bell.ring);
  try {
    // A revision that the caller cannot have seen yet is waited for no longer than by any read.
    for (let sent = after ?? -1, wanted = after; !signal.aborted; wanted = undefined) {
      const { state, revision } = await requireBalance(parts, target, wanted, context);
      if (revision <= sent) {
        await bell.rung();
        continue;
      }
      sent = revision;
      const at = parts.clock();
      const balance = balanceMessage(state, revision, at, await besideOf(parts, target, state, at));
      yield { revision, as_of: formatInstant(at), balance };
    }
  } finally {
    unfollow();
    signal.removeEventListener('abort', bell.ring);
  }
}

/** Remembers that it was rung until somebody asks; ringing twice is ringing once. */
class Bell {
  private waiting: (() => void) | undefined;
  private rang = false;

  readonly ring = (): void => {
    this.rang = true;
    this.waiting?.();
  };

  async rung(): Promise<void> {
    if (!this.rang) await new Promise<void>((resolve) => (this.waiting = resolve));
    this.waiting = undefined;
    this.rang = false;
  }
}
