/** What is refused about purchases before the wallet decides. */
import type { PortalPurchaseRefusal } from '@drawdown/domain/settings';
import { type AccountRefusal, CommandRefused } from '@drawdown/engine/commands';
import type { PaymentProvider } from './payment-provider';

type UnknownProvider = { readonly code: 'payment_provider_not_set_up'; readonly provider: string; readonly known: string };
/** Recorded: the purchase has failed. */
export type ProviderRefusal = {
  readonly code: 'purchase_refused_by_provider';
  readonly purchaseId: string;
  readonly reason: string;
  readonly detail: string;
};
export type StartRefused = AccountRefusal | PortalPurchaseRefusal | UnknownProvider;
/** The provider has sent this notification before, with other contents. */
export type NotificationConflict = { readonly code: 'payment_event_conflict'; readonly provider: string; readonly eventId: string };
export type PaymentRefusal = PortalPurchaseRefusal | UnknownProvider | ProviderRefusal | NotificationConflict;

/** @throws CommandRefused payment_provider_not_set_up */
export function providerNamed(payments: readonly PaymentProvider[], name: string): PaymentProvider {
  const found = payments.find((provider) => provider.name === name);
  if (found) return found;
  const known = payments.map((provider) => provider.name).join(', ');
  throw new CommandRefused<UnknownProvider>({ code: 'payment_provider_not_set_up', provider: name, known });
}
