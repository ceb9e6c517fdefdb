/**
 * A disk that refuses a sync under a running service. The double is `fdatasync` of the service's process, which fails while a
 * file is there: a real disk that fails on demand takes root and a kernel module.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verified } from '../support/services/cli';
import type { Problem } from '../support/clients/http-client';
import { Standalone, temporaryFolder } from '../support/services/standalone';

const folder = temporaryFolder();
const failing = join(folder, 'syncs-fail');
const double = join(folder, 'failing-sync.js');
const PROGRAM = `
const fs = require('node:fs');
const sync = fs.fdatasync;
fs.fdatasync = (fd, done) => fs.existsSync(${JSON.stringify(failing)})
  ? process.nextTick(done, Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
  : sync(fd, done);`;

let service: Standalone;
beforeAll(async () => {
  writeFileSync(double, PROGRAM);
  service = await Standalone.start({ by: (node, main) => ({ program: node, args: ['--require', double, main] }) });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

const create = (id: string) => service.http.send<Problem>('POST', '/v1/customers', { customer_id: id, currency: 'EUR' }, { key: id });

describe('a sync that fails', () => {
  it('is answered with 503, and ends the service with 1 and a sentence that says why', async () => {
    expect((await create('before')).status).toBe(201);
    writeFileSync(failing, '');
    expect(await create('meanwhile')).toMatchObject({ status: 503 });
    expect(await service.end()).toEqual({ code: 1, signal: null });
    expect(service.output).toContain('the log takes nothing until it is opened again: EIO');
    expect(service.output).toContain('"reason":"log cannot be used"');
  });

  it('keeps it from starting while it goes on, when there is something to be made durable', async () => {
    await expect(service.restart()).rejects.toThrow('the log cannot be opened, because the disk cannot make durable what is in it: EIO');
  });

  it('is over with a start on a disk that syncs: nothing answered is lost, and a retry is carried out once', async () => {
    rmSync(failing);
    await service.restart();
    expect((await service.http.send('GET', '/v1/customers/before')).status).toBe(200);
    expect((await create('meanwhile')).status).toBe(201);
    expect((await create('after')).status).toBe(201);
    expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0 });
  });
});
