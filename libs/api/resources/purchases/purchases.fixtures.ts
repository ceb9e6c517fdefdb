/** A payment provider with a page, for tests: it asks nobody, and does what the test says. A double, named so in what it answers. */
import type { Instant } from '@drawdown/domain/amounts';
import {
  type IncomingNotice,
  type PaymentNotification,
  type PaymentProvider,
  PaymentProviderUnavailable,
  type PurchaseToStart,
  type StartOutcome,
} from '@drawdown/engine/payments';

export class PageDouble implements PaymentProvider {
  readonly name = 'stripe';
  /** Every request that it got. */
  readonly asked: PurchaseToStart[] = [];
  /** The results of the next starts. After them, every start gets a page. */
  readonly next: (StartOutcome | 'down')[] = [];
  /** The content of every notification. */
  notification: PaymentNotification = { outcome: 'ignored', detail: 'the double got no notification' };

  start(purchase: PurchaseToStart): Promise<StartOutcome> {
    this.asked.push(purchase);
    const outcome = this.next.shift();
    if (outcome === 'down') return Promise.reject(new PaymentProviderUnavailable('the double is down'));
    const id = `page-${purchase.customerId}-${purchase.purchaseId}`;
    return Promise.resolve(outcome ?? { outcome: 'started', reference: id, checkoutUrl: `https://double.example/${id}` });
  }

  readNotice(notification: IncomingNotice): PaymentNotification {
    this.received.push(notification);
    return this.notification;
  }
  readonly received: IncomingNotice[] = [];

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const about = (purchaseId: string, eventId: string, at: Instant, reference = 'cs_1') =>
  ({ provider: 'stripe', eventId, purchaseId, customerId: 'ada', reference, happenedAt: at }) as const;
