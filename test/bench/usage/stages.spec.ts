import { stageMicros } from './stages';

const told = (stage: string, value: number, name = 'drawdown_usage_stage_seconds_total') => ({ name, labels: { stage }, value });

describe('stages of the pipeline', () => {
  it('are told in microseconds an event, of what passed between two looks', () => {
    const [before, after] = [[told('parse', 1)], [told('parse', 3), told('decide', 0.5), told('other', 9, 'drawdown_info')]];
    expect(stageMicros(before, after, 1_000_000)).toEqual({ parse: 2, decide: 0.5 });
  });

  it('are none where the service does not measure them', () =>
    expect(stageMicros([], [told('parse', 1, 'drawdown_info')], 10)).toEqual({}));
});
