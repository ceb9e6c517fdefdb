import { createHash } from 'node:crypto';
import { formatInstant, later } from '@drawdown/domain/amounts';
import { shape } from '@drawdown/domain/decider';
import { type Document, NO_KEYS, NOTHING_FOUND } from '@drawdown/engine/derived-state';
import { CHAIN_START, type EventLog, readMetadata, type RecordedEvent, chainEvent, streams } from '@drawdown/engine/event-store';
import { double, START, TestLedger, tokens, STREAM } from '../event-store/ledger.fixtures';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { type Finding, FINDINGS_LISTED_MAX, type VerifyStep } from './verify';
import { Debits } from './verify-debits';
import { DAY_MS } from '../../domain/amounts/amounts.fixtures';
import { MACHINE_BUSY_MS } from '../../../test/support/waiting';
import { findingsOf, places, summaryOf, usedLedger } from './verify.fixtures';

/** One bit in so many characters is turned: each costs a verification of the whole ledger. */
const CHARACTERS_PER_TURN = 5;

let home: TestLedger;

beforeEach(async () => {
  home = await usedLedger();
});
afterEach(() => home.remove());

const findings = async (changed: Parameters<TestLedger['verify']>[0] = {}): Promise<Finding[]> => findingsOf(await home.verify(changed));

/** A log in which stored events were changed behind everybody's back: a double over the real one. */
function tampered(change: (events: RecordedEvent[]) => readonly RecordedEvent[]): { readonly log: EventLog } {
  const all = async (): Promise<readonly RecordedEvent[]> => change([...(await home.log.readAll(-1n, 4_096))]);
  return {
    log: double(home.log, {
      readAll: async (after) => (after < 0n ? all() : []),
      readStream: async (stream, { from = 0 } = {}) => (await all()).filter((event) => event.stream === stream && event.revision >= from),
    }),
  };
}
const at = (revision: number, change: (event: RecordedEvent) => readonly RecordedEvent[]) =>
  tampered((events) => events.flatMap((event) => (event.stream === STREAM && event.revision === revision ? change(event) : [event])));

describe('a ledger that nobody touched', () => {
  it('has no findings, and the summary counts what was looked at', async () => {
    const steps = await home.verify();
    expect(steps).toEqual([
      {
        kind: 'summary',
        summary: {
          events: 8,
          streams: 4,
          usageLines: 3,
          balances: 1,
          documents: 4,
          position: await home.log.head(),
          heads: await headsOf(home.log),
          findings: 0,
          byKind: {},
        },
      },
    ]);
  });

  it(
    'has none while appends go on',
    async () => {
      const steps: VerifyStep[] = [];
      const using = (async () => {
        for (let i = 0; i < 40; i++) {
          await home.use(tokens(`more${i}`, 1), tokens(`more${i}`, 1));
          await home.addBalance(`c${i}`, 'llm');
        }
      })();
      for (let i = 0; i < 10; i++) steps.push(...(await home.verify()));
      await using;
      expect(findingsOf(steps)).toEqual([]);
      expect(summaryOf(await home.verify())).toMatchObject({ findings: 0, usageLines: 43 });
    },
    MACHINE_BUSY_MS,
  );

  it('has none after a crash, before the last appends are saved', async () => {
    await home.projector.save();
    await home.use(tokens('5', 1));
    await home.addBalance('bob', 'llm');
    const { projections } = home;
    const crashed = double(projections, { checkpoint: async () => (await home.log.readAll(-1n, 8)).at(-1)!.position });
    expect(await findings({ projections: crashed })).toEqual([]);
  });

  it('has none when keys are forgotten that the window has left behind', async () => {
    home.pass(DEDUPE_WINDOW_MS_DEFAULT);
    await home.projector.save();
    expect(await home.projections.forget(home.now)).toBe(0);
    expect(await findings()).toEqual([]);
    home.pass(1);
    expect(await home.projections.forget(home.now)).toBe(3);
    expect(await findings()).toEqual([]);
    expect(places(await findings({ clock: () => later(home.now, -1) }))).toEqual([
      `index ${STREAM} 3`,
      `index ${STREAM} 3`,
      `index ${STREAM} 4`,
    ]);
  });

  it('has none when keys are forgotten while it is looked at', async () => {
    home.pass(DEDUPE_WINDOW_MS_DEFAULT);
    const projections = double(home.projections, {
      find: async (asked) => {
        home.pass(1);
        await home.projections.forget(home.now);
        return home.projections.find(asked);
      },
    });
    expect(await findings({ projections })).toEqual([]);
    expect(await home.projections.forget(home.now)).toBe(0);
  });

  it('has none when an id is used again after the window', async () => {
    home.pass(DEDUPE_WINDOW_MS_DEFAULT + 1);
    await home.projector.save();
    await home.projections.forget(home.now);
    expect((await home.use(tokens('1', 3, { time: formatInstant(home.now) })))[0]).toMatchObject({ status: 'applied' });
    expect(await findings()).toEqual([]);
  });
});

