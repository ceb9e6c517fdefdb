import { type Row, template } from './template';

const row = (number: number, columns: Readonly<Record<string, string>> = {}): Row => ({
  number,
  column: (name) => columns[name],
});
const filled = (text: string, at: Row = row(0)) => template('--id', text).fill(at);

describe('a template', () => {
  it('is filled with columns, the number of the row and the rest of its division', () => {
    expect(filled('row-{row}', row(1_234))).toBe('row-1234');
    expect(filled('cus_{row%100}', row(1_234))).toBe('cus_34');
    expect(filled('{a}/{b c}', row(0, { a: '1', 'b c': '2' }))).toBe('1/2');
  });
  it('without braces is itself', () => expect(filled('azure-llm-code')).toBe('azure-llm-code'));
  it('writes a doubled brace once', () => expect(filled('{{{row}}}', row(5))).toBe('{5}'));
  it('names the columns it needs', () => expect(template('--id', '{a}-{row}-{b}').columns).toEqual(['a', 'b']));
  it('is nothing where the row has no such column', () => expect(filled('x-{a}', row(0))).toBeUndefined());
  it.each([
    ['{row', 'a "{" stands alone'],
    ['row}', 'a "}" stands alone'],
    ['{}', '{} names no column'],
    ['{row%0}', 'must be {row%N}'],
    ['{row%x}', 'must be {row%N}'],
  ])('is refused as %s', (text, sentence) => expect(() => template('--id', text)).toThrow(sentence));
});
