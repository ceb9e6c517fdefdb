import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import { type BalanceCommand, decide, evolve, prerequisite } from './balance';
import { dueAt } from './due';
import { type BalanceEvent, balanceEvents } from './events';
import { GRANTS_MAX } from './grants/grant';
import { HOLDS_MAX } from './holds/holds';
import { PARTS_BESIDE_A_COMMAND_MAX } from './postings';
import { type Balance, initialBalance } from './state';

const NOON = instant('2026-01-01T12:00:00Z');
const EVENING = later(NOON, 6 * 3_600_000);
/** What a log takes in one append, less what is stored beside the data of each event. */
const APPEND_BYTES = 960 * 1024;
const METADATA_BYTES = 200;

function carriedOut(command: BalanceCommand, state: Balance): { events: readonly BalanceEvent[]; state: Balance } {
  const decision = decide(command, state);
  if (!decision.accepted) throw new Error(`refused: ${decision.refusal.code}`);
  return { events: decision.events, state: decision.events.reduce(evolve, state) };
}
const bytesOf = (events: readonly BalanceEvent[]): number =>
  events.reduce(
    (sum, event) => sum + METADATA_BYTES + (balanceEvents[event.type] as { write(value: unknown): string }).write(event).length,
    0,
  );

/** As many grants and holds as a balance may have, all ending at the same moment; one hold lies on all grants, or each on two. */
function full(holdOnAll: boolean, holds = HOLDS_MAX): Balance {
  let { state } = carriedOut({ type: 'Create', at: NOON, customerId: 'ada', creditProductId: 'llm', limits: [] }, initialBalance);
  const execute = (command: BalanceCommand): void => void ({ state } = carriedOut(command, state));
  for (let i = 0; i < GRANTS_MAX; i++)
    execute({
      type: 'TopUp',
      at: NOON,
      grant: { origin: 'paid', priority: 100, amount: amount('123456789012345.123456789'), expiresAt: EVENING },
    });
  const hold = (text: string): void => execute({ type: 'PlaceHold', at: NOON, amount: amount(text), expiresAt: EVENING });
  if (holdOnAll) hold('123456789012345000.1');
  else for (let i = 0; i < holds; i++) hold('123456789012345.1');
  return state;
}

const at = (hour: Instant): BalanceCommand => ({ type: 'Sweep', at: hour });

describe.each([
  ['each hold on two grants', false],
  ['one hold on all grants', true],
])('a balance with all it may hold, due at once (%s)', (_, holdOnAll) => {
  const before = full(holdOnAll);

  it('is swept in pieces that one append carries, until nothing is due', () => {
    let state = before;
    while (dueAt(state) !== undefined) {
      const swept = carriedOut(at(EVENING), state);
      expect(swept.events.length).toBeGreaterThan(0);
      expect(bytesOf(swept.events)).toBeLessThan(APPEND_BYTES);
      state = swept.state;
    }
    expect([state.grants, state.holds]).toEqual([[], []]);
    expect(state.totals.expired).toBe(state.totals.granted);
  });

  it('ends all that has ended before a debit is decided, in pieces that one append carries', () => {
    const command: BalanceCommand = { type: 'Consume', at: EVENING, lines: [] };
    let state = before;
    for (let first = prerequisite(command, state); first; first = prerequisite(command, state)) {
      const ended = carriedOut(first, state);
      expect(ended.state.holds.length).toBeLessThan(state.holds.length);
      expect(bytesOf(ended.events)).toBeLessThan(APPEND_BYTES);
      state = ended.state;
    }
    const { events, state: after } = carriedOut(command, state);
    expect(after.holds).toEqual([]);
    expect(bytesOf(events)).toBeLessThan(APPEND_BYTES / 4);
  });

  it('decides no debit that would find a part of it only', () =>
    expect(() => decide({ type: 'Consume', at: EVENING, lines: [] }, before)).toThrow('more than one append carries beside a command'));
});

describe('holds that have ended, each on one grant', () => {
  const withHolds = (count: number): Balance => {
    let { state } = carriedOut(
      { type: 'Create', at: NOON, customerId: 'ada', limits: [], startingGrant: { origin: 'paid', priority: 100, amount: amount('1000') } },
      initialBalance,
    );
    for (let i = 0; i < count; i++)
      ({ state } = carriedOut({ type: 'PlaceHold', at: NOON, amount: amount('1'), expiresAt: EVENING }, state));
    return state;
  };
  const deduct: BalanceCommand = { type: 'Deduct', at: EVENING, amount: amount('1'), reason: 'r' };

  it('end beside a command up to the size of one append, and before the command beyond it', () => {
    const fitting = withHolds(PARTS_BESIDE_A_COMMAND_MAX / 2);
    expect(prerequisite(deduct, fitting)).toBeUndefined();
    expect(carriedOut(deduct, fitting).state.holds).toEqual([]);
    const beyond = withHolds(PARTS_BESIDE_A_COMMAND_MAX / 2 + 1);
    expect(prerequisite(deduct, beyond)).toEqual({ type: 'EndHolds', at: EVENING });
    expect(prerequisite({ ...deduct, at: later(EVENING, -1) }, beyond)).toBeUndefined();
  });

  it('are left to the sweeper by a command that takes nothing', () =>
    expect(prerequisite({ type: 'Pause', at: EVENING }, withHolds(PARTS_BESIDE_A_COMMAND_MAX))).toBeUndefined());
});

describe('a payment out of as many grants as there may be', () => {
  const INVOICE = 'inv_'.padEnd(128, '9');
  const before = full(false, 0);
  const paying = carriedOut({ type: 'PayInvoice', at: NOON, invoiceId: INVOICE, due: before.totals.granted, minorUnitDigits: 9 }, before);
  const payment = paying.events.find((event) => event.type === 'InvoicePaid')!;

  it('fits into one append', () => expect(bytesOf(paying.events)).toBeLessThan(APPEND_BYTES / 2));

  it('fits into one append when it is taken back too late, and all of it expires at once', () => {
    const { events, state } = carriedOut({ type: 'ReverseInvoicePayment', at: EVENING, payment }, paying.state);
    expect(events.filter(({ type }) => type === 'GrantExpired')).toHaveLength(payment.allocation.length);
    expect(bytesOf(events)).toBeLessThan(APPEND_BYTES);
    expect(state.totals.expired).toBe(payment.amount);
  });
});
