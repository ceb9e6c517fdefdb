import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { aDirectory, cleanUp, noon } from '../embedded.fixtures';
import { EmbeddedProjections } from './embedded-projections';

afterEach(cleanUp);

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
      expect([...(await projections.find([Number(reached), Number(reached) + 1])).keys()]).toEqual([0]);
      await projections.close();
    }
  }, 120_000);
});

/** Saves without end, each time the same 200 streams with the next revision, and tells its parent. */
const WORKER = `
const [directory, root] = process.argv.slice(2);
const { transformFileSync } = require(root + '/node_modules/@swc/core');
const Module = require('node:module');
Module._extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }).code, file);
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) { return resolve.call(this, name.startsWith('@drawdown/') ? root + '/libs/' + name.slice(10) + '/index.ts' : name, ...rest); };
const { KeyBatch } = require(root + '/libs/engine/derived-state/index.ts');
const { EmbeddedProjections } = require(root + '/libs/adapters/embedded/projections/embedded-projections.ts');
(async () => {
  const projections = await EmbeddedProjections.open({ directory });
  for (let revision = Number(await projections.checkpoint()) + 1 || 1; ; revision++) {
    const documents = Array.from({ length: 200 }, (_, i) => ({ stream: 'wallet-' + i, revision, json: JSON.stringify({ revision, pad: 'x'.repeat(500) }), dueAt: ${noon} + revision }));
    await projections.save({ documents, keys: new KeyBatch([{ fingerprint: revision, stream: 'wallet-0', revision }]), checkpoint: BigInt(revision) });
    process.send(revision);
  }
})();
`;
