import { AppendUnknown, LogUnavailable } from '@drawdown/engine/event-store';
import { aDirectory, allOf, anEvent, cleanUp, copyAfterKill, openLog, someEvents, UnreliableDisk } from '../embedded.fixtures';
import { turn } from '../../../../test/support/waiting';

afterEach(cleanUp);

describe('a full disk', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    '(%s) refuses appends, keeps nothing of them, and is forgotten when there is room again',
    async (code) => {
      const disk = new UnreliableDisk();
      const directory = aDirectory();
      const log = await openLog({ directory, files: disk.files });
      await log.append('wallet-a', someEvents(2), 'no_stream');
      const before = await allOf(log);

      disk.failing.write = code;
      disk.partialBytes = 300; // a part gets through: it has to be taken back
      const refused = await Promise.allSettled([
        log.append('wallet-a', someEvents(1), 1),
        log.append('wallet-b', someEvents(1), 'no_stream'),
        log.append('wallet-a', someEvents(1), 2),
      ]);
      for (const result of refused)
        expect(result).toMatchObject({
          status: 'rejected',
          reason: { code: 'log_unavailable', retriable: true, message: expect.stringContaining(`disk full (${code})`) as string },
        });
      expect(await allOf(log)).toEqual(before);
      expect(log.failure).toBeUndefined();

      disk.failing = {};
      expect(await log.append('wallet-a', [anEvent()], 1)).toMatchObject({ outcome: 'appended', revision: 2 });
      expect(await log.append('wallet-b', [anEvent()], 'no_stream')).toMatchObject({ outcome: 'appended', revision: 0 });
      const copy = await openLog({ directory: copyAfterKill(directory) });
      expect(copy.recovered.tornBytes).toBe(0);
      expect(await allOf(copy)).toEqual(await allOf(log));
    },
  );

  it('also turns away what waited behind the append that failed, and lets go of who waited to hear of a conflict', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files });
    disk.failing.write = 'ENOSPC';
    const first = log.append('wallet-a', [anEvent()], 'no_stream');
    const conflicting = log.append('wallet-a', [anEvent()], 'no_stream');
    await expect(first).rejects.toThrow(LogUnavailable);
    await expect(conflicting).rejects.toThrow(LogUnavailable); // the stream is new after all, so it went on to try
    expect(await log.readStream('wallet-a')).toEqual([]);
  });

  it('when a new segment is due refuses the append and stays with the old one', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files, segmentBytes: 1_000 });
    await log.append('wallet-a', [anEvent('x'.repeat(900))], 'no_stream');
    disk.failing.write = 'ENOSPC';
    await expect(log.append('wallet-a', [anEvent()], 0)).rejects.toThrow('disk full (ENOSPC)');
    disk.failing = {};
    expect(await log.append('wallet-a', [anEvent()], 0)).toMatchObject({ outcome: 'appended', revision: 1 });
    expect(await allOf(log)).toHaveLength(2);
  });

  it('whose bytes cannot be taken back is as bad as a failed sync', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files });
    disk.failing = { write: 'ENOSPC', truncate: 'EIO' };
    await expect(log.append('wallet-a', [anEvent()], 'no_stream')).rejects.toThrow(AppendUnknown);
    disk.failing = {};
    await expect(log.append('wallet-a', [anEvent()], 'no_stream')).rejects.toThrow('the log takes nothing until it is opened again');
  });
});

describe('a sync that fails', () => {
  it('leaves appends in flight unknown, what waits refused, and the log closed to appends until it is opened again', async () => {
    const disk = new UnreliableDisk();
    const directory = aDirectory();
    const log = await openLog({ directory, files: disk.files });
    await log.append('wallet-a', [anEvent()], 'no_stream');
    disk.holdSyncs();
    const inFlight = log.append('wallet-a', [anEvent()], 0);
    await syncsReached(disk, disk.syncs + 1);
    const waiting = log.append('wallet-a', [anEvent()], 1);
    disk.failing.datasync = 'EIO';
    disk.releaseSyncs();
    await expect(inFlight).rejects.toThrow(AppendUnknown);
    await expect(waiting).rejects.toThrow(LogUnavailable);
    disk.failing = {};
    await expect(log.append('wallet-a', [anEvent()], 0)).rejects.toThrow(LogUnavailable);
    await expect(log.broken).rejects.toBe(log.failure);
    expect(log.failure).toMatchObject({
      code: 'log_unavailable',
      message: 'the log takes nothing until it is opened again: EIO: made by a test',
    });
    expect(await log.readStream('wallet-a')).toHaveLength(1);
    await log.close();

    const again = await openLog({ directory });
    expect(again.failure).toBeUndefined();
    expect([1, 2]).toContain((await again.readStream('wallet-a')).length);
    const { length } = await again.readStream('wallet-a');
    expect(await again.append('wallet-a', [anEvent()], length - 1)).toMatchObject({ outcome: 'appended' });
  });
});

