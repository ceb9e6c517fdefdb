/**
 * The wire double in a process of its own. Says "eventstoredb-double listening on PORT", and ends on SIGTERM with everything it held.
 * HOST, PORT: where; MAX_APPEND_SIZE: bytes; TLS_CERT, TLS_KEY: files; READ_ONLY, DISK_FULL, REQUIRE_CREDENTIALS: "true" for each.
 */
import { readFileSync } from 'node:fs';
import { EventStoreDbDouble } from './server';
import { asInstalled } from './switches';

async function main(): Promise<void> {
  const { HOST, PORT, MAX_APPEND_SIZE, TLS_CERT, TLS_KEY, READ_ONLY, DISK_FULL, REQUIRE_CREDENTIALS } = process.env;
  const double = await EventStoreDbDouble.start({
    ...(HOST === undefined ? {} : { host: HOST }),
    port: Number(PORT ?? 2113),
    ...(TLS_CERT && TLS_KEY ? { tls: { certificate: readFileSync(TLS_CERT, 'utf8'), key: readFileSync(TLS_KEY, 'utf8') } } : {}),
    switches: {
      maxAppendSize: MAX_APPEND_SIZE === undefined ? asInstalled().maxAppendSize : Number(MAX_APPEND_SIZE),
      readOnly: READ_ONLY === 'true',
      diskFull: DISK_FULL === 'true',
      anonymous: REQUIRE_CREDENTIALS !== 'true',
    },
  });
  process.once('SIGTERM', () => {
    double.stop();
    process.exit(0);
  });
  process.stdout.write(`eventstoredb-double listening on ${double.port}\n`);
}

void main();
