/** The official client over a double, and a few words to write down what a server does. */
import { EventStoreDBClient, type JSONEventData, jsonEvent, type ReadStreamOptions, type ResolvedEvent } from '@eventstore/db-client';
import { type DoubleOptions, EventStoreDbDouble } from './server';

export interface Served {
  readonly double: EventStoreDbDouble;
  readonly client: EventStoreDBClient;
  readonly stop: () => Promise<void>;
}

export async function served(options: DoubleOptions = {}, query = ''): Promise<Served> {
  const double = await EventStoreDbDouble.start(options);
  const client = EventStoreDBClient.connectionString(`${double.connectionString}${query}`);
  return {
    double,
    client,
    stop: async () => {
      await client.dispose();
      double.stop();
    },
  };
}

/** Events by name: the same name is the same id, whatever is in it. */
export const events = (...names: readonly string[]): JSONEventData[] =>
  names.map((name) =>
    jsonEvent({
      id: `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6, '_')).toString('hex').slice(0, 12)}`,
      type: 'Named',
      data: { name },
    }),
  );

export async function namesIn(read: AsyncIterable<ResolvedEvent>): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of read) names.push(nameOf(event?.data));
  return names;
}

export const nameOf = (data: unknown): string =>
  typeof data === 'object' && data !== null && 'name' in data && typeof data.name === 'string' ? data.name : 'system';

export const inStream = (client: EventStoreDBClient, stream: string, options: ReadStreamOptions = {}): Promise<string[]> =>
  namesIn(client.readStream(stream, options));
