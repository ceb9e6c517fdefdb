import { commandBlocks, printed } from './readme-blocks';

describe('the command blocks of a page', () => {
  it('come in order, each with what it prints', () =>
    expect(commandBlocks('# A\n```sh\necho a\n```\ntext\n```text\na\n```\n```json\n{}\n```\n```sh\necho b\n```\n')).toEqual([
      { line: 2, script: 'echo a\n', prints: 'a' },
      { line: 12, script: 'echo b\n', prints: undefined },
    ]));
});

describe('what is printed', () => {
  const says = (prints: string, output: string): boolean => printed(prints).test(output);
  it('is compared to the letter', () => {
    expect(says('a (1.5)', 'a (1.5)\n')).toBe(true);
    expect(says('a (1.5)', 'a (1x5)\n')).toBe(false);
    expect(says('a', 'ab\n')).toBe(false);
    expect(says('a', 'b\na\n')).toBe(false);
  });
  it('may leave out parts of a line, and lines', () => {
    expect(says('a ... c\n...\nd', 'a b c\nx\ny\nd\nmore\n')).toBe(true);
    expect(says('a\n...\nd', 'a\nd\n')).toBe(true);
    expect(says('a ... c', 'a\nc\n')).toBe(false);
  });
});
