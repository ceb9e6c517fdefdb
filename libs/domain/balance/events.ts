/**
 * The events of a balance, by journey. Type names and field names are stored forever: add, never rename.
 * Every event carries the figures after it, so a projection is a copy and not a sum.
 */
import type { shape } from '@drawdown/domain/decider';
import { expiryEvents, grantEvents } from './grants/grants.events';
import { holdEvents } from './holds/holds.events';
import { invoiceEvents } from './invoices/invoices.events';
import { lifecycleEvents } from './lifecycle/lifecycle.events';
import { limitEvents } from './limits/limits.events';
import { purchaseEvents } from './purchases/purchases.events';
import { usageEvents } from './usage/usage.events';

export const balanceEvents = {
  ...lifecycleEvents,
  ...grantEvents,
  ...expiryEvents,
  ...usageEvents,
  ...invoiceEvents,
  ...purchaseEvents,
  ...holdEvents,
  ...limitEvents,
} as const;

export type BalanceEvent = {
  [T in keyof typeof balanceEvents]: { readonly type: T } & shape.TypeOf<(typeof balanceEvents)[T]>;
}[keyof typeof balanceEvents];

export type EventOf<T extends BalanceEvent['type']> = Extract<BalanceEvent, { type: T }>;
/** The events of one journey, by its record of shapes. */
export type EventsOf<Shapes extends Partial<typeof balanceEvents>> = EventOf<keyof Shapes & BalanceEvent['type']>;
