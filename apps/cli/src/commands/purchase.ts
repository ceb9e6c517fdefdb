import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { collect, pairs, wholeNumber } from '../option-values';
import { within } from '../rendering/fields';
import { purchaseCard, purchasesTable, startedCard, notificationCard } from '../rendering/purchases';
import { paged, pageOf, type PageOptions } from './options/paging';

interface StartOptions {
  readonly provider: string;
  readonly credits?: string;
  readonly amount?: string;
  readonly by?: string;
  readonly expiresAt?: string;
  readonly paidUrl?: string;
  readonly cancelledUrl?: string;
  readonly priority?: number;
  readonly grantExpiresAt?: string;
  readonly metadata?: readonly string[];
}

interface ConfirmOptions {
  readonly paymentId: string;
  readonly eventId?: string;
}

interface FailOptions {
  readonly reason?: string;
  readonly eventId?: string;
}

const PRIORITY_MAX = 255;

export function purchaseCommands(program: Command, runner: Runner): void {
  const purchase = program.command('purchase').description('credits of a wallet that are there once their money is');
  purchase
    .command('start')
    .description('ask a payment provider for the money; send it again with the same key when it is down')
    .argument('<customer>')
    .requiredOption('--provider <name>', 'manual, or stripe')
    .option('--credits <n>', 'the number of credits; or')
    .option('--amount <money>', 'the amount, in whole minor units')
    .option(
      '--by <who>',
      'staff, or portal: then within what the settings allow customers, without a priority or times of its own; default staff',
    )
    .option('--expires-at <time>', 'nobody waits for the money from then on; RFC 3339')
    .option('--paid-url <url>', "where the provider's page leads after the payment")
    .option('--cancelled-url <url>', 'the page for a customer who turns back')
    .option('--priority <n>', `of the grant: lower is used first, 0 to ${PRIORITY_MAX}; default 100`, wholeNumber(0, PRIORITY_MAX))
    .option('--grant-expires-at <time>', 'the grant covers usage before then; RFC 3339')
    .option('--metadata <name=value>', 'your own notes; repeatable', collect)
    .action(
      runner.run<StartOptions>(async (call, [customer], options) => {
        const { provider, by, priority, credits, amount, expiresAt, paidUrl, cancelledUrl, grantExpiresAt, metadata } = options;
        if ((credits === undefined) === (amount === undefined)) throw wrongUsage('purchase start: give either --credits or --amount');
        const request = {
          customer_id: customer,
          provider,
          by,
          priority,
          credits,
          amount,
          expires_at: expiresAt,
          paid_url: paidUrl,
          cancelled_url: cancelledUrl,
          grant_expires_at: grantExpiresAt,
          metadata: metadata && pairs('--metadata', metadata),
        };
        call.answer(await call.service.call('StartPurchase', request), startedCard);
      }),
    );
  purchase
    .command('get')
    .description('its status and every notification about it')
    .argument('<customer>')
    .argument('<purchase>')
    .action(
      runner.run(async (call, [customer, id]) =>
        call.answer(await call.service.call('GetPurchase', { customer_id: customer, purchase_id: id }), (answer) =>
          purchaseCard(within(answer, 'purchase')),
        ),
      ),
    );
  paged(purchase.command('list').description('the newest first').argument('<customer>')).action(
    runner.run<PageOptions>(async (call, [customer], options) =>
      call.answer(await call.service.call('ListPurchases', { customer_id: customer, ...pageOf(options) }), purchasesTable),
    ),
  );
  purchase
    .command('confirm')
    .description('say that money was paid for a purchase by the provider manual; other money than was asked for is flagged, not credited')
    .argument('<customer>')
    .argument('<purchase>')
    .argument('<amount>', 'the paid amount')
    .argument('<currency>', 'the currency of the payment')
    .requiredOption('--payment-id <text>', 'the payment, as you know it: a transfer, a receipt')
    .option('--event-id <text>', 'your own id of this event: it counts once, however often you send it')
    .action(
      runner.run<ConfirmOptions>(async (call, [customer, id, amount, currency], { paymentId, eventId }) => {
        const request = { customer_id: customer, purchase_id: id, amount, currency, payment_id: paymentId, event_id: eventId };
        call.answer(await call.service.call('ConfirmPurchase', request), notificationCard);
      }),
    );
  purchase
    .command('fail')
    .description('say that no money will come, or give it up')
    .argument('<customer>')
    .argument('<purchase>')
    .argument('<code>', 'why, in one word such as declined')
    .option('--reason <text>', 'for people')
    .option('--event-id <text>', 'your own id of this event: it counts once, however often you send it')
    .action(
      runner.run<FailOptions>(async (call, [customer, id, code], { reason, eventId }) =>
        call.answer(
          await call.service.call('FailPurchase', { customer_id: customer, purchase_id: id, code, reason, event_id: eventId }),
          notificationCard,
        ),
      ),
    );
}
