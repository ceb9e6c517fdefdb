/** How an auto top-up and its decisions look on a terminal. */
import type { Message } from '@drawdown/api/contract';
import { text, within } from './fields';
import { card, table } from './layout';

export function autoTopUpCard(autoTopUp: Message): string {
  const policy = within(autoTopUp, 'policy');
  const when = text(policy, 'threshold')
    ? `at ${text(policy, 'threshold')} or less ${text(policy, 'figure')}`
    : text(policy, 'every_days')
      ? `every ${text(policy, 'every_days')} days`
      : `on day ${text(policy, 'day_of_month')} of every month`;
  const much = text(policy, 'amount') || `up to ${text(policy, 'target')}`;
  return card([
    ['auto top-up', text(autoTopUp, 'customer_id')],
    ['phase', text(autoTopUp, 'phase')],
    ['when', when],
    ['how much', `${much} ${text(autoTopUp, 'currency')}`],
    ['at most', `${text(policy, 'maximum_money')} by ${text(policy, 'maximum_count')} a ${text(policy, 'maximum_period')}`],
    ['cooldown', text(policy, 'cooldown_seconds') && `${text(policy, 'cooldown_seconds')} s`],
    ['in flight', [text(autoTopUp, 'request_id'), text(autoTopUp, 'purchase_id')].filter((part) => part !== '').join(', ')],
    ['failures', text(autoTopUp, 'failures')],
    ['looks again', text(autoTopUp, 'considered_again_at')],
  ]);
}

export const decisionsTable = (answer: Message): string => {
  const decisions = answer['decisions'];
  const next = text(answer, 'next_page_token');
  const rows = Array.isArray(decisions) ? (decisions as Message[]) : [];
  const shown = table(
    [
      { title: 'AT', cell: (row) => text(row, 'at') },
      { title: 'DECISION', cell: (row) => text(row, 'type') },
      { title: 'WHY', cell: (row) => text(row, 'reason') },
      { title: 'AMOUNT', cell: (row) => text(row, 'amount'), figures: true },
      { title: 'REQUEST', cell: (row) => text(row, 'request_id') },
      { title: 'PURCHASE', cell: (row) => text(row, 'purchase_id') },
      { title: 'AGAIN', cell: (row) => text(row, 'again_at') },
    ],
    rows,
    'Nothing was decided.',
  );
  return next ? `${shown}\nThere is more: --page-token ${next}` : shown;
};
