/** Where subscriptions begin, what they send besides events, and how they end. */
import {
  type AllStreamSubscription,
  excludeSystemEvents,
  NO_STREAM,
  type Position,
  type StreamSubscription,
  streamNameFilter,
} from '@eventstore/db-client';
import { until } from '../../support/waiting';
import { events, nameOf, served, type Served } from './double.fixtures';

let server: Served;
beforeEach(async () => {
  server = await served();
  await server.client.appendToStream('s', events('a', 'b', 'c'), { expectedRevision: NO_STREAM });
});
afterEach(() => server.stop());

interface Seen {
  readonly names: string[];
  readonly positions: Position[];
  caughtUp: number;
  error: unknown;
}
function follow(subscription: AllStreamSubscription | StreamSubscription): Seen {
  const seen: Seen = { names: [], positions: [], caughtUp: 0, error: undefined };
  subscription.on('caughtUp', () => (seen.caughtUp += 1));
  subscription.on('error', (error: unknown) => (seen.error ??= error));
  void (async () => {
    for await (const { event } of subscription) {
      seen.names.push(nameOf(event?.data));
      if (event?.position) seen.positions.push(event.position);
    }
  })().catch(() => undefined);
  return seen;
}

it('begins after the event it is given, in a stream and in everything', async () => {
  const ours = follow(server.client.subscribeToAll({ filter: streamNameFilter({ prefixes: ['s'] }) }));
  await until('three events', () => ours.names.length === 3);
  const after = follow(server.client.subscribeToAll({ fromPosition: ours.positions[0]! }));
  const afterInStream = follow(server.client.subscribeToStream('s', { fromRevision: 0n }));
  await until('two events each', () => after.names.length === 2 && afterInStream.names.length === 2);
  expect(after.names).toEqual(['b', 'c']);
  expect(afterInStream.names).toEqual(['b', 'c']);
});

it('says once that it has caught up, and then sends what comes', async () => {
  const seen = follow(server.client.subscribeToStream('s'));
  await until('catching up', () => seen.caughtUp === 1);
  await server.client.appendToStream('s', events('d'), { expectedRevision: 2n });
  await until('what came', () => seen.names.length === 4);
  expect(seen).toMatchObject({ names: ['a', 'b', 'c', 'd'], caughtUp: 1 });
});

it("sends events of the server's own too, unless they are filtered out", async () => {
  const everything = follow(server.client.subscribeToAll());
  const filtered = follow(server.client.subscribeToAll({ filter: excludeSystemEvents() }));
  await until('both to catch up', () => everything.caughtUp === 1 && filtered.caughtUp === 1);
  await until('all events', () => everything.names.length > 3 && filtered.names.length === 3);
  expect(everything.names[0]).toBe('system');
});

it('sends a checkpoint for every so many events that it has looked at', async () => {
  await server.client.appendToStream('t', events(...Array.from({ length: 200 }, (_, i) => `t${i}`)), { expectedRevision: NO_STREAM });
  const reached: bigint[] = [];
  const checkpointReached = async (_: AllStreamSubscription, { commit }: Position): Promise<void> => void reached.push(commit);
  const seen = follow(
    server.client.subscribeToAll({
      filter: streamNameFilter({ prefixes: ['s'], checkpointInterval: 2, maxSearchWindow: 10, checkpointReached }),
    }),
  );
  await until('catching up', () => seen.caughtUp === 1);
  expect(seen.names).toEqual(['a', 'b', 'c']);
  expect(reached).toHaveLength(Math.floor(server.double.store.log.length / 20));
});

it('to a stream that is deleted forever ends with that', async () => {
  const seen = follow(server.client.subscribeToStream('s'));
  await until('catching up', () => seen.caughtUp === 1);
  await server.client.tombstoneStream('s');
  await until('the end', () => seen.error);
  expect(seen.error).toMatchObject({ type: 'stream-deleted' });
});

it('does not come again by itself when the server ends', async () => {
  const seen = follow(server.client.subscribeToAll());
  await until('catching up', () => seen.caughtUp === 1);
  server.double.stop();
  await until('the end', () => seen.error);
  expect(seen.error).toMatchObject({ type: 'cancelled' });
});