/** As anybody could compute it from the streams alone. */
async function headsOf(log: EventLog): Promise<string> {
  const last = new Map(
    (await log.readAll(-1n, 4_096)).map((event) => [event.stream, `${event.stream} ${event.revision} ${readMetadata(event).chain}\n`]),
  );
  return createHash('sha256')
    .update(
      [...last]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, line]) => line)
        .join(''),
    )
    .digest('hex');
}

describe('the digest of all heads', () => {
  const digest = async (changed: Parameters<TestLedger['verify']>[0] = {}): Promise<string> => summaryOf(await home.verify(changed)).heads;

  it('is the same as long as nothing is appended, and then another', async () => {
    const before = await digest();
    expect(await digest()).toBe(before);
    expect(await digest()).toBe(await headsOf(home.log));
    await home.addCustomer('eve');
    expect(await digest()).not.toBe(before);
  });

  it('is that of an earlier position, where one is asked for', async () => {
    const { heads, position: headsAt } = summaryOf(await home.verify());
    await home.addCustomer('eve');
    await home.use(tokens('5', 1));
    expect(summaryOf(await home.verify({ headsAt }))).toMatchObject({ heads, position: headsAt, events: 10 });
    expect(await digest({ headsAt: headsAt - 1n })).not.toBe(heads);
    expect(await digest({ headsAt: (await home.log.head()) + 1n })).toBe(await digest());
  });

  it('shows the end of a stream cut off together with its derived state, of which there is no finding', async () => {
    const before = await digest();
    const { log } = at(4, () => []);
    const folder = await TestLedger.open();
    const { projections } = folder;
    const cut = {
      log,
      projections: double(projections, { list: async () => [], checkpoint: async () => -1n, find: home.projections.find }),
    };
    expect(await findings(cut)).toEqual([]);
    expect(await digest(cut)).not.toBe(before);
    await folder.remove();
  });
});

