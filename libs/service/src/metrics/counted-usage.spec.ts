import { LogUnavailable, type Taken, type UsageOffer } from '@drawdown/ledger';
import { Metrics } from '@drawdown/platform';
import { CountedUsage } from './counted-usage';

const shown = async (metrics: Metrics): Promise<readonly string[]> => (await metrics.text()).split('\n').filter((line) => line.startsWith('drawdown_usage'));
const offers = (count: number): readonly UsageOffer[] => Array.from({ length: count }, () => ({}) as UsageOffer);

describe('usage by its fate', () => {
  it('is counted, rejected usage by its reason, and what waits is known while it waits', async () => {
    const metrics = new Metrics();
    let answer: (fates: readonly Taken[]) => void = () => undefined;
    const counted = new CountedUsage({ submit: () => new Promise<readonly Taken[]>((resolve) => (answer = resolve)) }).show(metrics);
    const submitted = counted.submit(offers(3));
    expect(await shown(metrics)).toEqual(['drawdown_usage_waiting 3']);
    answer([
      { fate: 'applied', charges: [] },
      { fate: 'duplicate' },
      { fate: 'rejected', rejection: { reason: 'payload_empty', detail: 'is empty' }, rejectionId: 'x' },
    ]);
    expect((await submitted).map(({ fate }) => fate)).toEqual(['applied', 'duplicate', 'rejected']);
    expect(await shown(metrics)).toEqual([
      'drawdown_usage_events_total{fate="applied",reason=""} 1',
      'drawdown_usage_events_total{fate="duplicate",reason=""} 1',
      'drawdown_usage_events_total{fate="rejected",reason="payload_empty"} 1',
      'drawdown_usage_waiting 0',
    ]);
  });

  it('that met a fault is no fate: the fault is counted by its code', async () => {
    const metrics = new Metrics();
    const counted = new CountedUsage({ submit: () => Promise.reject(new LogUnavailable('down')) }).show(metrics);
    await expect(counted.submit(offers(2))).rejects.toThrow('down');
    expect(await shown(metrics)).toEqual(['drawdown_usage_faults_total{code="log_unavailable"} 1', 'drawdown_usage_waiting 0']);
  });
});
