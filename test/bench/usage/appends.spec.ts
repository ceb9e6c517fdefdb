import { costs } from './appends';

describe('the costs of an event and of an append', () => {
  it('are what explains two loads', () => {
    // 40 us an event and 80 an append: one append for two events, and one for ten.
    expect(costs({ cpuMicros: 80, appendsPerEvent: 0.5 }, { cpuMicros: 48, appendsPerEvent: 0.1 })).toEqual({ event: 40, append: 80 });
  });
});
