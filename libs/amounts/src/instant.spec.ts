import fc from 'fast-check';
import { formatInstant, instant, parseInstant } from './instant';

describe('a moment', () => {
  it.each([
    ['2023-11-16T18:17:03.9799600Z', '2023-11-16T18:17:03.979Z'],
    ['2023-11-16t18:17:03z', '2023-11-16T18:17:03.000Z'],
    ['2023-11-16T18:17:03.9Z', '2023-11-16T18:17:03.900Z'],
    ['2023-11-16T18:17:03.98Z', '2023-11-16T18:17:03.980Z'],
    ['2023-11-16T18:17:03.999999999Z', '2023-11-16T18:17:03.999Z'],
    ['2024-02-29T00:00:00+01:30', '2024-02-28T22:30:00.000Z'],
    ['2023-12-31T23:59:59.001-00:01', '2024-01-01T00:00:59.001Z'],
    ['2000-02-29T23:59:59-23:59', '2000-03-01T23:58:59.000Z'],
    ['0100-01-01T00:00:00Z', '0100-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('%s is %s', (text, utc) => expect(formatInstant(instant(text))).toBe(utc));

  it.each([
    '',
    'today',
    '2023-11-16',
    '2023-11-16T18:17:03',
    '2023-11-16 18:17:03Z',
    '2023-11-16T18:17Z',
    '2023-11-16T18:17:03.Z',
    '2023-11-16T18:17:03,5Z',
    '2023-11-16T18:17:03.1234567890Z',
    '2023-13-01T00:00:00Z',
    '2023-00-01T00:00:00Z',
    '2023-01-00T00:00:00Z',
    '2023-01-32T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:60:00Z',
    '2016-12-31T23:59:60Z',
    '2023-01-01T00:00:00+24:00',
    '2023-01-01T00:00:00+00:60',
    '2023-01-01T00:00:00+0100',
    '2023-01-01T00:00:00Z ',
    ' 2023-01-01T00:00:00Z',
    '2023-01-01T00:00:00ZZ',
    '2023-01-01T00:00:00+01:00x',
    '2023-1-01T00:00:00Z',
    '23-01-01T00:00:00Z',
    '2023/01/01T00:00:00Z',
    '2023-01-01T00.00:00Z',
    '2023-01-01T00:00.00Z',
    '2023-01-01T00:00:00+01.00',
    '0099-01-01T00:00:00Z',
    '2023-01-01T0a:00:00Z',
    '+2023-01-01T00:00:00Z',
    '２０２３-01-01T00:00:00Z',
    '2023-01-01T00:00:0/Z',
    '2023-01-01T00:00:0:Z',
  ])('is not read from %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(() => instant(text)).toThrow(RangeError);
  });

  it('is read as it was written', () => {
    const date = fc.date({
      min: new Date('0100-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(date, (day) => expect(parseInstant(day.toISOString())).toBe(day.getTime())));
  });

  it('is never read from a text that Date.parse refuses', () => {
    const near = fc.tuple(fc.nat(27), fc.constantFrom(...'0123456789-:.TZ+ /')).map(([at, character]) => {
      const text = '2023-11-16T18:17:03.979+01:30';
      return text.slice(0, at) + character + text.slice(at + 1);
    });
    fc.assert(
      fc.property(near, (text) => {
        const read = parseInstant(text);
        if (read !== undefined) expect(read).toBe(Date.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
