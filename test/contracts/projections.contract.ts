/** What every adapter of the `Projections` port keeps. Call it in a spec file with a way to open an empty one. */
import type { Instant } from '@drawdown/domain/amounts';
import { type Document, KeyBatch, NO_KEYS, NOTHING_FOUND, type Projections } from '@drawdown/engine/derived-state';
import { usageFingerprint } from '@drawdown/engine/event-store';
import { turn } from '../support/waiting';

interface OpenedProjections {
  readonly projections: Projections;
  /** Closes and opens again over the same stored state; absent where that means nothing. */
  readonly reopen?: () => Promise<Projections>;
  /** Loses everything that was saved, behind the process's back; absent where that cannot happen. */
  readonly lose?: () => Promise<void>;
  /** Another process with the same derived state; absent where there can be none. Closed by `dispose`. */
  readonly beside?: () => Promise<Projections>;
  /** Saves of several streams are seen whole by everybody at every moment. */
  readonly atomicSaves: boolean;
  /** A key may be found so long after the time until which it has to be kept; in milliseconds. */
  readonly keptLongerMs: number;
  /** Closes and removes everything. */
  readonly dispose: () => Promise<void>;
}

const at = (ms: number) => (Date.UTC(2026, 0, 1) + ms) as Instant;
const document = (stream: string, revision: number, dueAt?: Instant): Document => {
  const json = JSON.stringify({ stream, revision });
  return dueAt === undefined ? { stream, revision, json } : { stream, revision, json, dueAt };
};
const nothing = { documents: [], keys: NO_KEYS, checkpoint: -1n };

