import { decimal, total, units } from './decimal';

describe('the books of the tests', () => {
  it.each(['0', '1', '-1', '0.000000001', '9007199254740993.000000001', '-12.5'])('read and write %s', (text) =>
    expect(decimal(units(text))).toBe(text),
  );
  it('leave out zeros at the end', () => expect(decimal(units('1.500'))).toBe('1.5'));
  it('add without rounding', () => expect(total(['0.1', '0.2', '9007199254740993'])).toBe('9007199254740993.3'));
  it('refuse what they cannot hold', () => expect(() => units('0.0000000001')).toThrow(/not a decimal/));
});
