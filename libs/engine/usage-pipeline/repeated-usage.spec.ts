import type { UsageEvent } from '@drawdown/domain/usage';
import type { EventPlace, RecordedEvent } from '@drawdown/engine/event-store';
import { plainRepeats } from './repeated-usage';

const usageOf = (id: string, bodyHash: string) => ({ usage: { source: 'gateway', id, bodyHash } as UsageEvent });
const at = (revision: number): EventPlace => ({ stream: 'creditBalance-ada~llm', revision });
const line = (id: string, bodyHash: string, more: object = {}) => ({ source: 'gateway', id, bodyHash, ...more });

/** A log that holds these lines, a list for each revision, and notes what it is asked for. */
function holding(...events: readonly (readonly object[])[]) {
  const asked: EventPlace[] = [];
  const readPlaces = async (places: readonly EventPlace[]) => {
    asked.push(...places);
    return places.map(
      ({ revision }) =>
        events[revision] && ({ type: 'CreditsConsumed', data: JSON.stringify({ lines: events[revision] }) } as RecordedEvent),
    );
  };
  return { asked, log: { readPlaces } };
}

describe('usage is a plain repeat', () => {
  it('where a stored line has its key and its body', async () => {
    const { log, asked } = holding([line('a', '1'), line('b', '2')], [line('c', '3')]);
    const usage = [usageOf('a', '1'), usageOf('new', '9'), usageOf('b', '2'), usageOf('c', '3')];
    const found = new Map([0, 2, 3].map((i) => [i, [at(i === 3 ? 1 : 0)]]));
    expect(await plainRepeats(log, usage, found)).toEqual([0, 2, 3]);
    expect(asked).toEqual([at(0), at(1)]);
  });

  it.each<[what: string, events: readonly (readonly object[])[], places: readonly EventPlace[]]>([
    ['another body', [[line('a', '2')]], [at(0)]],
    ['another body at another place', [[line('a', '1')], [line('a', '2')]], [at(0), at(1)]],
    ['another credit product to charge', [[line('a', '1', { alsoCharged: ['images'] })]], [at(0)]],
    ['only another key of the same fingerprint', [[line('x', '1')]], [at(0)]],
    ['another source', [[{ ...line('a', '1'), source: 'batch' }]], [at(0)]],
    ['no event where the index says', [], [at(4)]],
  ])('but not where there is %s', async (_, events, places) => {
    const { log } = holding(...events);
    expect(await plainRepeats(log, [usageOf('a', '1')], new Map([[0, places]]))).toEqual([]);
  });

  it('and an event that holds no usage confirms nothing', async () => {
    const readPlaces = async () => [{ type: 'WalletToppedUp', data: '{}' } as RecordedEvent];
    expect(await plainRepeats({ readPlaces }, [usageOf('a', '1')], new Map([[0, [at(0)]]]))).toEqual([]);
  });
});
