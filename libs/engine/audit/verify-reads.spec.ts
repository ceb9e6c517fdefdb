import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventLog, Fault, LogUnavailable, streams } from '@drawdown/engine/event-store';
import { double, streamDefinitions, TestLedger, STREAM } from '../event-store/ledger.fixtures';
import type { Finding } from './verify';
import { Debits } from './verify-debits';
import { findingsOf, places, summaryOf, usedLedger } from './verify.fixtures';

let home: TestLedger;

beforeEach(async () => {
  home = await usedLedger();
});
afterEach(() => home.remove());

const findings = async (changed: Parameters<TestLedger['verify']>[0] = {}): Promise<Finding[]> => findingsOf(await home.verify(changed));

describe('what cannot be read', () => {
  const DAMAGED = 'log/0.log is damaged at byte 777';
  const damaged = new Fault('log_corrupt', DAMAGED, false);
  /** A log that holds a damaged record: whatever page has it fails, as a real one does. */
  const damagedAt = (position: bigint): EventLog =>
    double(home.log, {
      readAll: async (after, limit) => {
        const page = await home.log.readAll(after, limit);
        if (page.some((event) => event.position === position)) throw damaged;
        return page;
      },
      readStream: async (stream, options) => {
        const page = await home.log.readStream(stream, options);
        if (page.some((event) => event.position === position)) throw damaged;
        return page;
      },
    });
  const positionOf = async (stream: string, revision: number): Promise<bigint> =>
    (await home.log.readStream(stream, { from: revision, limit: 1 }))[0]!.position;

  it('of the log is reported with its place, and what stands before and behind it is looked at', async () => {
    await home.addCustomer('eve');
    const position = await positionOf(STREAM, 3);
    const steps = await home.verify({ log: damagedAt(position) });
    expect(findingsOf(steps)).toEqual([
      { kind: 'corrupt', stream: '', detail: DAMAGED },
      { kind: 'corrupt', stream: STREAM, revision: 3, detail: DAMAGED },
    ]);
    // All but the damaged event and the one behind it in its stream; eve comes behind both.
    expect(summaryOf(steps)).toMatchObject({ findings: 2, byKind: { corrupt: 2 }, events: 7, streams: 5, documents: 5 });
    expect(summaryOf(steps).position).toBe(await positionOf(STREAM, 2));
  });

  it('of the log does not hide what is wrong behind it', async () => {
    await home.addCustomer('eve');
    const eve = streams.customer('eve');
    const position = await positionOf(STREAM, 3);
    const log = damagedAt(position);
    const changed = double(log, {
      readStream: async (stream, options) =>
        (await log.readStream(stream, options)).map((event) => (stream === eve ? { ...event, data: `${event.data} ` } : event)),
    });
    expect(places(await findings({ log: changed }))).toContain(`chain ${eve} 0`);
  });

  it('of the log is reported once, however often it is read', async () => {
    const meeting = jest.spyOn(Debits.prototype, 'has').mockReturnValue(true);
    const found = await findings({ log: damagedAt(await positionOf(STREAM, 4)) });
    meeting.mockRestore();
    expect(places(found)).toEqual(['corrupt  undefined', `corrupt ${STREAM} 4`]);
  });

  it('of the log on real files is reported with file and byte', async () => {
    await home.stop();
    const [name] = readdirSync(join(home.directory, 'log'));
    const file = join(home.directory, 'log', name!);
    const bytes = readFileSync(file);
    const byte = bytes.indexOf('"amount":"11"');
    bytes[byte] = bytes[byte]! ^ 1;
    writeFileSync(file, bytes);
    home = await TestLedger.open(home.directory);
    const steps = await home.verify();
    const place: unknown = expect.stringMatching(new RegExp(`${name!} is damaged at byte \\d+`));
    expect(findingsOf(steps)).toEqual([
      { kind: 'corrupt', stream: '', detail: place },
      { kind: 'corrupt', stream: STREAM, revision: 3, detail: place },
    ]);
    expect(summaryOf(steps)).toMatchObject({ findings: 2, documents: 4 });
  });

  it('of derived state is reported, and ends no check', async () => {
    const pageLost = async () => Promise.reject(new Error('MDB_PAGE_NOTFOUND: Requested page not found'));
    const lost = double(home.projections, { list: pageLost, find: pageLost });
    // The checkpoint has reached the end of the log, so every key should be there.
    await home.projector.stop();
    await home.projector.start();
    await home.projector.save();
    const steps = await home.verify({ projections: lost });
    const all = findingsOf(steps);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['projection']));
    expect(all[0]?.detail).toBe(
      'the index of applied keys cannot be read: MDB_PAGE_NOTFOUND: Requested page not found; rebuild the projection',
    );
    expect(all).toHaveLength(1 + streamDefinitions.length);
    expect(summaryOf(steps)).toMatchObject({ findings: all.length, events: 8 });
    expect(places(await findings({ projections: double(home.projections, { checkpoint: pageLost }) }))).toEqual(['projection  undefined']);
  });

  it('for the moment only is thrown: it says nothing about what is stored', async () => {
    const down = async () => Promise.reject(new LogUnavailable('down'));
    await expect(home.verify({ log: double(home.log, { readAll: down }) })).rejects.toThrow('down');
    await expect(home.verify({ projections: double(home.projections, { list: down }) })).rejects.toThrow('down');
  });
});
