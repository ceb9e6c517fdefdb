import { spawnSync } from 'node:child_process';
import { parseStat, treeOf, usedBy } from './processes';

describe('what processes have used', () => {
  it('is read although the name of a program holds spaces and parentheses', () => {
    const text = '12 (a) (b) S 7 12 12 0 -1 4194304 9 9 0 0 100 20 3 4 20 0 1 0 5 6 7';
    expect(parseStat(text)).toEqual({ pid: 12, parent: 7, ticks: 127 });
  });

  it('includes children and their children, in whatever order they are listed', () => {
    const stat = (pid: number, parent: number) => ({ pid, parent, ticks: 1 });
    const stats = [stat(9, 5), stat(5, 2), stat(2, 1), stat(3, 1)];
    expect(treeOf([2], stats).map(({ pid }) => pid)).toEqual([9, 5, 2]);
  });

  it('includes a child that has ended', () => {
    const before = usedBy([process.pid]);
    spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 60_000);']);
    expect(usedBy([process.pid]).cpuMicros - before.cpuMicros).toBeGreaterThanOrEqual(50_000);
  });
});
