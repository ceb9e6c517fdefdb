/**
 * The adapter of EventStoreDB, through the official client's connection. With EVENTSTORE_URL against that server; without it against the
 * wire double of test/stack/eventstoredb-double, which is not EventStoreDB, and the names of the tests say which it was.
 */
import { EventStoreDbLog } from '@drawdown/eventstoredb';
import { EventStoreDbDouble } from '../stack/eventstoredb-double/server';
import { eventLogContract } from './event-log.contract';

const { EVENTSTORE_URL } = process.env;

eventLogContract(EVENTSTORE_URL ? 'the EventStoreDB of EVENTSTORE_URL' : 'EventStoreDbLog over the wire double of EventStoreDB', async () => {
  const double = EVENTSTORE_URL ? undefined : await EventStoreDbDouble.start();
  const open = () => EventStoreDbLog.open({ connectionString: EVENTSTORE_URL ?? double!.connectionString });
  let log = open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = open();
      return log;
    },
    dispose: async () => {
      await log.close();
      double?.stop();
    },
  };
});
