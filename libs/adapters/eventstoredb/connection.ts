/**
 * The official client, for what it does well: the connection string, TLS, credentials, finding the leader, connecting again. Appends
 * and reads are made here with its own protocol messages, because its `appendToStream` keeps a table for the whole process in
 * which one connection's failure rejects the appends of all, loses promises when a call breaks while it waits to write, and never
 * gives up on a silent server; and because its reads parse what we want to the letter.
 */
import { finished } from 'node:stream';
import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import { EventStoreDBClient, UnavailableError } from '@eventstore/db-client';
import { StreamsClient, StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { type AppendAnswer, readAppendAnswer } from './append-answer';
import { badConnectionString } from './faults';
import { type ReadAnswer, readAnswer } from './read-answer';

export type AppendCall = ClientDuplexStream<Buffer, AppendAnswer>;
export type ReadCall = ClientReadableStream<ReadAnswer>;

/** A call stays open as long as it is of use: the deadlines are ours. Only the leader has read what it has just written. */
const OPTIONS = [{ requiresLeader: true }, { deadline: Infinity }] as const;

/** Appends are written where their texts are known. */
const asTheyAre = (bytes: Buffer): Buffer => bytes;

export class Connection extends EventStoreDBClient {
  /** Calls that are open, each with what ends it. */
  private calls = new Set<() => void>();

  /** Does not connect. @throws Fault for a connection string that cannot be one. */
  static to(connectionString: string): Connection {
    if (/[?&]throwOnAppendFailure=false/i.test(connectionString)) throw badConnectionString('it sets throwOnAppendFailure to false');
    try {
      // The static constructor of the client always makes its own class; its parser is not exported.
      const client: unknown = Object.setPrototypeOf(EventStoreDBClient.connectionString(connectionString), Connection.prototype);
      if (!(client instanceof Connection)) throw new TypeError('the client is not one');
      client.calls = new Set();
      return client;
    } catch (error) {
      // The client's message quotes the whole string, with the password in it.
      const known = error instanceof Error && error.message.startsWith('Failed to load certificate') ? error.message : 'it cannot be read';
      throw badConnectionString(known);
    }
  }

  /** @throws what the client says when no server is found. */
  async openAppends(): Promise<AppendCall> {
    const { path } = StreamsService.batchAppend;
    const open = this.GRPCStreamCreator(StreamsClient, 'batchAppend', (client) =>
      client.makeBidiStreamRequest(path, asTheyAre, readAppendAnswer, ...this.callArguments(...OPTIONS)),
    );
    return this.held(await open());
  }

  /** @throws what the client says when no server is found. */
  async openRead(request: ReadReq): Promise<ReadCall> {
    const { path, requestSerialize } = StreamsService.read;
    const open = this.GRPCStreamCreator(StreamsClient, 'read', (client) =>
      client.makeServerStreamRequest(path, requestSerialize, readAnswer, request, ...this.callArguments(...OPTIONS)),
    );
    return this.held(await open());
  }

  /** Ends all calls, and makes the next one connect anew: a server that is silent may be gone without a word. */
  async reconnect(): Promise<void> {
    for (const end of this.calls) end();
    const gone = new UnavailableError();
    // The client drops its connection when a call says that the server is not there; there is no other way to tell it.
    await this.execute(StreamsClient, 'reconnect', () => Promise.reject(gone)).catch(() => undefined);
  }

  private held<T extends AppendCall | ReadCall>(call: T): T {
    const end = (): void => call.cancel();
    this.calls.add(end);
    finished(call, () => this.calls.delete(end));
    // Whoever uses the call listens as well; an error after it has been let go of must not end the process.
    call.on('error', () => undefined);
    return call;
  }
}
