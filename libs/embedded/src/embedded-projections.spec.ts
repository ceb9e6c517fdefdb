import { fork } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/amounts';
import { open } from 'lmdb';
import { aDirectory, cleanUp, noon } from './embedded.fixtures';
import { EmbeddedProjections } from './embedded-projections';

afterEach(cleanUp);

const documents = (count: number, revision: number) =>
  Array.from({ length: count }, (_, i) => ({ stream: `wallet-${i}`, revision, json: JSON.stringify({ revision }), dueAt: (noon + revision) as Instant }));

describe('embedded projections', () => {
  it('are consistent after kill -9 at any moment', async () => {
    const directory = aDirectory();
    const worker = join(directory, 'worker.cjs');
    writeFileSync(worker, WORKER);
    let reached = 0n;
    for (let kill = 0; kill < 10; kill++) {
      const child = fork(worker, [directory, process.cwd()], { stdio: 'inherit' });
      let saved = -1;
      await new Promise<void>((resolve) => {
        child.on('message', (revision) => {
          saved = Number(revision);
          if (saved >= Number(reached) + 1 + kill * 2) child.kill('SIGKILL');
        });
        child.once('exit', () => resolve());
      });
      const projections = await EmbeddedProjections.open({ directory });
      reached = await projections.checkpoint();
      expect(reached).toBeGreaterThanOrEqual(BigInt(saved)); // process memory was lost, the page cache was not
      const all = await projections.list({ prefix: 'wallet-', limit: 1_000 });
      expect(new Set(all.map(({ revision }) => revision))).toEqual(new Set([Number(reached)]));
      expect(all).toHaveLength(200);
      expect(await projections.due((noon + 1_000_000) as Instant, 1_000)).toHaveLength(200);
      expect((await projections.find([reached, reached + 1n])).map(({ length }) => length)).toEqual([1, 0]);
      await projections.close();
    }
  }, 120_000);

  it('begin anew when another version of the program wrote them', async () => {
    const directory = aDirectory();
    const projections = await EmbeddedProjections.open({ directory });
    await projections.save({ documents: documents(3, 1), keys: [], checkpoint: 5n });
    await projections.close();
    const root = open<Buffer, Buffer>({ path: join(directory, 'balances'), noSubdir: false, encoding: 'binary', keyEncoding: 'binary' });
    await root.openDB<Buffer, Buffer>('meta', { encoding: 'binary', keyEncoding: 'binary' }).put(Buffer.from('projections'), Buffer.from('{"format":0,"checkpoint":"5","batch":1}'));
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
      projections.save({ documents: documents(1, 1), keys: [], checkpoint: 1n }),
      projections.save({ documents: [{ stream: 'x'.repeat(1_025), revision: 1, json: '{}' }], keys: [], checkpoint: 2n }),
      projections.save({ documents: [], keys: [{ fingerprint: 1n, stream: 'wallet-0', revision: 1, keepUntil: Number.NaN as Instant }], checkpoint: 3n }),
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
    await projections.save({ documents: documents(50, 1), keys: [], checkpoint: 1n });
    const copy = aDirectory();
    cpSync(join(directory, 'balances', 'data.mdb'), join(copy, 'balances', 'data.mdb'), { recursive: true });
    await projections.close();
    const found = await EmbeddedProjections.open({ directory: copy });
    const revisions = new Set((await found.list({ prefix: '', limit: 100 })).map(({ revision }) => revision));
    expect(revisions).toEqual((await found.checkpoint()) === 1n ? new Set([1]) : new Set());
    await found.close();
  });
});

/** Saves without end, each time the same 200 streams with the next revision, and tells its parent. */
const WORKER = `
const [directory, root] = process.argv.slice(2);
const { transformFileSync } = require(root + '/node_modules/@swc/core');
const Module = require('node:module');
Module._extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }).code, file);
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) { return resolve.call(this, name.startsWith('@drawdown/') ? root + '/libs/' + name.slice(10) + '/src/index.ts' : name, ...rest); };
const { EmbeddedProjections } = require(root + '/libs/embedded/src/embedded-projections.ts');
(async () => {
  const projections = await EmbeddedProjections.open({ directory });
  for (let revision = Number(await projections.checkpoint()) + 1 || 1; ; revision++) {
    const documents = Array.from({ length: 200 }, (_, i) => ({ stream: 'wallet-' + i, revision, json: JSON.stringify({ revision, pad: 'x'.repeat(500) }), dueAt: ${noon} + revision }));
    await projections.save({ documents, keys: [{ fingerprint: BigInt(revision), stream: 'wallet-0', revision }], checkpoint: BigInt(revision) });
    process.send(revision);
  }
})();
`;
