import { KeyBatch, NO_KEYS } from '@drawdown/engine/derived-state';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { open } from 'lmdb';
import { aDirectory, cleanUp, noon } from '../embedded.fixtures';
import { EmbeddedProjections } from './embedded-projections';

afterEach(cleanUp);

const documents = (count: number, revision: number) =>
  Array.from({ length: count }, (_, i) => ({
    stream: `wallet-${i}`,
    revision,
    json: JSON.stringify({ revision }),
    dueAt: (noon + revision) as Instant,
  }));

describe('embedded projections', () => {
  it('begin anew when another version of the program wrote them', async () => {
    const directory = aDirectory();
    const projections = await EmbeddedProjections.open({ directory });
    await projections.save({ documents: documents(3, 1), keys: NO_KEYS, checkpoint: 5n });
    await projections.close();
    const root = open<Buffer, Buffer>({ path: join(directory, 'balances'), noSubdir: false, encoding: 'binary', keyEncoding: 'binary' });
    await root
      .openDB<Buffer, Buffer>('meta', { encoding: 'binary', keyEncoding: 'binary' })
      .put(Buffer.from('projections'), Buffer.from('{"format":0,"checkpoint":"5","batch":1}'));
    await root.close();
    const again = await EmbeddedProjections.open({ directory });
    expect(await again.checkpoint()).toBe(-1n);
    expect(await again.list({ prefix: '', limit: 10 })).toEqual([]);
    await again.close();
  });

  it('begin anew when the file is no database', async () => {
    const directory = aDirectory();
    await (await EmbeddedProjections.open({ directory })).close();
    writeFileSync(join(directory, 'balances', 'data.mdb'), 'no database'.repeat(1_000));
    const projections = await EmbeddedProjections.open({ directory });
    expect(await projections.checkpoint()).toBe(-1n);
    await projections.close();
  });

  it('refuse what cannot be stored, and save what came at the same time', async () => {
    const directory = aDirectory();
    const projections = await EmbeddedProjections.open({ directory });
    const [good, long, time] = await Promise.allSettled([
      projections.save({ documents: documents(1, 1), keys: NO_KEYS, checkpoint: 1n }),
      projections.save({ documents: [{ stream: 'x'.repeat(1_025), revision: 1, json: '{}' }], keys: NO_KEYS, checkpoint: 2n }),
      projections.save({
        documents: [],
        keys: new KeyBatch([{ fingerprint: 1, stream: 'wallet-0', revision: 1, keepUntil: Number.NaN as Instant }]),
        checkpoint: 3n,
      }),
    ]);
    expect(good.status).toBe('fulfilled');
    expect(long).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) as RangeError });
    expect(time).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) as RangeError });
    expect(await projections.checkpoint()).toBe(1n);
    await projections.close();
  });

  it('can be copied while they are written to, as a stopped machine would find them', async () => {
    const directory = aDirectory();
    const projections = await EmbeddedProjections.open({ directory });
    await projections.save({ documents: documents(50, 1), keys: NO_KEYS, checkpoint: 1n });
    const copy = aDirectory();
    cpSync(join(directory, 'balances', 'data.mdb'), join(copy, 'balances', 'data.mdb'), { recursive: true });
    await projections.close();
    const found = await EmbeddedProjections.open({ directory: copy });
    const revisions = new Set((await found.list({ prefix: '', limit: 100 })).map(({ revision }) => revision));
    expect(revisions).toEqual((await found.checkpoint()) === 1n ? new Set([1]) : new Set());
    await found.close();
  });
});
