/** One data folder has one owner. */
import { launch, Standalone } from '../support/services/standalone';

let service: Standalone;
beforeAll(async () => {
  service = await Standalone.start();
});
afterAll(() => service.stop());

describe('a second process on the data folder of a running one', () => {
  it('refuses to start and says who has the folder and what to do', async () => {
    const second = launch(service.dataDirectory);
    expect(await second.end()).toEqual({ code: 1, signal: null });
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect(second.stderr).toContain(`${service.dataDirectory}/LOCK: process ${service.pid} on host`);
    expect(second.stderr).toContain('uses this directory. Stop it, or choose another directory');
    expect(second.stdout).not.toContain('"msg":"ready"');
  });

  it('leaves the first as it was', async () => {
    await service.http.post('/v1/customers', { customer_id: 'acme', currency: 'EUR' });
    expect(await service.http.get('/v1/customers/acme')).toMatchObject({ customer: { customer_id: 'acme' } });
  });

  it('is let in when the first was killed', async () => {
    await service.kill9();
    await service.restart();
    expect(await service.http.get('/v1/customers/acme')).toMatchObject({ customer: { customer_id: 'acme' } });
  });
});
