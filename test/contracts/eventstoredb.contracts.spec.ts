/**
 * The adapter of EventStoreDB, through the official client's connection. With EVENTSTORE_URL against that server; without it against the
 * wire double of test/stack/eventstoredb-double, which is not EventStoreDB, and the names of the tests say which it was.
 */
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import { EventStoreDbDouble } from '../stack/eventstoredb-double/server';
import { FaultyWire } from '../support/servers/faulty-wire';
import { eventLogContract, type OpenedLog } from './event-log.contract';

/** Hundreds of round trips, on a machine that does other things too. */
jest.setTimeout(60_000);

const { EVENTSTORE_URL } = process.env;

const opened = (connectionString: string, dispose: () => void | Promise<void>): OpenedLog => {
  const open = () => EventStoreDbLog.open({ connectionString });
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
      await dispose();
    },
  };
};

if (EVENTSTORE_URL) {
  eventLogContract('EventStoreDbLog over the server of EVENTSTORE_URL', async () => opened(EVENTSTORE_URL, () => undefined));
} else {
  eventLogContract('EventStoreDbLog over the wire double of EventStoreDB', async () => {
    const double = await EventStoreDbDouble.start();
    const wire = await FaultyWire.open(double.port);
    const dispose = async (): Promise<void> => {
      await wire.close();
      double.stop();
    };
    return { ...opened(`esdb://127.0.0.1:${wire.port}?tls=false`, dispose), interrupt: () => wire.cut() };
  });
}
