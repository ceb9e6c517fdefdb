/**
 * `npm run test:contracts -- [--eventstore URL] [--kafka BROKERS] [--redis URL] [paths]`: the suites of the ports. A server that
 * is named here is used as it is, by EVENTSTORE_URL, KAFKA_BROKERS or REDIS_URL; the others are started for the run.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const VARIABLES = { eventstore: 'EVENTSTORE_URL', kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL' };

const option = { type: 'string' };
const { values, positionals } = parseArgs({ options: { eventstore: option, kafka: option, redis: option }, allowPositionals: true });
const servers = Object.entries(values).map(([name, address]) => [VARIABLES[name], address]);
for (const [variable, address] of servers)
  console.log(`${variable} ${address.replace(/\/\/[^@/]*@/, '//***@')}: used as it is, and written to`);

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(
  process.execPath,
  [jest, '--selectProjects', 'contracts', ...(positionals.length > 0 ? ['--', ...positionals] : [])],
  {
    env: { ...process.env, ...Object.fromEntries(servers), ...(servers.length > 0 && { CONTRACT_SERVERS_NAMED: 'true' }) },
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
