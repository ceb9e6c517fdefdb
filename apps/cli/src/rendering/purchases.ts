/** How purchases and what is owed for them look on a terminal. */
import type { Message } from '@drawdown/api/contract';
import { balanceCard } from './answers';
import { figure, flag, items, text, within } from './fields';
import { card, table } from './layout';

export function purchaseCard(purchase: Message): string {
  const flags = items(purchase, 'flags').map((raised) => {
    const paid = text(raised, 'paid_amount');
    return `${text(raised, 'reason')}${paid ? `, ${paid} ${text(raised, 'paid_currency')} paid` : ''}, ${text(raised, 'flagged_at')}`;
  });
  const failure = [text(purchase, 'failure_code'), text(purchase, 'failure_reason')].filter((part) => part !== '').join(': ');
  return card([
    ['purchase', `${text(purchase, 'purchase_id')} of ${text(purchase, 'customer_id')}`],
    ['status', `${text(purchase, 'status')}${flag(purchase, 'late') ? ', late' : ''}`],
    ['amount', `${text(purchase, 'amount')} ${text(purchase, 'currency')}`],
    ['credits', `${text(purchase, 'credits')} at ${text(purchase, 'credit_price')}`],
    ['provider', `${text(purchase, 'provider')}, asked for by ${text(purchase, 'by')}`],
    ['started', text(purchase, 'started_at')],
    ['expires', text(purchase, 'expires_at')],
    ['ended', text(purchase, 'ended_at')],
    ['grant', text(purchase, 'grant_id')],
    ['payment', text(purchase, 'payment_id')],
    ['why', failure],
    ['LOOK AT', flags.join('; ')],
  ]);
}

export function startedCard(answer: Message): string {
  const url = text(answer, 'checkout_url');
  const next = url ? `\n\nThe customer pays at ${url}` : '';
  return `${purchaseCard(within(answer, 'purchase'))}${next}`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  credited: 'Credited.',
  already_credited: 'This payment was reported before: it is already credited.',
  failed: 'It has failed.',
  already_ended: 'It had ended without money before.',
};

export const notificationCard = (answer: Message): string =>
  `${OUTCOMES[text(answer, 'outcome')] ?? ''}\n\n${balanceCard(within(answer, 'balance'))}`;

export function purchasesTable(answer: Message): string {
  const purchases = table(
    [
      { title: 'PURCHASE', cell: (row) => text(row, 'purchase_id') },
      { title: 'STATUS', cell: (row) => text(row, 'status') },
      { title: 'AMOUNT', cell: (row) => figure(row, 'amount'), figures: true },
      { title: 'CURRENCY', cell: (row) => text(row, 'currency') },
      { title: 'PROVIDER', cell: (row) => text(row, 'provider') },
      { title: 'BY', cell: (row) => text(row, 'by') },
      { title: 'STARTED', cell: (row) => text(row, 'started_at') },
      {
        title: 'LOOK AT',
        cell: (row) =>
          items(row, 'flags')
            .map((raised) => text(raised, 'reason'))
            .join(' '),
      },
    ],
    items(answer, 'purchases'),
    'There are no purchases.',
  );
  const next = text(answer, 'next_page_token');
  return next ? `${purchases}\nThere is more: --page-token ${next}` : purchases;
}

const MOVES = [
  'granted',
  'returned',
  'consumed',
  'captured',
  'deducted',
  'paid_to_invoices',
  'expired',
  'voided',
  'closed',
  'outstanding',
  'expired_unposted',
] as const;

export function liabilityTable(answer: Message): string {
  const rows = items(answer, 'currencies').flatMap((totals) => MOVES.map((name) => ({ totals, name })));
  const figures = table(
    [
      { title: 'CURRENCY', cell: ({ totals, name }) => (name === MOVES[0] ? text(totals, 'currency') : '') },
      { title: 'WHAT', cell: ({ name }) => name },
      { title: 'PAID', cell: ({ totals, name }) => figure(totals, `paid.${name}`), figures: true },
      { title: 'FREE', cell: ({ totals, name }) => figure(totals, `free.${name}`), figures: true },
    ],
    rows,
    'There were no wallets.',
  );
  const wallets = items(answer, 'currencies').map((totals) => `${text(totals, 'currency')}: ${figure(totals, 'wallets')} wallets`);
  return `As of ${text(answer, 'as_of')}. ${wallets.join(', ')}\n\n${figures}`;
}
