/** A wire double of EventStoreDB. It is not EventStoreDB: README.md says what it does not do. */
import { randomUUID } from 'node:crypto';
import { type handleUnaryCall, Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { type Empty, UUID } from '@eventstore/db-client/generated/shared_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { type DeleteReq, DeleteResp, type TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb';
import { refusedCaller } from './access';
import { Appending } from './appending';
import { expectedOf, nameOf, notLeader, Refusal, streamDeleted } from './encoding';
import { Reading } from './reading';
import { Store, system } from './store';
import { asInstalled, type Switches } from './switches';

/** The largest message: an append is refused by its own limit before. */
const MESSAGE_BYTES_MAX = 17 * 1024 * 1024;
const STREAMS = 'event_store.client.streams.streams';

export interface DoubleOptions {
  readonly host?: string;
  readonly port?: number;
  /** PEM texts; the double speaks TLS when they are given. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Reported as the version of the server. */
  readonly version?: string;
  /** False: an old server, which knows the slower call only. */
  readonly batchAppend?: boolean;
  readonly switches?: Partial<Switches>;
  /** Events kept from an earlier run of the double, as a server that comes back has them. */
  readonly store?: Store;
}

export class EventStoreDbDouble {
  private constructor(
    private readonly server: Server,
    readonly port: number,
    readonly connectionString: string,
    readonly store: Store,
    /** May be changed while it runs. */
    readonly switches: Switches,
    private readonly appending: Appending,
  ) {}

  static async start(options: DoubleOptions = {}): Promise<EventStoreDbDouble> {
    const { host = '127.0.0.1', port = 0, tls, store = withSystemEvents(new Store()) } = options;
    const switches: Switches = { ...asInstalled(), ...options.switches };
    const server = new Server({ 'grpc.max_receive_message_length': MESSAGE_BYTES_MAX, 'grpc.max_send_message_length': MESSAGE_BYTES_MAX });
    const appending = new Appending(store, switches);
    const { read } = new Reading(store, switches);
    // Events are encoded once and kept: the double must not be what a measurement measures.
    const service = { ...StreamsService, read: { ...StreamsService.read, responseSerialize: (bytes: Buffer) => bytes } };
    server.addService(service, {
      read,
      append: appending.append,
      batchAppend: appending.batchAppend,
      delete: deleting(store, switches, false, DeleteResp),
      tombstone: deleting(store, switches, true, TombstoneResp),
    });
    server.addService(ServerFeaturesService, { getSupportedMethods: supportedMethods(options) });
    const credentials = tls
      ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }], false)
      : ServerCredentials.createInsecure();
    let bound = port;
    server.addService(GossipService, { read: gossip(host, () => bound) });
    bound = await new Promise<number>((resolve, reject) =>
      server.bindAsync(`${host}:${port}`, credentials, (error, taken) => (error ? reject(error) : resolve(taken))),
    );
    return new EventStoreDbDouble(server, bound, `esdb://${host}:${bound}?tls=${tls ? 'true' : 'false'}`, store, switches, appending);
  }

  /** Appends that have come by BatchAppend, answered or not. */
  get taken(): number {
    return this.appending.taken;
  }

  /** As a leader that steps down in the middle of appends, and is elected again at once: what it had taken is written or not, and not answered. */
  stepDown(host = '127.0.0.1'): void {
    this.appending.endBatchCalls(notLeader(host, this.port));
  }

  /** As a server that gets a signal to end: calls are cancelled, whatever was under way. The store can be given to the next one. */
  stop(): void {
    this.server.forceShutdown();
  }
}

/** What a new database holds before anybody has written anything. */
function withSystemEvents(store: Store): Store {
  store.add('$$$settings', system('$metadata', { $acl: { $r: '$all', $w: '$admins' } }));
  store.add('$users', { ...system('$User'), data: Buffer.from('admin') });
  store.add('$user-admin', system('$UserCreated', { loginName: 'admin' }));
  return store;
}

function deleting<Req extends DeleteReq | TombstoneReq, Resp extends DeleteResp | TombstoneResp>(
  store: Store,
  switches: Switches,
  forEver: boolean,
  Response: { new (): Resp; readonly Position: typeof DeleteResp.Position },
): handleUnaryCall<Req, Resp> {
  return (call, callback) => {
    const options = call.request.getOptions();
    const refused = refusedCaller(switches, call.metadata);
    if (refused || !options) return callback(refused ?? new Refusal(status.INVALID_ARGUMENT, 'no options'));
    const stream = nameOf(options.getStreamIdentifier());
    const expected = expectedOf(options, () => options.getRevision());
    const outcome = store.delete(stream, expected, forEver);
    switch (outcome.kind) {
      case 'stream_deleted':
        return callback(streamDeleted(stream));
      case 'wrong_revision': {
        const wanted = typeof expected === 'number' ? expected : { any: -2, no_stream: -1, stream_exists: -4 }[expected];
        const details = `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${wanted}, Actual version: ${outcome.last}`;
        const trailers = {
          exception: 'wrong-expected-version',
          'stream-name': stream,
          'expected-version': wanted,
          'actual-version': outcome.last,
        };
        return callback(new Refusal(status.FAILED_PRECONDITION, details, trailers));
      }
      case 'deleted': {
        const position = new Response.Position();
        position.setCommitPosition(`${outcome.position}`);
        position.setPreparePosition(`${outcome.position}`);
        const answer = new Response();
        answer.setPosition(position);
        return callback(null, answer);
      }
    }
  };
}

const supportedMethods =
  ({ version = '23.10.6', batchAppend = true }: DoubleOptions) =>
  (_: ServerUnaryCall<Empty, SupportedMethods>, callback: sendUnaryData<SupportedMethods>): void => {
    const methods: readonly (readonly [string, readonly string[]])[] = [
      ['read', ['position', 'events']],
      ['append', []],
      ['delete', []],
      ['tombstone', []],
      ...(batchAppend ? [['batchappend', ['deadline_duration']] as const] : []),
    ];
    const answer = new SupportedMethods();
    answer.setEventStoreServerVersion(version);
    for (const [name, features] of methods) {
      const method = new SupportedMethod();
      method.setServiceName(STREAMS);
      method.setMethodName(name);
      method.setFeaturesList([...features]);
      answer.addMethods(method);
    }
    callback(null, answer);
  };

/** A cluster of one, for connection strings that ask who leads. */
const gossip =
  (host: string, port: () => number) =>
  (_: ServerUnaryCall<Empty, ClusterInfo>, callback: sendUnaryData<ClusterInfo>): void => {
    const id = new UUID();
    id.setString(randomUUID());
    const address = new EndPoint();
    address.setAddress(host);
    address.setPort(port());
    const member = new MemberInfo();
    member.setInstanceId(id);
    member.setTimeStamp(`${Date.now()}`);
    member.setState(MemberInfo.VNodeState.LEADER);
    member.setIsAlive(true);
    member.setHttpEndPoint(address);
    const answer = new ClusterInfo();
    answer.addMembers(member);
    callback(null, answer);
  };
