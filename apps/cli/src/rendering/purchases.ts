/** How purchases and what is owed for them look on a terminal. */
import type { Message } from '@drawdown/api/resources';
import { balanceCard } from './answers';
import { figure, flag, items, text, within } from './fields';
import { card, table } from './layout';

export function purchaseCard(purchase: Message): string {
  const flags = items(purchase, 'flags').map((of) => {
    const paid = text(of, 'paid_amount');
    return `${text(of, 'reason')}${paid ? `, ${paid} ${text(of, 'paid_currency')} paid` : ''}, ${text(of, 'flagged_at')}`;
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
  already_credited: 'It was credited before: this payment was told already.',
  failed: 'It has failed.',
  already_ended: 'It had ended without money before.',
};

export const toldCard = (answer: Message): string =>
  `${OUTCOMES[text(answer, 'outcome')] ?? ''}\n\n${balanceCard(within(answer, 'balance'))}`;

export function purchasesTable(answer: Message): string {
  const purchases = table(
    [
      { title: 'PURCHASE', of: (row) => text(row, 'purchase_id') },
      { title: 'STATUS', of: (row) => text(row, 'status') },
      { title: 'AMOUNT', of: (row) => figure(row, 'amount'), figures: true },
      { title: 'CURRENCY', of: (row) => text(row, 'currency') },
      { title: 'PROVIDER', of: (row) => text(row, 'provider') },
      { title: 'BY', of: (row) => text(row, 'by') },
      { title: 'STARTED', of: (row) => text(row, 'started_at') },
      {
        title: 'LOOK AT',
        of: (row) =>
          items(row, 'flags')
            .map((of) => text(of, 'reason'))
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
  const rows = items(answer, 'currencies').flatMap((of) => MOVES.map((name) => ({ of, name })));
  const figures = table(
    [
      { title: 'CURRENCY', of: ({ of, name }) => (name === MOVES[0] ? text(of, 'currency') : '') },
      { title: 'WHAT', of: ({ name }) => name },
      { title: 'PAID', of: ({ of, name }) => figure(of, `paid.${name}`), figures: true },
      { title: 'FREE', of: ({ of, name }) => figure(of, `free.${name}`), figures: true },
    ],
    rows,
    'There were no wallets.',
  );
  const wallets = items(answer, 'currencies').map((of) => `${text(of, 'currency')}: ${figure(of, 'wallets')} wallets`);
  return `As of ${text(answer, 'as_of')}. ${wallets.join(', ')}\n\n${figures}`;
}
