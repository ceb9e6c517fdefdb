import { table } from './table';

const bare = { name: 'bare chain', unit: 'usage events', perSecond: 250_000, windows: [], cpuMicros: 4, ratio: 1, cpuRatio: 1 };

describe('the table of results', () => {
  it('leaves out the columns that no result fills', () => {
    expect(table([bare])).toBe(
      ['what        CPU us each  x bare  per second  of bare', 'bare chain          4.0     1.0     250,000     1.00'].join('\n'),
    );
  });

  it('says what each process used, and the other figures, in the note', () => {
    const result = {
      ...bare,
      figures: { 'B kept an event': 612.4, 'lines an append': 1.96 },
      note: 'of 5',
      cpuOf: { ledger: 70, Kafka: 18.25 },
    };
    expect(table([result])).toContain('612 B kept an event; 2.0 lines an append; of 5; CPU us: ledger 70.0, Kafka 18.3');
  });

  it('stands a size without a rate beside the others', () => {
    const size = { name: 'heap', unit: 'balances', windows: [], figures: { 'B a balance': 1_452 } };
    expect(table([bare, size]).split('\n').at(-1)).toMatch(/^heap +1,452 B a balance$/);
  });
});