export function projectionsContract(name: string, open: () => Promise<OpenedProjections>): void {
  describe(`${name} as projections`, () => {
    let opened: OpenedProjections;
    let projections: Projections;
    beforeEach(async () => {
      opened = await open();
      projections = opened.projections;
      await projections.attach();
    });
    afterEach(() => opened.dispose());

    /** All places of each fingerprint, in the order of the question. */
    const placesOf = async (store: Projections, ...fingerprints: readonly number[]) => {
      const found = await store.find(fingerprints);
      return fingerprints.map((_, i) => found.get(i) ?? []);
    };
    const find = (...fingerprints: readonly number[]) => placesOf(projections, ...fingerprints);
    const saveDocuments = (...documents: Document[]) => projections.save({ ...nothing, documents });
    const streamsIn = async (prefix: string, limit: number, after?: string) =>
      (await projections.list(after === undefined ? { prefix, limit } : { prefix, limit, after })).map(({ stream }) => stream);
    const dueStreams = async (moment: Instant, limit = 100) => (await projections.due(moment, limit)).map(({ stream }) => stream);

    it('holds nothing at first', async () => {
      expect(await projections.checkpoint()).toBe(-1n);
      expect(await projections.load('wallet-a')).toBeUndefined();
      expect(await projections.list({ prefix: '', limit: 10 })).toEqual([]);
      expect(await projections.find([1, 2])).toEqual(NOTHING_FOUND);
      expect(await projections.due(at(0), 10)).toEqual([]);
      expect(await projections.forget(at(0))).toBe(0);
    });

    describe('documents', () => {
      it('come back as they were saved', async () => {
        const saved = {
          stream: 'wallet-ö',
          revision: 7,
          json: JSON.stringify({ text: 'Größe 漢字 🙂', long: 'x'.repeat(100_000) }),
          dueAt: at(5),
        };
        await saveDocuments(saved, document('wallet-b', 0));
        expect(await projections.load('wallet-ö')).toEqual(saved);
        expect(await projections.load('wallet-b')).toEqual(document('wallet-b', 0));
      });

      it('are replaced by a higher revision only', async () => {
        await saveDocuments(document('wallet-a', 5));
        await saveDocuments({ ...document('wallet-a', 5), json: '"same revision"' });
        await saveDocuments({ ...document('wallet-a', 4), json: '"lower revision"' });
        expect(await projections.load('wallet-a')).toEqual(document('wallet-a', 5));
        await saveDocuments(document('wallet-a', 6));
        expect(await projections.load('wallet-a')).toEqual(document('wallet-a', 6));
      });

      it('are replaced by a higher revision only within one save and among saves at once', async () => {
        await saveDocuments(document('wallet-a', 2), document('wallet-a', 3), document('wallet-a', 1));
        expect((await projections.load('wallet-a'))?.revision).toBe(3);
        await Promise.all([9, 12, 10, 11, 8].map((revision) => saveDocuments(document('wallet-a', revision))));
        expect((await projections.load('wallet-a'))?.revision).toBe(12);
      });

      it('are listed by prefix in order of name, page after page', async () => {
        const names = Array.from({ length: 25 }, (_, i) => `wallet-${String(i).padStart(2, '0')}`);
        await saveDocuments(
          ...[...names].reverse().map((stream) => document(stream, 0)),
          document('customer-1', 0),
          document('walletx', 0),
          document('wallet', 0),
        );
        const seen: string[] = [];
        for (let page = await streamsIn('wallet-', 10); page.length > 0; page = await streamsIn('wallet-', 10, page.at(-1))) {
          expect(page.length).toBeLessThanOrEqual(10);
          seen.push(...page);
        }
        expect(seen).toEqual(names);
        expect(await streamsIn('', 100)).toHaveLength(28);
        expect(await streamsIn('wallet-', 10, 'a')).toEqual(names.slice(0, 10));
        expect(await streamsIn('nothing', 10)).toEqual([]);
      });
    });

    describe('keys', () => {
      it('are found in the order of the question, each with all its places', async () => {
        const keys = [
          { fingerprint: 3, stream: 'wallet-a', revision: 1 },
          { fingerprint: 0, stream: 'wallet-a', revision: 2 },
          { fingerprint: 2 ** 53 - 1, stream: 'wallet-b', revision: 3 },
          { fingerprint: 3, stream: 'wallet-b', revision: 4 },
        ];
        await projections.save({ ...nothing, keys: new KeyBatch(keys) });
        await projections.save({ ...nothing, keys: new KeyBatch([{ fingerprint: 3, stream: 'wallet-a', revision: 9 }]) });
        const [max, none, three, zero] = await find(2 ** 53 - 1, 77, 3, 0);
        expect(max).toEqual([{ stream: 'wallet-b', revision: 3 }]);
        expect(none).toEqual([]);
        expect([...(three ?? [])].sort((a, b) => a.revision - b.revision)).toEqual([
          { stream: 'wallet-a', revision: 1 },
          { stream: 'wallet-b', revision: 4 },
          { stream: 'wallet-a', revision: 9 },
        ]);
        expect(zero).toEqual([{ stream: 'wallet-a', revision: 2 }]);
      });

      it('are saved once, however often they come', async () => {
        const key = { fingerprint: 5, stream: 'wallet-a', revision: 1, keepUntil: at(10) };
        await projections.save({ ...nothing, keys: new KeyBatch([key, key]) });
        await Promise.all([
          projections.save({ ...nothing, keys: new KeyBatch([key]) }),
          projections.save({ ...nothing, keys: new KeyBatch([key]) }),
        ]);
        expect(await find(5)).toEqual([[{ stream: 'wallet-a', revision: 1 }]]);
        await projections.forget(at(10));
        expect(await find(5)).toEqual([[]]);
      });

      it('are forgotten from their time on, not a millisecond before, and never without one', async () => {
        const hour = 3_600_000;
        await projections.save({
          ...nothing,
          keys: new KeyBatch([
            { fingerprint: 1, stream: 'wallet-a', revision: 1, keepUntil: at(100) },
            { fingerprint: 2, stream: 'wallet-a', revision: 2, keepUntil: at(101) },
            { fingerprint: 3, stream: 'wallet-a', revision: 3, keepUntil: at(50 * hour) },
            { fingerprint: 4, stream: 'wallet-a', revision: 4 },
            { fingerprint: 1, stream: 'wallet-b', revision: 5, keepUntil: at(101) },
          ]),
        });
        const found = async () => (await find(1, 2, 3, 4)).flat().map(({ revision }) => revision);
        const kept = async (...revisions: readonly number[]) => {
          expect(await found()).toEqual(expect.arrayContaining([...revisions]));
          if (opened.keptLongerMs === 0) expect(await found()).toHaveLength(revisions.length);
        };
        expect(await projections.forget(at(99))).toBe(0);
        await kept(1, 2, 3, 4, 5);
        await projections.forget(at(100));
        await kept(2, 3, 4, 5);
        await projections.forget(at(50 * hour - 1));
        await kept(3, 4);
        await projections.forget(at(50 * hour + opened.keptLongerMs));
        expect(await found()).toEqual([4]);
        await projections.forget(at(5_000 * hour));
        expect(await find(1, 2, 3, 4)).toEqual([[], [], [], [{ stream: 'wallet-a', revision: 4 }]]);
      });

      it('are forgotten by the thousand while saves go on', async () => {
        const keysFrom = (first: number, keepUntil: Instant) =>
          Array.from({ length: 10_000 }, (_, i) => ({
            fingerprint: usageFingerprint('contract', `${first + i}`),
            stream: `wallet-${i}`,
            revision: i,
            keepUntil,
          }));
        const old = keysFrom(1, at(1));
        const fresh = keysFrom(100_000, at(1_000));
        await projections.save({ ...nothing, keys: new KeyBatch(old) });
        const [forgotten] = await Promise.all([projections.forget(at(500)), projections.save({ ...nothing, keys: new KeyBatch(fresh) })]);
        expect(forgotten).toBe(10_000);
        expect((await find(...old.map(({ fingerprint }) => fingerprint))).flat()).toEqual([]);
        expect((await find(...fresh.map(({ fingerprint }) => fingerprint))).flat()).toHaveLength(10_000);
      });
    });

    describe('what is due', () => {
      it('comes soonest first, up to the moment and the limit', async () => {
        await saveDocuments(
          document('wallet-c', 1, at(30)),
          document('wallet-a', 1, at(10)),
          document('wallet-b', 1, at(20)),
          document('wallet-d', 1),
        );
        expect(await projections.due(at(30), 10)).toEqual([
          { stream: 'wallet-a', dueAt: at(10) },
          { stream: 'wallet-b', dueAt: at(20) },
          { stream: 'wallet-c', dueAt: at(30) },
        ]);
        expect(await dueStreams(at(29))).toEqual(['wallet-a', 'wallet-b']);
        expect(await dueStreams(at(19))).toEqual(['wallet-a']);
        expect(await dueStreams(at(30), 1)).toEqual(['wallet-a']);
        expect(await dueStreams(at(9))).toEqual([]);
      });

      it('moves with the document, and goes with its last due time', async () => {
        await saveDocuments(document('wallet-a', 1, at(10)), document('wallet-b', 1, at(11)));
        await saveDocuments(document('wallet-a', 2, at(50)), document('wallet-b', 2), document('wallet-a', 1, at(1)));
        expect(await dueStreams(at(49))).toEqual([]);
        expect(await dueStreams(at(50))).toEqual(['wallet-a']);
        await saveDocuments(document('wallet-a', 3, at(60)), document('wallet-a', 4, at(70)));
        expect(await projections.due(at(100), 10)).toEqual([{ stream: 'wallet-a', dueAt: at(70) }]);
      });

      it('may lie before 1970', async () => {
        await saveDocuments(document('wallet-a', 1, 0 as Instant), document('wallet-b', 1, -1 as Instant));
        expect(await projections.due(0 as Instant, 10)).toEqual([
          { stream: 'wallet-b', dueAt: -1 },
          { stream: 'wallet-a', dueAt: 0 },
        ]);
        expect(await dueStreams(-1 as Instant)).toEqual(['wallet-b']);
      });
    });

    it('never lets the checkpoint go back', async () => {
      await projections.save({ ...nothing, checkpoint: 2n ** 60n + 1n });
      await projections.save({ ...nothing, checkpoint: 5n });
      expect(await projections.checkpoint()).toBe(2n ** 60n + 1n);
    });

    it('shows a save whole or not at all, and at least its checkpoint never before the rest', async () => {
      const size = 500;
      const saveAll = (revision: number) =>
        projections.save({
          documents: Array.from({ length: size }, (_, i) => document(`wallet-${i}`, revision)),
          keys: new KeyBatch([{ fingerprint: revision, stream: 'wallet-0', revision }]),
          checkpoint: BigInt(revision),
        });
      await saveAll(1);
      const saving = saveAll(2);
      let done = false;
      void saving.then(() => (done = true));
      while (!done) {
        const revisions = new Set((await projections.list({ prefix: 'wallet-', limit: size })).map(({ revision }) => revision));
        if (opened.atomicSaves) expect(revisions.size).toBe(1);
        if ((await projections.checkpoint()) === 2n) {
          expect((await projections.load('wallet-499'))?.revision).toBe(2);
          expect((await find(2))[0]).toHaveLength(1);
        }
        await turn();
      }
      expect(await projections.checkpoint()).toBe(2n);
      expect((await projections.load('wallet-499'))?.revision).toBe(2);
      expect((await find(2))[0]).toHaveLength(1);
    });

    it('is empty after clear, and takes lower revisions again', async () => {
      await projections.save({
        documents: [document('wallet-a', 9, at(1))],
        keys: new KeyBatch([{ fingerprint: 1, stream: 'wallet-a', revision: 9, keepUntil: at(1) }]),
        checkpoint: 77n,
      });
      await projections.clear();
      expect(await projections.checkpoint()).toBe(-1n);
      expect(await projections.list({ prefix: '', limit: 10 })).toEqual([]);
      expect(await find(1)).toEqual([[]]);
      expect(await dueStreams(at(10))).toEqual([]);
      expect(await projections.forget(at(10))).toBe(0);
      await saveDocuments(document('wallet-a', 0));
      expect((await projections.load('wallet-a'))?.revision).toBe(0);
    });

    it('never shows a document before the keys that belong to it', async () => {
      const keysOf = (revision: number) =>
        Array.from({ length: 200 }, (_, i) => ({ fingerprint: revision * 1_000 + i, stream: 'wallet-a', revision }));
      for (let revision = 1; revision <= 20; revision++) {
        let done = false;
        const saving = projections
          .save({ documents: [document('wallet-a', revision)], keys: new KeyBatch(keysOf(revision)), checkpoint: -1n })
          .finally(() => (done = true));
        while (!done) {
          const seen = (await projections.load('wallet-a'))?.revision ?? 0;
          const found = await find(...keysOf(seen).map(({ fingerprint }) => fingerprint));
          if (seen > 0) expect(found.filter((places) => places.length === 1)).toHaveLength(200);
          await turn();
        }
        await saving;
      }
    });

    describe('what is lost behind its back', () => {
      const lost = { code: 'derived_state_lost', retriable: true };
      const calls: readonly (readonly [string, (projections: Projections) => Promise<unknown>])[] = [
        ['load', (projections) => projections.load('wallet-a')],
        ['list', (projections) => projections.list({ prefix: '', limit: 1 })],
        ['find', (projections) => projections.find([1])],
        ['save', (projections) => projections.save({ ...nothing, documents: [document('wallet-b', 1)] })],
        ['checkpoint', (projections) => projections.checkpoint()],
        ['due', (projections) => projections.due(at(0), 1)],
        ['forget', (projections) => projections.forget(at(0))],
      ];
      const aLot = {
        documents: Array.from({ length: 40 }, (_, i) => document(`wallet-${i}`, 1)),
        keys: new KeyBatch(Array.from({ length: 40 }, (_, i) => ({ fingerprint: i, stream: `wallet-${i}`, revision: 1 }))),
        checkpoint: 7n,
      };

      it.each(calls)('is never answered over by %s, which reports it once', async (_, call) => {
        if (!opened.lose) return;
        let notified = 0;
        await projections.attach(() => (notified += 1));
        await projections.save(aLot);
        await opened.lose();
        await expect(call(projections)).rejects.toMatchObject(lost);
        for (const [, other] of calls) await expect(other(projections)).rejects.toMatchObject(lost);
        expect(notified).toBe(1);
        await projections.attach();
        expect(await projections.checkpoint()).toBe(-1n);
        expect(await projections.list({ prefix: '', limit: 10 })).toEqual([]);
        expect(await find(1)).toEqual([[]]);
        await projections.save(aLot);
        expect(await find(39)).toEqual([[{ stream: 'wallet-39', revision: 1 }]]);
      });

      it('is noticed by a process that has only read what another one saved', async () => {
        if (!opened.lose || !opened.beside) return;
        await projections.save(aLot);
        const other = await opened.beside();
        await other.attach();
        expect((await other.load('wallet-3'))?.revision).toBe(1);
        await opened.lose();
        await projections.attach();
        await projections.save(aLot);
        await expect(other.find([3])).rejects.toMatchObject(lost);
        await other.attach();
        expect((await placesOf(other, 3))[0]).toHaveLength(1);
      });

      it('may be lost by another process that clears it', async () => {
        if (!opened.beside) return;
        const other = await opened.beside();
        await other.attach();
        await other.save(aLot);
        await projections.clear();
        await projections.save({ ...nothing, documents: [document('wallet-new', 1)], checkpoint: 3n });
        for (const [, call] of calls) await expect(call(other)).rejects.toMatchObject(lost);
        await other.attach();
        expect(await other.checkpoint()).toBe(3n);
        expect((await other.list({ prefix: '', limit: 100 })).map(({ stream }) => stream)).toEqual(['wallet-new']);
        await other.save(aLot);
        expect(await find(5)).toEqual([[{ stream: 'wallet-5', revision: 1 }]]);
      });
    });

    it('keeps everything over a reopening', async () => {
      if (!opened.reopen) return;
      await projections.save({
        documents: [document('wallet-a', 9, at(1))],
        keys: new KeyBatch([{ fingerprint: 1, stream: 'wallet-a', revision: 9, keepUntil: at(5) }]),
        checkpoint: 77n,
      });
      projections = await opened.reopen();
      await projections.attach();
      expect(await projections.load('wallet-a')).toEqual(document('wallet-a', 9, at(1)));
      expect(await projections.checkpoint()).toBe(77n);
      expect(await dueStreams(at(1))).toEqual(['wallet-a']);
      expect(await projections.forget(at(5))).toBe(1);
    });
  });
}
