import { mapping, timeOf } from './mapping';
import type { Row } from './template';

const TRACE = {
  source: 'azure-llm-code',
  type: 'llm.request',
  id: 'row-{row}',
  subject: 'cus_{row%100}',
  time: '{TIMESTAMP}',
  data: ['input_tokens={ContextTokens}', 'output_tokens={GeneratedTokens}'],
};
const row = (number: number, columns: Readonly<Record<string, string>>): Row => ({
  number,
  column: (name) => columns[name],
});
const at = (columns: Readonly<Record<string, string>> = {}) =>
  row(101, { TIMESTAMP: '2023-11-16 18:17:03.9799600', ContextTokens: '4808', GeneratedTokens: '10', ...columns });
const dataOf = (data: readonly string[], columns: Readonly<Record<string, string>>, dataText: readonly string[] = []) =>
  /"data":(.*)\}$/.exec(mapping({ ...TRACE, data, dataText }).event(row(0, { TIMESTAMP: '', ...columns })))?.[1];

describe('a mapping', () => {
  it('makes a CloudEvent of a row', () =>
    expect(mapping(TRACE).event(at())).toBe(
      '{"specversion":"1.0","source":"azure-llm-code","type":"llm.request","id":"row-101","subject":"cus_1","time":"2023-11-16T18:17:03.9799600Z","data":{"input_tokens":4808,"output_tokens":10}}',
    ));
  it('names the options that are missing', () =>
    expect(() => mapping({ source: 'x', id: '1' })).toThrow('a mapping needs --type, --subject'));
  it('knows which option needs which column', () =>
    expect([...mapping(TRACE).columns]).toEqual([
      ['TIMESTAMP', '--time'],
      ['ContextTokens', '--data input_tokens'],
      ['GeneratedTokens', '--data output_tokens'],
    ]));
  it('leaves out what is empty, for the service to say which is missing', () =>
    expect(mapping(TRACE).event(at({ TIMESTAMP: '', GeneratedTokens: '' }))).not.toMatch(/time|output_tokens/));
});

describe('a value of the data', () => {
  it('keeps every digit of a plain decimal', () =>
    expect(dataOf(['n={n}'], { n: '9007199254740993.000000001' })).toBe('{"n":9007199254740993.000000001}'));
  it.each(['1e3', '01', '+1', '.5', '5.', 'NaN', '0x10', ' 1', '1,5'])('is text when written %s', (n) =>
    expect(dataOf(['n={n}'], { n })).toBe(`{"n":${JSON.stringify(n)}}`),
  );
  it('is text when it is to be, whatever it looks like', () => expect(dataOf([], { n: '12' }, ['n={n}'])).toBe('{"n":"12"}'));
  it('lies within objects when its name has dots', () =>
    expect(dataOf(['tokens.input={n}', 'tokens.output={n}', 'model=m'], { n: '1' })).toBe('{"tokens":{"input":1,"output":1},"model":"m"}'));
  it.each([
    [['a=1', 'a=2'], 'a is given twice'],
    [['a=1', 'a.b=2'], 'a is given twice'],
    [['a.b=1', 'a=2'], 'a is given twice'],
    [['a..b=1'], 'a name in it is empty'],
    [['a'], 'write it as name=value'],
  ])('is refused as %j', (data, sentence) => expect(() => dataOf(data, {})).toThrow(sentence));
  it('may be named like a prototype', () => expect(dataOf(['__proto__={n}'], { n: '1' })).toBe('{"__proto__":1}'));
});

describe('a time', () => {
  it.each([
    ['2023-11-16 18:17:03.9799600', '2023-11-16T18:17:03.9799600Z'],
    ['2023-11-16T18:17:03', '2023-11-16T18:17:03Z'],
    ['2023-11-16 18:17:03Z', '2023-11-16T18:17:03Z'],
    ['2023-11-16 18:17:03 +02:00', '2023-11-16T18:17:03+02:00'],
    ['2023-11-16T18:17:03.5-05:00', '2023-11-16T18:17:03.5-05:00'],
    ['16.11.2023', '16.11.2023'],
  ])('written %s is sent as %s', (text, sent) => expect(timeOf(text)).toBe(sent));
});
