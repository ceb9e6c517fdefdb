/** Paying invoices out of a wallet. */
import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import type { Runner } from '../invocation';
import { balanceCard } from '../rendering/answers';
import { figure, items, text, within } from '../rendering/fields';
import { card } from '../rendering/layout';

interface PayOptions {
  readonly billed?: string;
  readonly currency?: string;
}
interface ReverseOptions {
  readonly amount?: string;
  readonly reason?: string;
  readonly reversalId?: string;
}

export function invoiceCommands(wallet: Command, runner: Runner): void {
  wallet
    .command('pay-invoice')
    .description('pay the largest possible amount and show the amount still due; an invoice is paid once')
    .argument('<customer>')
    .argument('<invoice>', 'your own id of the event')
    .argument('<due>', 'the amount due, such as 49.90')
    .option('--billed <amount>', 'unbilled usage that the invoice bills; default: all, up to the amount due')
    .option('--currency <code>', 'refused when it is not that of the wallet')
    .action(
      runner.run<PayOptions>(async (call, [customer, invoice, due], { billed, currency }) => {
        const request = { customer_id: customer, invoice_id: invoice, due, billed, currency };
        call.answer(await call.service.call('PayInvoice', request), paidText);
      }),
    );
  wallet
    .command('reverse-payment')
    .description('give back a payment to the grants it came from')
    .argument('<customer>')
    .argument('<invoice>')
    .option('--amount <amount>', 'the amount; default: all that is not returned yet')
    .option('--reason <text>', 'for the record')
    .option('--reversal-id <id>', 'your own id, such as that of a credit note: it is carried out once')
    .action(
      runner.run<ReverseOptions>(async (call, [customer, invoice], { amount, reason, reversalId }) => {
        const request = { customer_id: customer, invoice_id: invoice, amount, reason, reversal_id: reversalId };
        call.answer(
          await call.service.call('ReverseInvoicePayment', request),
          (answer) =>
            `Returned: ${text(answer, 'reversed')} (${allocationsOf(answer, 'returned')})\n\n${paymentCard(within(answer, 'payment'))}\n\n${balanceCard(within(answer, 'balance'))}`,
        );
      }),
    );
  wallet
    .command('payment')
    .description('the paid and the returned amount of an invoice')
    .argument('<customer>')
    .argument('<invoice>')
    .action(
      runner.run(async (call, [customer, invoice]) =>
        call.answer(await call.service.call('GetInvoicePayment', { customer_id: customer, invoice_id: invoice }), (answer) =>
          paymentCard(within(answer, 'payment')),
        ),
      ),
    );
}

const allocationsOf = (message: Message, field: string): string =>
  items(message, field)
    .map((part) => `${text(part, 'grant_id')} ${text(part, 'amount')}`)
    .join(', ');

function paidText(answer: Message): string {
  const reason = text(answer, 'reason');
  const remaining = `, ${figure(answer, 'remaining')} remains due${reason && ` (${reason})`}`;
  return `Paid ${figure(answer, 'paid')}${figure(answer, 'remaining') === '0' ? '' : remaining}.\n\n${balanceCard(within(answer, 'balance'))}`;
}

const paymentCard = (payment: Message): string =>
  card([
    ['invoice', text(payment, 'invoice_id')],
    ['payment', text(payment, 'payment_id')],
    ['due', text(payment, 'due')],
    ['paid', text(payment, 'paid')],
    ['remaining', text(payment, 'remaining')],
    ['usage billed', figure(payment, 'billed') === '0' ? '' : text(payment, 'billed')],
    ['returned', text(payment, 'reversed')],
    ['reversible', text(payment, 'reversible')],
    ['grants', allocationsOf(payment, 'allocations')],
    ['paid at', text(payment, 'paid_at')],
  ]);
