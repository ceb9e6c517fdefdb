/** The gRPC server under the transport: limits, health, reflection, and a bounded end. */
import { type MethodDefinition, Server, ServerCredentials } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { ServerGrpc } from '@nestjs/microservices';
import { HealthImplementation } from 'grpc-health-check';
import { type Contract, PACKAGE } from '@drawdown/api/contract';
import type { Health } from '../ops/health';
import { GRPC_MESSAGE_BYTES_MAX, GRPC_METADATA_BYTES_MAX } from './grpc-limits';

interface GrpcServerOptions {
  readonly contract: Contract;
  /** Host and port; port 0 takes a free one. */
  readonly address: string;
  readonly health: Health;
  /** Whether callers may ask which services there are. */
  readonly reflection: boolean;
}

export class GrpcTransportServer extends ServerGrpc {
  private server: Server | undefined;
  /** The port that was bound; 0 before `listen`. */
  port = 0;

  constructor(private readonly transport: GrpcServerOptions) {
    super({ package: PACKAGE, packageDefinition: rawDefinition(transport.contract) });
  }

  // Nest's own would keep the bound port to itself.
  override async createClient(): Promise<Server> {
    const { contract, address, health, reflection } = this.transport;
    const server = new Server({
      'grpc.max_receive_message_length': GRPC_MESSAGE_BYTES_MAX,
      'grpc.max_send_message_length': GRPC_MESSAGE_BYTES_MAX,
      'grpc.max_metadata_size': GRPC_METADATA_BYTES_MAX,
    });
    addHealth(server, contract, health);
    if (reflection) new ReflectionService(reflected(contract)).addToServer(server);
    this.port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
    );
    this.server = server;
    return server;
  }

  /** Takes no new calls and waits for those under way. */
  async drain(): Promise<void> {
    const { server } = this;
    if (server) await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  }

  override close(): Promise<void> {
    this.server?.forceShutdown();
    this.server = undefined;
    return Promise.resolve();
  }
}

function addHealth(server: Server, contract: Contract, health: Health): void {
  const names = ['', ...contract.services.keys()];
  const stateOf = (ready: boolean) => (ready ? 'SERVING' : 'NOT_SERVING');
  const implementation = new HealthImplementation(Object.fromEntries(names.map((name) => [name, stateOf(health.ready)])));
  health.onChange((ready) => {
    for (const name of names) implementation.setStatus(name, stateOf(ready));
  });
  implementation.addToServer(server);
}

/** The contract's services with requests and answers left as bytes. */
function rawDefinition({ rpcs }: Contract): PackageDefinition {
  const definition: Record<string, Record<string, MethodDefinition<Uint8Array, Uint8Array>>> = {};
  for (const { name, service, streamed } of rpcs.values()) {
    const methods = (definition[`${PACKAGE}.${service}`] ??= {});
    methods[name] = {
      path: `/${PACKAGE}.${service}/${name}`,
      requestStream: false,
      responseStream: streamed,
      requestSerialize: bytesAsTheyAre,
      requestDeserialize: bytesAsTheyAre,
      responseSerialize: bytesAsTheyAre,
      responseDeserialize: bytesAsTheyAre,
    };
  }
  return definition as unknown as PackageDefinition;
}

const bytesAsTheyAre = (bytes: Uint8Array): Buffer => bytes as Buffer;

/** Reflection reads the descriptors of all files off one entry. */
const reflected = ({ files }: Contract): PackageDefinition => ({
  [PACKAGE]: { fileDescriptorProtos: [...files] } as unknown as PackageDefinition[string],
});
