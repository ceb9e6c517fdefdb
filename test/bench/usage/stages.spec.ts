import { stageMicros } from './stages';

const sample = (stage: string, value: number, name = 'drawdown_usage_stage_seconds_total') => ({ name, labels: { stage }, value });

describe('stages of the pipeline', () => {
  it('are shown in microseconds an event, of the events between two reads', () => {
    const [before, after] = [[sample('parse', 1)], [sample('parse', 3), sample('decide', 0.5), sample('other', 9, 'drawdown_info')]];
    expect(stageMicros(before, after, 1_000_000)).toEqual({ parse: 2, decide: 0.5 });
  });

  it('are none where the service does not measure them', () =>
    expect(stageMicros([], [sample('parse', 1, 'drawdown_info')], 10)).toEqual({}));
});
