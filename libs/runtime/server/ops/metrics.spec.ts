import { type Metric, Metrics, type Sample } from './metrics';

const OUTCOMES: Metric = { name: 'demo_events_total', kind: 'counter', help: 'Events by outcome.', labels: ['status'] };
const WAITING: Metric = { name: 'demo_waiting', kind: 'gauge', help: 'Events that wait.', labels: [] };

const linesOf = async (metrics: Metrics, name: string): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

describe('the figures of a service', () => {
  it('are asked of the parts when somebody scrapes, and are the totals that the parts have', async () => {
    const metrics = new Metrics();
    let applied = 3;
    metrics.follow(OUTCOMES, () => [{ labels: { status: 'applied' }, value: applied }]);
    metrics.follow(WAITING, () => [{ value: 7 }]);
    expect(await linesOf(metrics, 'demo')).toEqual(['demo_events_total{status="applied"} 3', 'demo_waiting 7']);
    applied = 5;
    expect(await linesOf(metrics, 'demo_events')).toEqual(['demo_events_total{status="applied"} 5']);
    expect(await linesOf(metrics, '# HELP demo')).toEqual([
      '# HELP demo_events_total Events by outcome.',
      '# HELP demo_waiting Events that wait.',
    ]);
  });

  it('of one metric may come from several parts', async () => {
    const metrics = new Metrics();
    metrics.follow(OUTCOMES, () => [{ labels: { status: 'applied' }, value: 1 }]);
    metrics.follow(OUTCOMES, () => [{ labels: { status: 'duplicate' }, value: 2 }]);
    expect(await linesOf(metrics, 'demo')).toEqual(['demo_events_total{status="applied"} 1', 'demo_events_total{status="duplicate"} 2']);
  });

  it('are without what is no longer there: a partition that another instance has taken', async () => {
    const metrics = new Metrics();
    let samples: readonly Sample[] = [{ labels: { status: 'applied' }, value: 1 }];
    metrics.follow({ ...OUTCOMES, kind: 'gauge' }, () => samples);
    await metrics.text();
    samples = [];
    expect(await linesOf(metrics, 'demo')).toEqual([]);
  });

  it('of other parts are shown although one part fails', async () => {
    const failures: string[] = [];
    const metrics = new Metrics((metric) => failures.push(metric));
    metrics.follow(OUTCOMES, () => {
      throw new Error('no');
    });
    metrics.follow(WAITING, () => [{ value: 1 }]);
    expect(await linesOf(metrics, 'demo')).toEqual(['demo_waiting 1']);
    expect(failures).toEqual(['demo_events_total']);
  });

  it('say how the process itself is', async () => {
    expect(await linesOf(new Metrics(), 'process_resident_memory_bytes')).toHaveLength(1);
  });
});
