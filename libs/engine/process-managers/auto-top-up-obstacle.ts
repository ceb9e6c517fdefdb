/** What stands in the way of a purchase by auto top-up before one is asked for: none of it is a failure of a payment. */
import { type Ledger } from '@drawdown/engine/event-store';
import { loadSettings } from '@drawdown/engine/commands';
import { priceInForce } from '@drawdown/domain/settings';
import type { Instant } from '@drawdown/domain/amounts';
import type { Obstacle } from '@drawdown/domain/auto-top-up';
import { type Balance, PENDING_PURCHASES_MAX } from '@drawdown/domain/balance';

/** Looks at the customer's wallet as it is now. What changes after this is found when the purchase is started, and withdraws the request. */
export async function obstacleTo(
  reader: { readonly ledger: Pick<Ledger, 'load' | 'reload'> },
  { status, currency, purchases }: Balance,
  at: Instant,
): Promise<Obstacle | undefined> {
  // Nobody can use what would be bought.
  if (status === 'paused') return 'wallet_paused';
  const settings = await loadSettings(reader);
  if (!settings.enabled) return 'wallets_disabled';
  if (currency !== undefined && !priceInForce(settings, currency, at)) return 'no_credit_price';
  return (purchases?.pending.length ?? 0) >= PENDING_PURCHASES_MAX ? 'too_many_purchases' : undefined;
}
