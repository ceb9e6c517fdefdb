import { card, table } from './layout';

const columns = [
  { title: 'NAME', cell: ([name]: readonly [string, string]) => name },
  { title: 'AMOUNT', cell: ([, amount]: readonly [string, string]) => amount, figures: true },
] as const;

describe('a table', () => {
  it('is as wide as its cells, figures to the right', () =>
    expect(
      table(
        columns,
        [
          ['a', '1'],
          ['long name', '12345.5'],
        ],
        'none',
      ),
    ).toBe('NAME        AMOUNT\na                1\nlong name  12345.5'));
  it('without rows is a sentence', () => expect(table(columns, [], 'There are none.')).toBe('There are none.'));
  it('counts characters, not bytes', () => expect(table(columns, [['größe', '1']], '').split('\n')[1]).toBe('größe       1'));
  it('lets nothing move the cursor', () => expect(table(columns, [['\u001b[2Jx', '1']], '')).toContain('?[2Jx'));
});

describe('a card', () => {
  it('leaves out what is empty', () =>
    expect(
      card([
        ['a', '1'],
        ['bc', ''],
        ['d', '2'],
      ]),
    ).toBe('a  1\nd  2'));
});
