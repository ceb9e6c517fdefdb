import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import descriptor from 'protobufjs/ext/descriptor';
import { type Demo, openDemo } from '../transports.fixtures';

const PROTO = join(__dirname, '../../../../proto/drawdown/v1');

interface Answer {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Uint8Array[] };
  readonly errorResponse?: { readonly errorMessage: string };
}

interface Named {
  readonly name: string;
}
interface Message extends Named {
  readonly field: readonly { readonly typeName?: string }[];
  readonly nestedType: readonly Message[];
  readonly enumType: readonly Named[];
}
interface Service extends Named {
  readonly method: readonly { readonly inputType: string; readonly outputType: string }[];
}
interface File extends Named {
  readonly package: string;
  readonly dependency: readonly string[];
  readonly messageType: readonly Message[];
  readonly enumType: readonly Named[];
  readonly service: readonly Service[];
}

/** Knows the reflection protocol and nothing of our proto files, as grpcurl does. */
class ReflectionClient {
  private readonly stream: ClientDuplexStream<object, Answer>;
  private readonly files = new Map<string, File>();

  constructor(client: Client, version: 'v1' | 'v1alpha') {
    const loaded = loadSync(`reflection/${version}/reflection.proto`, {
      includeDirs: [join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc')],
    });
    const service = loaded[`grpc.reflection.${version}.ServerReflection`] as ServiceDefinition;
    const { path, requestSerialize, responseDeserialize } = service['ServerReflectionInfo'] as MethodDefinition<object, Answer>;
    this.stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  }

  async close(): Promise<void> {
    const ended = once(this.stream.resume(), 'status');
    this.stream.end();
    await ended;
  }

  async services(): Promise<readonly string[]> {
    return (await this.ask({ listServices: '*' })).listServicesResponse?.service.map(({ name }) => name) ?? [];
  }

  /** The file of a symbol, and every file that it imports, asked for one by one. */
  async symbol(name: string): Promise<readonly File[]> {
    const first = this.fileIn(await this.ask({ fileContainingSymbol: name }), name);
    const wanted = [...first.dependency];
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop())
      if (!this.files.has(next)) wanted.push(...this.fileIn(await this.ask({ fileByFilename: next }), next).dependency);
    return [...this.files.values()];
  }

  /** The first file of an answer is the one that was asked for. */
  private fileIn({ fileDescriptorResponse, errorResponse }: Answer, asked: string): File {
    const [bytes] = fileDescriptorResponse?.fileDescriptorProto ?? [];
    if (!bytes) throw new Error(`${asked}: ${errorResponse?.errorMessage ?? 'no file'}`);
    const file = descriptor.FileDescriptorProto.toObject(descriptor.FileDescriptorProto.decode(bytes), { arrays: true }) as File;
    this.files.set(file.name, file);
    return file;
  }

  private async ask(request: object): Promise<Answer> {
    const answer = once(this.stream, 'data') as Promise<[Answer]>;
    this.stream.write(request);
    return (await answer)[0];
  }
}

let demo: Demo;
let client: Client;
beforeAll(async () => {
  demo = await openDemo();
  client = new Client(demo.transports.grpcAddress, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await demo.transports.close(AbortSignal.abort());
});

const namesWithin = ({ name, nestedType, enumType }: Message): readonly string[] => [
  name,
  ...[...nestedType.flatMap(namesWithin), ...enumType.map((inner) => inner.name)].map((inner) => `${name}.${inner}`),
];

const namesIn = (files: readonly File[]): ReadonlySet<string> =>
  new Set(
    files.flatMap((file) =>
      [...file.messageType.flatMap(namesWithin), ...file.enumType.map(({ name }) => name)].map((name) => `.${file.package}.${name}`),
    ),
  );

describe.each(['v1', 'v1alpha'] as const)('a client that knows only the reflection protocol (%s)', (version) => {
  let reflection: ReflectionClient;
  beforeEach(() => (reflection = new ReflectionClient(client, version)));
  afterEach(() => reflection.close());

  it('finds every service of the proto files, and that of health', async () => {
    const declared = readdirSync(PROTO).flatMap((file) =>
      [...readFileSync(join(PROTO, file), 'utf8').matchAll(/^service (\w+)/gm)].map(([, name]) => `drawdown.v1.${name}`),
    );
    expect(declared.length).toBeGreaterThan(10);
    expect([...(await reflection.services())].sort()).toEqual([...declared, 'grpc.health.v1.Health'].sort());
  });

  it('resolves every method, message and field type, following the imports', async () => {
    for (const name of await reflection.services()) {
      const files = await reflection.symbol(name);
      const known = namesIn(files);
      const service = files.flatMap((file) => file.service.map((one) => ({ ...one, full: `${file.package}.${one.name}` })));
      const methods = service.find(({ full }) => full === name)?.method ?? [];
      expect(methods.length).toBeGreaterThan(0);
      for (const { inputType, outputType } of methods) expect([known.has(inputType), known.has(outputType)]).toEqual([true, true]);
      const types = files.flatMap(({ messageType }) => messageType.flatMap(({ field }) => field.flatMap(({ typeName }) => typeName ?? [])));
      expect(types.filter((type) => !known.has(type))).toEqual([]);
    }
  });

  it('describes a method and a message by name, in the file that declares them', async () => {
    for (const [symbol, file] of [
      ['drawdown.v1.WalletService.AddCredits', 'drawdown/v1/wallet.proto'],
      ['drawdown.v1.Grant', 'drawdown/v1/grant.proto'],
      ['google.protobuf.Timestamp', 'google/protobuf/timestamp.proto'],
    ] as const)
      expect((await reflection.symbol(symbol)).map(({ name }) => name)).toContain(file);
    await expect(reflection.symbol('drawdown.v1.Nothing')).rejects.toThrow('not found');
  });
});
