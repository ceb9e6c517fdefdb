/**
 * What EventStoreDB answers to an append that is made again, or under an expectation that does not hold: IndexWriter.CheckCommit of
 * oss-v23.10.6. Driven through the official client, so that the wire is tested with it.
 */
import {
  type AppendExpectedRevision,
  STREAM_EXISTS,
  ANY,
  NO_STREAM,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { events, inStream, served, type Served } from './double.fixtures';

let server: Served;
beforeEach(async () => {
  server = await served();
});
afterEach(() => server.stop());

const append = (expectedRevision: AppendExpectedRevision, ...names: string[]) =>
  server.client.appendToStream('s', events(...names), { expectedRevision });
const stored = () => inStream(server.client, 's');
const refused = async (appending: Promise<unknown>, actual: bigint | 'no_stream') => {
  const error: unknown = await appending.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(WrongExpectedVersionError);
  expect(error).toMatchObject({ actualVersion: actual });
};

describe('an explicit revision', () => {
  it('that is the last one appends, and says the new last one', async () => {
    expect(await append(NO_STREAM, 'a', 'b')).toMatchObject({ success: true, nextExpectedRevision: 1n });
    expect(await append(1n, 'c')).toMatchObject({ success: true, nextExpectedRevision: 2n });
    expect(await stored()).toEqual(['a', 'b', 'c']);
  });

  it('that has not come is refused, with the real one', async () => {
    await refused(append(0n, 'a'), 'no_stream');
    await append(NO_STREAM, 'a');
    await refused(append(1n, 'b'), 0n);
  });

  it('that has passed is done already when the very same ids follow it, forever', async () => {
    const first = await append(NO_STREAM, 'a', 'b');
    const second = await append(1n, 'c');
    await append(2n, 'd');
    expect(await append(NO_STREAM, 'a', 'b')).toEqual(first);
    expect(await append(1n, 'c')).toEqual(second);
    expect(await stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that has passed is done already for the first part of what was written, and says where that part ends', async () => {
    await append(NO_STREAM, 'a', 'b', 'c');
    expect(await append(NO_STREAM, 'a', 'b')).toMatchObject({ nextExpectedRevision: 1n });
  });

  it('that has passed is refused when the first id is another', async () => {
    await append(NO_STREAM, 'a', 'b');
    await refused(append(NO_STREAM, 'x', 'b'), 1n);
  });

  it('that has passed is refused when a later id is another, and when there are more', async () => {
    await append(NO_STREAM, 'a', 'b');
    await refused(append(NO_STREAM, 'a', 'x'), 1n);
    await refused(append(NO_STREAM, 'a', 'b', 'c'), 1n);
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('that is right appends an id that is there already: ids do not dedupe by themselves', async () => {
    await append(NO_STREAM, 'a');
    await append(0n, 'a');
    expect(await stored()).toEqual(['a', 'a']);
  });

  it('holds for one stream: the same id in another is another event', async () => {
    await append(NO_STREAM, 'a');
    expect(await server.client.appendToStream('t', events('a'), { expectedRevision: NO_STREAM })).toMatchObject({
      nextExpectedRevision: 0n,
    });
  });
});

describe('any revision', () => {
  it('is done already when all ids are remembered', async () => {
    const first = await append(ANY, 'a', 'b');
    expect(await append(ANY, 'a', 'b')).toEqual(first);
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('is refused when the first id is remembered and a later one is not', async () => {
    await append(ANY, 'a');
    await refused(append(ANY, 'a', 'b'), 0n);
  });

  it('appends again when the first id is not remembered', async () => {
    await append(ANY, 'b');
    await append(ANY, 'a', 'b');
    expect(await stored()).toEqual(['b', 'a', 'b']);
  });

  it('is wanted of a stream that exists: one that does not is refused', async () => {
    await refused(append(STREAM_EXISTS, 'a'), 'no_stream');
    await append(NO_STREAM, 'a');
    expect(await append(STREAM_EXISTS, 'b')).toMatchObject({ nextExpectedRevision: 1n });
  });
});

describe('a stream that was deleted', () => {
  it('is not found, begins again as new, and goes on with its revisions', async () => {
    await append(NO_STREAM, 'a', 'b');
    await server.client.deleteStream('s');
    await expect(stored()).rejects.toMatchObject({ type: 'stream-not-found' });
    await expect(append(STREAM_EXISTS, 'c')).rejects.toBeInstanceOf(StreamDeletedError);
    expect(await append(NO_STREAM, 'c')).toMatchObject({ nextExpectedRevision: 2n });
    expect(await stored()).toEqual(['c']);
  });

  it('forever takes nothing, and cannot be read', async () => {
    await append(NO_STREAM, 'a');
    await server.client.tombstoneStream('s');
    for (const expected of [NO_STREAM, ANY, 0n] as const) await expect(append(expected, 'b')).rejects.toBeInstanceOf(StreamDeletedError);
    await expect(stored()).rejects.toBeInstanceOf(StreamDeletedError);
  });

  it('under a wrong expectation stays', async () => {
    await append(NO_STREAM, 'a');
    await expect(server.client.deleteStream('s', { expectedRevision: 5n })).rejects.toBeInstanceOf(WrongExpectedVersionError);
    expect(await stored()).toEqual(['a']);
  });
});
