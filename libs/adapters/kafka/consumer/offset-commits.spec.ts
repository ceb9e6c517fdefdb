import { Fault } from '@drawdown/engine/event-store';
import { until } from '../../../../test/support/waiting';
import { OffsetCommits } from './offset-commits';

const refused = new Fault('refused', 'not the coordinator', true);

function committing(answer: () => Promise<boolean> = () => Promise.resolve(true)) {
  const sent: Record<number, string>[] = [];
  const failures: unknown[] = [];
  const commits = new OffsetCommits(
    (offsets) => {
      sent.push(Object.fromEntries([...offsets].map(([partition, offset]) => [partition, String(offset)])));
      return answer();
    },
    (fault) => failures.push(fault),
  );
  return { commits, sent, failures };
}

describe('commits', () => {
  it('carry the newest offset of each partition, one request at a time', async () => {
    let answer = (): void => undefined;
    const { commits, sent } = committing(() => new Promise((resolve) => (answer = () => resolve(true))));
    commits.note(0, 1n);
    await until('the first request', () => sent.length === 1);
    commits.note(0, 2n);
    commits.note(0, 3n);
    commits.note(1, 8n);
    expect(sent).toEqual([{ 0: '1' }]);
    answer();
    await until('the second request', () => sent.length === 2);
    answer();
    expect(sent[1]).toEqual({ 0: '3', 1: '8' });
  });

  it('are sent again after a failure, the newest if there is a newer', async () => {
    let failures = 1;
    const { commits, sent, failures: onFault } = committing(() => (failures-- > 0 ? Promise.reject(refused) : Promise.resolve(true)));
    commits.note(0, 1n);
    commits.note(1, 5n);
    await until('the failure', () => onFault.length === 1);
    commits.note(0, 2n);
    await until('the second request', () => commits.committed.get(0) === 2n && commits.committed.get(1) === 5n);
    expect(sent.at(-1)).toEqual({ 0: '2', 1: '5' });
  });

  it('count as made only when the broker has said so', async () => {
    const { commits, failures } = committing(() => Promise.reject(refused));
    commits.note(0, 1n);
    await until('the failure', () => failures.length === 1);
    expect(commits.committed.size).toBe(0);
    commits.end();
  });

  it('wait without a fault while they cannot be sent yet, and are made when they can', async () => {
    let can = false;
    const { commits, sent, failures } = committing(() => Promise.resolve(can));
    commits.note(0, 1n);
    await until('a try', () => sent.length === 1);
    expect(commits.committed.size).toBe(0);
    can = true;
    await until('the next try', () => commits.committed.get(0) === 1n);
    expect([sent, failures]).toEqual([[{ 0: '1' }, { 0: '1' }], []]);
  });

  it('are all made, or tried once, when they are flushed', async () => {
    const { commits, sent } = committing();
    commits.note(0, 1n);
    commits.note(0, 2n);
    await commits.flush();
    expect(commits.committed.get(0)).toBe(2n);
    expect(sent.length).toBeLessThanOrEqual(2);
    const down = committing(() => Promise.reject(refused));
    down.commits.note(0, 1n);
    await down.commits.flush();
    expect(down.failures).toEqual([refused]);
  });

  it('are not sent after the end of the generation', async () => {
    const { commits, sent } = committing();
    commits.end();
    commits.note(0, 1n);
    await commits.flush();
    expect(sent).toEqual([]);
  });
});
