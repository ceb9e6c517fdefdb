import { formatAmount, later } from '@drawdown/domain/amounts';
import { given, grant, NOON, type Past, toppedUp, units, use } from '../model/drawdown.fixtures';
import { burnsBefore, type Grant, type GrantTerms, split } from './grant';
import { HOUR_MS } from '../../amounts/amounts.fixtures';

const inHours = (hours: number) => later(NOON, hours * HOUR_MS);

/** The order in which three grants of 1 are spent. */
const spentInOrder = (...history: readonly Past[]): string[] => {
  const [event] = given(...history).when(use(history.length)).events;
  return event?.type === 'CreditsConsumed' ? event.lines.flatMap((line) => line.allocation.map((part) => part.grant)) : [];
};

describe('the burn-down order', () => {
  it.each<[rule: string, first: Partial<GrantTerms>, second: Partial<GrantTerms>]>([
    ['a lower priority first', { priority: 99 }, { priority: 100 }],
    ['priority before expiry', { priority: 99 }, { priority: 100, expiresAt: inHours(1) }],
    ['the sooner expiry first, by a millisecond', { expiresAt: later(inHours(1), -1) }, { expiresAt: inHours(1) }],
    ['an expiry before none', { expiresAt: inHours(9_000) }, {}],
    ['expiry before origin', { expiresAt: inHours(1), origin: 'paid' }, { expiresAt: inHours(2), origin: 'free' }],
    ['free before paid', { origin: 'free' }, { origin: 'paid' }],
    ['origin before effective_at', { origin: 'free', effectiveAt: inHours(-1) }, { origin: 'paid', effectiveAt: inHours(-2) }],
    ['the earlier effective_at first, by a millisecond', { effectiveAt: later(inHours(-1), -1) }, { effectiveAt: inHours(-1) }],
    ['no effective_at before one', {}, { effectiveAt: inHours(-9_000) }],
    ['effective_at before the recorded order', { effectiveAt: inHours(-2) }, { effectiveAt: inHours(-1) }],
  ])('%s, whichever was recorded first', (_, first, second) => {
    expect(spentInOrder(toppedUp(1, first), toppedUp(1, second))).toEqual(['g1', 'g2']);
    expect(spentInOrder(toppedUp(1, second), toppedUp(1, first))).toEqual(['g2', 'g1']);
  });

  it('the recorded order where all else is equal, by number and not by name', () => {
    const eleven = Array.from({ length: 11 }, () => toppedUp(1));
    expect(spentInOrder(...eleven)).toEqual(Array.from({ length: 11 }, (_, i) => `g${i + 1}`));
  });

  it('is total: of two grants one always goes first', () => {
    const terms = [0, 1].flatMap((priority) =>
      [undefined, inHours(1)].flatMap((expiresAt) =>
        (['free', 'paid'] as const).flatMap((origin) =>
          [undefined, inHours(-1)].map((effectiveAt) => ({
            ...grant(1, { priority, origin }),
            ...(expiresAt !== undefined && { expiresAt }),
            ...(effectiveAt !== undefined && { effectiveAt }),
          })),
        ),
      ),
    );
    const grants = terms.map((term, i): Grant => ({ ...term, id: `g${i + 1}`, remaining: term.amount, held: units(0) }));
    for (const a of grants) for (const b of grants) expect(Math.sign(burnsBefore(a, b))).toBe(a === b ? 0 : -Math.sign(burnsBefore(b, a)));
    const ids = [...grants].sort(burnsBefore).map((grant) => grant.id);
    expect(
      [...grants]
        .reverse()
        .sort(burnsBefore)
        .map((grant) => grant.id),
    ).toEqual(ids);
  });
});

describe('a split of an allocation', () => {
  const parts = [
    { grant: 'g2', amount: units(3) },
    { grant: 'g1', amount: units(2) },
  ];
  const text = (allocation: typeof parts) => allocation.map((part) => `${part.grant}:${formatAmount(part.amount)}`).join(' ');

  it.each([
    ['0', '', 'g2:3 g1:2'],
    ['2.999999999', 'g2:2.999999999', 'g2:0.000000001 g1:2'],
    ['3', 'g2:3', 'g1:2'],
    ['3.000000001', 'g2:3 g1:0.000000001', 'g1:1.999999999'],
    ['5', 'g2:3 g1:2', ''],
    ['6', 'g2:3 g1:2', ''],
  ])('at %s takes the first ones first', (wanted, first, rest) => {
    const got = split(parts, units(wanted));
    expect([text([...got.first]), text([...got.rest])]).toEqual([first, rest]);
  });
});
