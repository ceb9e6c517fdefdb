/** Reports over the whole ledger. One is made at a time: each reads every wallet's stream. */
import type { CurrencyLiability as CurrencyLiabilityMessage, Liability as LiabilityMessage } from '@drawdown/api/contract';
import { formatAmount, formatInstant, type Instant } from '@drawdown/domain/amounts';
import { type CurrencyLiability, type Liability, LiabilityReport, streamNames } from '@drawdown/engine/read-models';
import { readEvent } from '@drawdown/domain/decider';
import { eachOrigin, wallet } from '@drawdown/domain/balance';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import type { ApiParts } from '../parts';

const EVENTS_PER_READ = 500;

export function reportOperations(parts: ApiParts): Pick<Handlers, 'GetLiabilityReport'> {
  let before: Promise<unknown> = Promise.resolve();
  return {
    async GetLiabilityReport(request, context) {
      const now = parts.clock();
      const asOf = readRequest(request, (from) => {
        const at = from.optionalInstant('at');
        if (at !== undefined && at > now) from.violation('at', 'has not come yet', 'leave it out to ask about now');
        return at ?? now;
      });
      const mine = before.then(() => liabilityAt(parts, asOf, context));
      before = mine.catch(() => undefined);
      const report = await mine;
      return { as_of: formatInstant(asOf), currencies: report.perCurrency().map(currencyMessage) };
    },
  };
}

/** Reads one stream after another, a page of events at a time. It holds the grants of one wallet in memory. */
async function liabilityAt(parts: ApiParts, asOf: Instant, { signal }: Context): Promise<LiabilityReport> {
  const report = new LiabilityReport(asOf);
  // Every wallet that there was when the question was asked.
  while (parts.ledger.busy) await parts.ledger.busy;
  await parts.projector.save();
  for await (const stream of streamNames(parts, `${wallet.category}-`)) {
    await addStream(parts, report, stream, signal);
    report.finish(stream);
  }
  return report;
}

/** @throws AbortError nobody waits for the report any longer */
async function addStream({ log }: ApiParts, report: LiabilityReport, stream: string, signal: AbortSignal): Promise<void> {
  for (let from = 0; ;) {
    if (signal.aborted) throw new DOMException('the caller went away', 'AbortError');
    const events = await log.readStream(stream, { from, limit: EVENTS_PER_READ });
    for (const recorded of events) {
      const event = readEvent(wallet, recorded.type, recorded.data);
      report.add(stream, event);
      if (event.at > report.asOf) return;
      from = recorded.revision + 1;
    }
    if (events.length === 0) return;
  }
}

const currencyMessage = (liability: CurrencyLiability): CurrencyLiabilityMessage => ({
  currency: liability.currency,
  wallets: liability.wallets,
  ...eachOrigin((origin) => liabilityMessage(liability[origin])),
});

const liabilityMessage = (liability: Liability): LiabilityMessage => ({
  granted: formatAmount(liability.granted),
  returned: formatAmount(liability.returned),
  consumed: formatAmount(liability.consumed),
  captured: formatAmount(liability.captured),
  deducted: formatAmount(liability.deducted),
  paid_to_invoices: formatAmount(liability.paidToInvoices),
  expired: formatAmount(liability.expired),
  voided: formatAmount(liability.voided),
  closed: formatAmount(liability.closed),
  outstanding: formatAmount(liability.outstanding),
  expired_unposted: formatAmount(liability.expiredUnposted),
});