describe('group commit', () => {
  it('lets all appends that come while a sync is running share the next one', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files });
    const before = disk.syncs;
    disk.holdSyncs();
    const first = log.append('wallet-first', [anEvent()], 'no_stream');
    await syncsReached(disk, before + 1);
    const rest = Array.from({ length: 500 }, (_, i) => log.append(`wallet-${i}`, [anEvent()], 'no_stream'));
    disk.releaseSyncs();
    await Promise.all([first, ...rest]);
    expect(disk.syncs - before).toBe(2);
    expect(await allOf(log)).toHaveLength(501);
  });

  it('shows and acknowledges nothing before its sync has returned', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files });
    const seen: string[] = [];
    const subscription = log.subscribe(-1n, async (events) => void seen.push(...events.map(({ stream }) => stream)));
    await subscription.caughtUp;
    disk.holdSyncs();
    let acknowledged = false;
    const append = log.append('wallet-a', [anEvent()], 'no_stream').then(() => (acknowledged = true));
    await syncsReached(disk, disk.syncs + 1);
    expect(await log.readStream('wallet-a')).toEqual([]);
    expect(await log.head()).toBe(-1n);
    expect(await log.readAll(-1n, 10)).toEqual([]);
    expect({ acknowledged, seen }).toEqual({ acknowledged: false, seen: [] });
    disk.releaseSyncs();
    await append;
    expect(await log.readStream('wallet-a')).toHaveLength(1);
  });

  it('takes appends one behind the other on one stream without waiting for the first', async () => {
    const log = await openLog();
    const outcomes = await Promise.all([
      log.append('wallet-a', someEvents(2), 'no_stream'),
      log.append('wallet-a', someEvents(3), 1),
      log.append('wallet-a', someEvents(1), 4),
    ]);
    expect(outcomes.map(({ outcome, revision }) => [outcome, revision])).toEqual([
      ['appended', 1],
      ['appended', 4],
      ['appended', 5],
    ]);
  });

  it('tells of a conflict with an append in flight only when that is durable', async () => {
    const disk = new UnreliableDisk();
    const log = await openLog({ files: disk.files });
    disk.holdSyncs();
    const winner = log.append('wallet-a', [anEvent()], 'no_stream');
    let answered = false;
    const loser = log.append('wallet-a', [anEvent()], 'no_stream').finally(() => (answered = true));
    await syncsReached(disk, disk.syncs + 1);
    expect(answered).toBe(false);
    disk.releaseSyncs();
    expect(await winner).toMatchObject({ outcome: 'appended', revision: 0 });
    expect(await loser).toEqual({ outcome: 'conflict', revision: 0 });
  });

  it('has nothing in flight any more when the log is closed', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    const appends = Array.from({ length: 100 }, (_, i) => log.append(`wallet-${i}`, [anEvent()], 'no_stream'));
    await log.close();
    for (const { outcome } of await Promise.all(appends)) expect(outcome).toBe('appended');
    await expect(log.append('wallet-x', [anEvent()], 'no_stream')).rejects.toThrow(LogUnavailable);
    expect(await allOf(await openLog({ directory }))).toHaveLength(100);
  });
});

async function syncsReached(disk: UnreliableDisk, count: number): Promise<void> {
  for (let i = 0; disk.syncs < count; i++) {
    if (i > 100_000) throw new Error(`waited for sync ${count}, there were ${disk.syncs}`);
    await turn();
  }
}