describe('a stored event', () => {
  it.each([
    ['whose amount was changed', 3, (e) => [{ ...e, data: e.data.replace('"amount":"11"', '"amount":"12"') }], 'chain', 3],
    ['whose data got a blank', 3, (e) => [{ ...e, data: `${e.data} ` }], 'chain', 3],
    ['whose type was changed', 2, (e) => [{ ...e, type: 'HoldReleased' }], 'chain', 2],
    ['whose key was changed', 2, (e) => [{ ...e, metadata: e.metadata.replace('"key":"k"', '"key":"l"') }], 'chain', 2],
    ['whose metadata got a blank', 2, (e) => [{ ...e, metadata: e.metadata.replace(',', ', ') }], 'chain', 2],
    ['whose metadata got a field more', 2, (e) => [{ ...e, metadata: e.metadata.replace('{', '{"a":1,') }], 'chain', 2],
    ['whose id was changed', 2, (e) => [{ ...e, id: e.id.replace(/^./, (c) => (c === '0' ? '1' : '0')) }], 'chain', 2],
    ['that was removed from the middle', 3, () => [], 'revision', 4],
    ['that was put in twice', 3, (e) => [e, e], 'revision', 3],
    [
      'of another stream put in its place',
      3,
      (e) => [{ ...e, ...chainEvent(CHAIN_START, 'creditBalance-eve~llm', 3, e.type, e.data, { index: 0, size: 1 }) }],
      'chain',
      3,
    ],
  ] as const satisfies readonly (readonly [string, number, (event: RecordedEvent) => readonly RecordedEvent[], string, number])[])(
    '%s is reported with its place',
    async (_, revision, change, kind, found) => {
      expect(places(await findings(at(revision, change)))).toContain(`${kind} ${STREAM} ${found}`);
    },
  );

  it('that was forged at the end of a stream is reported, even chained: its document does not know it', async () => {
    const { log } = tampered((events) => {
      const last = events.findLast(({ stream }) => stream === STREAM)!;
      const { chain } = readMetadata(last);
      const forged = chainEvent(chain, STREAM, last.revision + 1, 'CreditsDeducted', last.data, { index: 0, size: 1 });
      return [...events, { ...last, ...forged, revision: last.revision + 1 }];
    });
    const found = await findings({ log });
    expect(places(found)).toContain(`projection ${STREAM} 4`);
  });

  it('that was removed from the end of a stream is reported: its document remembers', async () => {
    expect(places(await findings(at(4, () => [])))).toEqual([`projection ${STREAM} 4`]);
  });

  it('together with its whole stream is reported, as long as the document is there', async () => {
    const { log } = tampered((events) => events.filter(({ stream }) => stream !== STREAM));
    expect(places(await findings({ log }))).toEqual([`projection ${STREAM} 4`]);
  });

  it('that changed places with the next is reported at both', async () => {
    const { log } = tampered((events) => {
      const [i, j] = [3, 4].map((revision) => events.findIndex((event) => event.stream === STREAM && event.revision === revision));
      const [a, b] = [events[i!]!, events[j!]!];
      return events
        .with(i!, { ...b, revision: a.revision, position: a.position })
        .with(j!, { ...a, revision: b.revision, position: b.position });
    });
    expect(places(await findings({ log }))).toEqual(expect.arrayContaining([`chain ${STREAM} 3`, `chain ${STREAM} 4`]));
  });

  it('and the next one, in the order of the log, is reported', async () => {
    const { log } = tampered((events) => {
      const i = events.findIndex((event) => event.stream === STREAM && event.revision === 3);
      const j = events.findIndex((event) => event.stream === STREAM && event.revision === 4);
      return events.with(i, events[j]!).with(j, events[i]!);
    });
    expect(places(await findings({ log }))).toEqual(expect.arrayContaining([`revision ${STREAM} 4`, `revision ${STREAM} 3`]));
  });

  it(
    'with one bit of its data or metadata turned is reported at its place',
    async () => {
      const events = await home.log.readStream(STREAM);
      const missed: string[] = [];
      for (const event of [events[2]!, events[3]!])
        for (const part of ['data', 'metadata'] as const)
          for (let i = 0; i < event[part].length; i += CHARACTERS_PER_TURN) {
            const turned =
              event[part].slice(0, i) + String.fromCharCode(event[part].charCodeAt(i) ^ (1 << (i % 7))) + event[part].slice(i + 1);
            const found = await findings(at(event.revision, (stored) => [{ ...stored, [part]: turned }]));
            if (
              !found.some(
                ({ kind, stream, revision }) =>
                  (kind === 'chain' || kind === 'unreadable') && stream === STREAM && revision === event.revision,
              )
            )
              missed.push(`${part} ${i} of revision ${event.revision}: ${turned.slice(i - 10, i + 10)}`);
          }
      expect(missed).toEqual([]);
    },
    MACHINE_BUSY_MS,
  );
});

