import { streamNames } from '@drawdown/engine/read-models';
import { NullProjections } from '@drawdown/engine/derived-state';
import type { ApiParts } from '../parts';

/** Doubles of the two parts that a list asks: derived state holds one stream, and is whole for so many questions. */
const holding = (completeFor: number) => {
  let asked = 0;
  const projector = {
    get isWhole() {
      return (asked += 1) <= completeFor;
    },
  } as ApiParts['projector'];
  const projections = { ...NullProjections, list: () => Promise.resolve([{ stream: 'wallet-a', revision: 0, json: '{}' }]) };
  return { projector, projections };
};
const listed = async (completeFor: number): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of streamNames(holding(completeFor), 'wallet-')) names.push(name);
  return names;
};

describe('a list', () => {
  it('is answered while derived state is complete', async () => expect(await listed(2)).toEqual(['wallet-a']));
  it.each([
    ['before it is read', 0],
    ['while it is read', 1],
  ])('is not answered when derived state is not complete %s', (_, completeFor) =>
    expect(listed(completeFor)).rejects.toMatchObject({ code: 'derived_state_incomplete', retriable: true }),
  );
});
