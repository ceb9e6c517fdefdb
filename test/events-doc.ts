/** docs/events.md, made of the shapes that write and read the stored events. */
import { customer } from '@drawdown/domain/customer';
import { settings } from '@drawdown/domain/settings';
import { autoTopUp } from '@drawdown/domain/auto-top-up';
import { followerPosition } from '@drawdown/engine/event-store';
import { testClock } from '@drawdown/engine/process-managers';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance, wallet } from '@drawdown/domain/balance';
import { rejectedUsage } from '@drawdown/engine/usage-pipeline';
import { deliveries, webhookEndpoint } from '@drawdown/engine/webhooks';

interface Described {
  readonly category: string;
  readonly events: object;
  readonly storedAs?: object;
}
type Field = {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly optional?: boolean;
  readonly assumed?: unknown;
  readonly kind: string;
};

const STREAMS: readonly (readonly [string, string, Described])[] = [
  ['`wallet-{customer}`', 'The money of one customer.', wallet],
  ['`creditBalance-{customer}~{credit product}`', 'The units of one credit product that one customer holds.', creditBalance],
  ['`customer-{customer}`', 'A payer.', customer],
  ['`settings-account`', 'The settings of the account.', settings],
  ['`autoTopUp-{customer}`', 'The auto top-up of a customer’s wallet.', autoTopUp],
  ['`creditProduct-{credit product}`', 'A credit product with its meters, weights and default limits.', creditProduct],
  ['`webhookEndpoint-{endpoint}`', 'A destination of webhooks.', webhookEndpoint],
  ['`deliveries-{endpoint}`', 'The deliveries to one endpoint.', deliveries],
  ['`testClock-account`', 'Rehearsals only: the clock that a person moves.', testClock],
  [
    '`followerPosition-{follower}`',
    'The saved position of a follower of the log: `autoTopUps`, `webhooks`. It saves work and holds no truth.',
    followerPosition,
  ],
  ['`rejectedUsage-{rejection}`', 'One usage event that could not be applied.', rejectedUsage],
];

export function eventsDocument(): string {
  const sections = STREAMS.map(([stream, about, { events, storedAs = {} }]) => {
    const rows = Object.entries(events as Record<string, Field>).map(([type, shape]) => {
      const stored = (storedAs as Record<string, string>)[type] ?? type;
      const fields = Object.entries(shape.fields ?? {}).map(
        ([name, field]) => `\`${name}\`${field.optional || field.assumed !== undefined ? '?' : ''}`,
      );
      return `| \`${stored}\` | ${fields.join(', ')} |`;
    });
    return `## ${stream}\n\n${about}\n\n| event | fields |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# The events in the streams

The truth of a Drawdown deployment is these events and nothing else. Types, field names and stream names are stored forever.
Names may be added. None is renamed. A test makes this page from the shapes in the code. \`?\` marks a field that may be absent.

An event is stored with an \`id\` (a UUID made of its hash), a \`type\`, \`data\` and \`metadata\`. Both are canonical JSON: keys sorted,
no white space. Amounts are decimal strings with at most 9 digits after the point, times RFC 3339 in UTC with milliseconds.

\`metadata\` holds \`chain\` (SHA-256 over the chain value before and this event: see libs/engine/event-store/hash-chain.ts), \`index\` and \`size\`
(its place among the events appended with it), and where they exist \`key\` and \`body\` (idempotency key of the command, hash of its
body), \`callerKey\` (the caller's key, where \`key\` is another one, such as that of an invoice: \`invoice§\` and its id), \`actor\`,
\`traceparent\`.

Every event of a balance carries the \`figures\` after it (booked, available; held, uncovered, unbilled and pending unless zero) and, in \`grants\`, those of every grant
it touched. So a projection copies figures and adds nothing up.

An id in a stream name is in lower case. Any character but a-z, 0-9, \`_\`, \`.\`, \`:\` and \`-\` becomes \`=\` and its UTF-8 bytes in
hex. \`~\` joins two ids.
`;