describe('derived state', () => {
  const changed = (change: (document: Document) => Document | undefined, stream = STREAM) => ({
    projections: double(home.projections, {
      list: async (options) =>
        (await home.projections.list(options)).flatMap((document) => (document.stream === stream ? (change(document) ?? []) : [document])),
    }),
  });

  it.each([
    ['is not what its stream folds to', (d: Document) => ({ ...d, json: d.json.replace('"consumed":"16"', '"consumed":"15"') })],
    ['has another chain', (d: Document) => ({ ...d, json: d.json.replace(/"chain":"./, '"chain":"x') })],
    ['is ahead of its stream', (d: Document) => ({ ...d, revision: d.revision + 1 })],
    ['is behind its stream', (d: Document) => ({ ...d, revision: d.revision - 1 })],
    ['is missing', () => undefined],
  ])('is reported where a document %s', async (_, change) => {
    await home.projector.save();
    await settled();
    expect((await findings(changed(change))).map(({ kind, stream }) => [kind, stream])).toEqual([['projection', STREAM]]);
  });

  it('is reported where a document belongs to no stream', async () => {
    await home.projections.save({ documents: [{ stream: 'customer-ghost', revision: 0, json: '{}' }], keys: NO_KEYS, checkpoint: -1n });
    expect(places(await findings())).toEqual(['projection customer-ghost 0']);
  });

  it('is reported where a key of a command or a usage event is missing, with its place', async () => {
    await settled();
    const projections = double(home.projections, {
      find: async (asked) =>
        new Map([...(await home.projections.find(asked))].map(([i, found]) => [i, found.filter(({ revision }) => revision !== 3)])),
    });
    expect(places(await findings({ projections }))).toEqual([`index ${STREAM} 3`, `index ${STREAM} 3`]);
    const none = double(home.projections, { find: async () => NOTHING_FOUND });
    expect(places(await findings({ projections: none }))).toEqual([
      `index ${STREAM} 2`,
      `index ${STREAM} 3`,
      `index ${STREAM} 3`,
      `index ${STREAM} 4`,
    ]);
  });

  /** The checkpoint has reached the end of the log, so all of it has to be there. */
  async function settled(): Promise<void> {
    await home.projector.stop();
    await home.projector.start();
    await home.projector.save();
  }
});

describe('an event that is chained and wrong', () => {
  type Data = { [key: string]: shape.Json };
  /** Appends the last event of a stream again, changed: as a program with a mistake in it would. */
  async function plant(change: (data: Data) => Data, stream = STREAM): Promise<void> {
    const [last] = await home.log.readStream(STREAM, { direction: 'backwards', limit: 1 });
    const { chain, revision } = await home.states.load(stream);
    const data = shape.canonicalJson(change(JSON.parse(last!.data) as Data));
    const chained = chainEvent(chain, stream, revision + 1, last!.type, data, { index: 0, size: 1 });
    await home.log.append(stream, [chained], revision);
    await home.states.reload(stream);
  }
  const lines = (data: Data): Data[] => data['lines'] as Data[];

  it('is reported as doubled where it debits usage again', async () => {
    await plant((data) => ({
      ...data,
      figures: { ...(data['figures'] as Data), booked: '79', available: '69' },
      grants: [{ id: 'g1', remaining: '79', held: '10' }],
    }));
    expect(places(await findings())).toEqual([`doubled ${STREAM} 5`]);
  });

  it('is reported as doubled where it debits usage to another customer too', async () => {
    await home.addBalance('eve', 'llm', '100');
    const other = streams.creditBalance('eve', 'llm');
    await plant(
      (data) => ({
        ...data,
        figures: { ...(data['figures'] as Data), booked: '95', held: '0', available: '95' },
        grants: [{ id: 'g1', remaining: '95', held: '0' }],
      }),
      other,
    );
    expect(places(await findings())).toEqual([`doubled ${other} 2`]);
  });

  it('is reported as doubled at the very end of the window, however much was debited meanwhile', async () => {
    await home.addBalance('eve', 'llm', '100');
    const other = streams.creditBalance('eve', 'llm');
    for (const days of [10, 10, 10]) {
      home.pass(days * DAY_MS);
      await home.use(tokens(`after ${days}`, 0, { subject: 'eve' }));
    }
    const again = async (id: string, ms: number): Promise<void> => {
      const [line] = lines(JSON.parse((await home.log.readStream(STREAM, { from: 3, limit: 1 }))[0]!.data) as Data);
      const free = { ...line, id, amount: '0', allocation: [], uncovered: '0', parts: [] };
      await plant(
        (data) => ({
          ...data,
          at: formatInstant(later(START, ms)),
          amount: '0',
          uncovered: '0',
          lines: [free],
          figures: { ...(data['figures'] as Data), booked: '100', held: '0', available: '100' },
          grants: [],
        }),
        other,
      );
    };
    await again('1', DEDUPE_WINDOW_MS_DEFAULT);
    await again('2', DEDUPE_WINDOW_MS_DEFAULT + 1);
    const { revision } = await home.states.load(other);
    expect(places(await findings())).toEqual([`doubled ${other} ${revision - 1}`]);
  });

  it('is not reported as doubled where only the fingerprints of two usage events meet', async () => {
    const meeting = jest.spyOn(Debits.prototype, 'has').mockReturnValue(true);
    expect(await findings()).toEqual([]);
    expect(meeting).toHaveBeenCalledTimes(3);
    meeting.mockRestore();
  });

  it('is reported as breaking conservation where its figures are one unit off', async () => {
    await plant((data) => ({
      ...data,
      lines: lines(data).map((line) => ({ ...line, id: 'new' })),
      figures: { ...(data['figures'] as Data), booked: '79.000000001', available: '69.000000001' },
      grants: [{ id: 'g1', remaining: '79.000000001', held: '10' }],
    }));
    const found = await findings();
    expect(new Set(places(found))).toEqual(new Set([`conservation ${STREAM} 5`]));
    expect(found.map(({ detail }) => detail)).toContain('booked is said to be 79.000000001, and adds up to 79');
  });

  it('is reported as unreadable where no version knows its type, and the rest is looked at all the same', async () => {
    const { chain, revision } = await home.states.load(STREAM);
    await home.log.append(STREAM, [chainEvent(chain, STREAM, revision + 1, 'CreditsGuessed', '{}', { index: 0, size: 1 })], revision);
    expect(await findings()).toMatchObject([
      { kind: 'unreadable', stream: STREAM, revision: 5, detail: 'unknown event type CreditsGuessed' },
    ]);
  });
});

it(
  'remembers no more debits than the window holds, however long the history is',
  async () => {
    const held: number[] = [];
    const { add } = Debits.prototype;
    const adding = jest.spyOn(Debits.prototype, 'add').mockImplementation(function (this: Debits, ...debit) {
      add.apply(this, debit);
      held.push(this.size);
    });
    const HISTORY_DAYS = 200;
    for (let day = 0; day < HISTORY_DAYS; day++) {
      home.pass(DAY_MS);
      await home.use(tokens(`day ${day}`, 0));
    }
    expect(await findings()).toEqual([]);
    adding.mockRestore();
    expect(held).toHaveLength(3 + HISTORY_DAYS);
    // One a day, and a few days that are dropped together with younger ones.
    expect(Math.max(...held)).toBeGreaterThan(35);
    expect(Math.max(...held)).toBeLessThan(60);
  },
  MACHINE_BUSY_MS,
);

it('counts all findings and lists no more than a person can read', async () => {
  const { log } = tampered((events) =>
    events.flatMap((event) =>
      event.stream === STREAM && event.revision === 4
        ? Array.from({ length: FINDINGS_LISTED_MAX + 1 }, () => ({ ...event, revision: 9 }))
        : [event],
    ),
  );
  const steps = await home.verify({ log });
  expect(findingsOf(steps)).toHaveLength(FINDINGS_LISTED_MAX);
  expect(summaryOf(steps).findings).toBeGreaterThan(FINDINGS_LISTED_MAX);
});
