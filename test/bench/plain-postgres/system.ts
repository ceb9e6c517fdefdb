/** The plain ledger with its PostgreSQL, as a system that takes usage. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tieToParent } from '../../../infra/local/child-lifecycle';
import { Child } from '../../support/services/child';
import { until } from '../../support/waiting';
import { CREDIT_PRODUCT } from '../load/usage-bodies';
import type { UsageSystem } from '../load/usage-load';
import { allocatedBytes, temporaryFolder } from '../measure/files';
import { PlainPostgres } from './database';
import { SCHEMA } from './schema';

/** More did not raise its rate on two cores, fewer lowered it. */
const CONNECTIONS = 8;
const STARTING_BALANCE = '1000000000000000000';
const OWNER_ONLY_ENTERS = 0o711;

export async function plainPostgres(customers: number): Promise<UsageSystem & { readonly version: string }> {
  const folder = temporaryFolder('plain-postgres');
  chmodSync(folder, OWNER_ONLY_ENTERS);
  const data = join(folder, 'data');
  const database = await PlainPostgres.start(data);
  await database.query(SCHEMA);
  await database.query(
    `INSERT INTO balances (customer_id, credit_product_id, available)
     SELECT 'cus_' || n, '${CREDIT_PRODUCT.credit_product_id}', ${STARTING_BALANCE} FROM generate_series(0, ${customers - 1}) n`,
  );
  await database.query('VACUUM ANALYZE');
  const args = ['--max-semi-space-size=64', join(__dirname, 'ledger.js'), database.connectionString, String(CONNECTIONS)];
  const ledger = new Child('the plain ledger', tieToParent({ program: process.execPath, args }));
  const port = await until('the plain ledger', () => /listening on (\d+)/.exec(ledger.stdout)?.[1]);
  return {
    name: 'plain PostgreSQL ledger',
    version: database.version,
    httpPort: Number(port),
    roots: [database.pid, ledger.pid],
    settle: () => database.query('CHECKPOINT'),
    // Segments of the write-ahead log are recycled: their size says nothing about what is kept.
    keptBytes: async () => allocatedBytes(data, ['pg_wal']),
    stop: async () => {
      ledger.kill('SIGKILL');
      await ledger.end();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
