import { streamNames } from '@drawdown/engine/read-models';
import { NullProjections } from '@drawdown/engine/derived-state';
import type { Parts } from '../parts';

/** Doubles of the two parts that a list asks: derived state holds one stream, and is whole for so many questions. */
const holding = (wholeFor: number) => {
  let asked = 0;
  const projector = {
    get isWhole() {
      return (asked += 1) <= wholeFor;
    },
  } as Parts['projector'];
  const projections = { ...NullProjections, list: () => Promise.resolve([{ stream: 'wallet-a', revision: 0, json: '{}' }]) };
  return { projector, projections };
};
const listed = async (wholeFor: number): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of streamNames(holding(wholeFor), 'wallet-')) names.push(name);
  return names;
};

describe('a list', () => {
  it('is told while derived state is whole', async () => expect(await listed(2)).toEqual(['wallet-a']));
  it.each([
    ['before it is read', 0],
    ['while it is read', 1],
  ])('is not told when derived state is not whole %s', (_, wholeFor) =>
    expect(listed(wholeFor)).rejects.toMatchObject({ code: 'derived_state_incomplete', retriable: true }),
  );
});
