/** How an auto top-up and its decisions look on a terminal. */
import type { Message } from '@drawdown/api/resources';
import { text, within } from './fields';
import { card, table } from './layout';

export function autoTopUpCard(of: Message): string {
  const policy = within(of, 'policy');
  const when = text(policy, 'threshold')
    ? `at ${text(policy, 'threshold')} or less ${text(policy, 'figure')}`
    : text(policy, 'every_days')
      ? `every ${text(policy, 'every_days')} days`
      : `on day ${text(policy, 'day_of_month')} of every month`;
  const much = text(policy, 'amount') || `up to ${text(policy, 'target')}`;
  return card([
    ['auto top-up', text(of, 'customer_id')],
    ['phase', text(of, 'phase')],
    ['when', when],
    ['how much', `${much} ${text(of, 'currency')}`],
    ['at most', `${text(policy, 'maximum_money')} by ${text(policy, 'maximum_count')} a ${text(policy, 'maximum_period')}`],
    ['cooldown', text(policy, 'cooldown_seconds') && `${text(policy, 'cooldown_seconds')} s`],
    ['in flight', [text(of, 'request_id'), text(of, 'purchase_id')].filter((part) => part !== '').join(', ')],
    ['failures', text(of, 'failures')],
    ['looks again', text(of, 'considered_again_at')],
  ]);
}

export const decisionsTable = (answer: Message): string => {
  const decisions = answer['decisions'];
  const next = text(answer, 'next_page_token');
  const rows = Array.isArray(decisions) ? (decisions as Message[]) : [];
  const shown = table(
    [
      { title: 'AT', of: (row) => text(row, 'at') },
      { title: 'DECISION', of: (row) => text(row, 'type') },
      { title: 'WHY', of: (row) => text(row, 'reason') },
      { title: 'AMOUNT', of: (row) => text(row, 'amount'), figures: true },
      { title: 'REQUEST', of: (row) => text(row, 'request_id') },
      { title: 'PURCHASE', of: (row) => text(row, 'purchase_id') },
      { title: 'AGAIN', of: (row) => text(row, 'again_at') },
    ],
    rows,
    'Nothing was decided.',
  );
  return next ? `${shown}\nThere is more: --page-token ${next}` : shown;
};
