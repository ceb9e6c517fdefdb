/** The gRPC contract as the program sees it: every rpc with the shapes of its request and answer. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { type MessageShape, MessageShapes } from './message-shape';

export const PACKAGE = 'drawdown.v1';
const FOLDER = 'drawdown/v1';

export interface Rpc {
  readonly name: string;
  readonly service: string;
  readonly request: MessageShape;
  readonly response: MessageShape;
  /** Answers with a stream. */
  readonly streamed: boolean;
  readonly comment: string;
}

export interface Contract {
  readonly rpcs: ReadonlyMap<string, Rpc>;
  /** Full names, such as `drawdown.v1.WalletService`, with their comments. */
  readonly services: ReadonlyMap<string, string>;
  /** Descriptors for the gRPC server and its reflection. */
  readonly packageDefinition: PackageDefinition;
}

/** Reads the proto files. @throws when one is missing or broken. */
export function loadContract(directory = protoDirectory()): Contract {
  const files = readdirSync(join(directory, FOLDER)).map((file) => `${FOLDER}/${file}`);
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => (target.startsWith('google/') ? target : join(directory, target));
  root.loadSync(files, { keepCase: true, alternateCommentMode: true });
  root.resolveAll();
  const shapes = new MessageShapes();
  const rpcs = new Map<string, Rpc>();
  const services = new Map<string, string>();
  for (const service of root.lookup(PACKAGE) instanceof protobuf.Namespace ? servicesOf(root) : []) {
    services.set(`${PACKAGE}.${service.name}`, service.comment ?? '');
    for (const method of service.methodsArray) {
      rpcs.set(method.name, {
        name: method.name,
        service: service.name,
        request: shapes.of(root.lookupType(`${PACKAGE}.${method.requestType}`)),
        response: shapes.of(root.lookupType(`${PACKAGE}.${method.responseType}`)),
        streamed: method.responseStream === true,
        comment: method.comment ?? '',
      });
    }
  }
  const packageDefinition = loadSync(files, { includeDirs: [directory], keepCase: true, longs: String, enums: String, oneofs: true });
  return { rpcs, services, packageDefinition };
}

const servicesOf = (root: protobuf.Root): protobuf.Service[] =>
  root.lookup(PACKAGE) instanceof protobuf.Namespace
    ? (root.lookup(PACKAGE) as protobuf.Namespace).nestedArray.filter((nested) => nested instanceof protobuf.Service)
    : [];

/** The proto folder lies at the root of the installation, above the sources and above their compiled form alike. */
function protoDirectory(): string {
  for (let at = __dirname; ; at = dirname(at)) {
    if (existsSync(join(at, 'proto', FOLDER))) return join(at, 'proto');
    if (dirname(at) === at) throw new Error(`no folder proto/${FOLDER} above ${__dirname}; is the installation complete?`);
  }
}
