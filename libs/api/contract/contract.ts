/** The gRPC contract as the program sees it: every rpc with the shapes of its request and answer. */
import { commentsOf, PATH, readDescriptorSet } from './descriptor-set';
import { type MessageShape, MessageShapes } from './message-shape';

export const PACKAGE = 'drawdown.v1';

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
  /** A FileDescriptorProto of each proto file and of each import, for reflection. */
  readonly files: readonly Uint8Array[];
}

/** @throws when the descriptors of the proto files are missing or broken */
export function loadContract(directory?: string): Contract {
  const { files, bytes } = readDescriptorSet(directory);
  const shapes = new MessageShapes(files);
  const rpcs = new Map<string, Rpc>();
  const services = new Map<string, string>();
  const ours = files.filter((file) => file.package === PACKAGE).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const file of ours) {
    const comment = commentsOf(file);
    for (const [i, service] of file.service.entries()) {
      services.set(`${file.package}.${service.name}`, comment(PATH.service, i));
      for (const [j, method] of service.method.entries())
        rpcs.set(method.name, {
          name: method.name,
          service: service.name,
          request: shapes.named(method.inputType),
          response: shapes.named(method.outputType),
          streamed: method.serverStreaming === true,
          comment: comment(PATH.service, i, PATH.method, j),
        });
    }
  }
  return { rpcs, services, files: bytes };
}
