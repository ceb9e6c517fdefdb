/** What reads include, where positions are, and what a stream's metadata hides. */
import { BACKWARDS, END, FORWARDS, NO_STREAM, type Position, START } from '@eventstore/db-client';
import { events, inStream, nameOf, namesIn, served, type Served } from './double.fixtures';

let server: Served;
beforeEach(async () => {
  server = await served();
  await server.client.appendToStream('s', events('a', 'b', 'c'), { expectedRevision: NO_STREAM });
  await server.client.appendToStream('t', events('d'), { expectedRevision: NO_STREAM });
});
afterEach(() => server.stop());

interface Placed {
  readonly name: string;
  readonly position: Position;
}
async function all(): Promise<Placed[]> {
  const placed: Placed[] = [];
  for await (const { event } of server.client.readAll())
    if (event?.position) placed.push({ name: nameOf(event.data), position: event.position });
  return placed;
}
const at = async (name: string): Promise<Position> => (await all()).find((placed) => placed.name === name)!.position;

describe('reading a stream', () => {
  it('includes the revision it begins at, both ways', async () => {
    expect(await inStream(server.client, 's', { fromRevision: 1n })).toEqual(['b', 'c']);
    expect(await inStream(server.client, 's', { fromRevision: 1n, direction: BACKWARDS })).toEqual(['b', 'a']);
    expect(await inStream(server.client, 's', { fromRevision: END, direction: BACKWARDS, maxCount: 1 })).toEqual(['c']);
    expect(await inStream(server.client, 's', { fromRevision: 9n })).toEqual([]);
  });

  it('says the position of each event, the one that it has among all', async () => {
    for await (const { event } of server.client.readStream('s')) expect(event?.position).toEqual(await at(nameOf(event?.data)));
  });

  it('that does not exist is an error', () =>
    expect(inStream(server.client, 'none')).rejects.toMatchObject({ type: 'stream-not-found', streamName: 'none' }));

  it('hides what its metadata lets go of', async () => {
    await server.client.setStreamMetadata('s', { maxCount: 2 });
    expect(await inStream(server.client, 's')).toEqual(['b', 'c']);
    await server.client.setStreamMetadata('s', { truncateBefore: 2 });
    expect(await inStream(server.client, 's')).toEqual(['c']);
    expect(await all()).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'a' })]));
  });
});

describe('reading everything', () => {
  it("begins with events of the server's own, and has ours in their order", async () => {
    const names = (await all()).map(({ name }) => name);
    expect(names[0]).toBe('system');
    expect(names.filter((name) => name !== 'system')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('finds positions that rise, with gaps, prepare and commit the same', async () => {
    const positions = (await all()).map(({ position }) => position);
    expect(positions.every(({ prepare, commit }) => prepare === commit)).toBe(true);
    const gaps = positions.slice(1).map(({ commit }, i) => commit - positions[i]!.commit);
    expect(gaps.every((gap) => gap > 1n)).toBe(true);
  });

  it('forwards includes the position it begins at, backwards does not', async () => {
    const fromPosition = await at('b');
    expect(await namesIn(server.client.readAll({ fromPosition, direction: FORWARDS }))).toEqual(['b', 'c', 'd']);
    expect((await namesIn(server.client.readAll({ fromPosition, direction: BACKWARDS }))).filter((name) => name !== 'system')).toEqual([
      'a',
    ]);
    expect(await namesIn(server.client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 1 }))).toEqual(['d']);
    expect(await namesIn(server.client.readAll({ fromPosition: END }))).toEqual([]);
  });

  it('from where no event begins is an error', async () => {
    const { commit } = await at('b');
    const fromPosition = { commit: commit + 1n, prepare: commit + 1n };
    await expect(namesIn(server.client.readAll({ fromPosition }))).rejects.toMatchObject({ type: 'unknown' });
    await expect(namesIn(server.client.subscribeToAll({ fromPosition }))).rejects.toMatchObject({ type: 'unknown' });
  });

  it('says the position of the last event of an append', async () => {
    const { position } = await server.client.appendToStream('u', events('e', 'f'), { expectedRevision: NO_STREAM });
    expect(position).toEqual(await at('f'));
    expect(await namesIn(server.client.readAll({ fromPosition: START, maxCount: 1 }))).toEqual(['system']);
  });
});
