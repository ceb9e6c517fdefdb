/** The proto files as `buf build` writes them: descriptors of every file and of its imports, with the comments. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import descriptor from 'protobufjs/ext/descriptor';

/** Written by `npm run generate`. It lies at the root of the installation, above the sources and above their compiled form alike. */
const DESCRIPTOR_SET = 'proto/descriptors.binpb';

/** As far as the program reads them, by the names of google/protobuf/descriptor.proto. */
export interface FileDescriptor {
  readonly name: string;
  readonly package: string;
  readonly messageType: readonly MessageDescriptor[];
  readonly enumType: readonly EnumDescriptor[];
  readonly service: readonly ServiceDescriptor[];
  readonly sourceCodeInfo?: { readonly location: readonly { readonly path: readonly number[]; readonly leadingComments?: string }[] };
}

export interface MessageDescriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly MessageDescriptor[];
  readonly oneofDecl: readonly { readonly name: string }[];
  readonly options?: { readonly mapEntry?: boolean };
}

export interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: number;
  readonly type: number;
  readonly typeName?: string;
  readonly oneofIndex?: number;
  readonly proto3Optional?: boolean;
}

export interface EnumDescriptor {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

interface ServiceDescriptor {
  readonly name: string;
  readonly method: readonly MethodDescriptor[];
}

interface MethodDescriptor {
  readonly name: string;
  readonly inputType: string;
  readonly outputType: string;
  readonly serverStreaming?: boolean;
}

/** Numbers of fields in descriptors. A comment is found by the path of its subject. */
export const PATH = { message: 4, enum: 5, service: 6, field: 2, value: 2, method: 2 } as const;

interface DescriptorSet {
  readonly files: readonly FileDescriptor[];
  /** The same files as bytes of FileDescriptorProto. */
  readonly bytes: readonly Uint8Array[];
}

/** @throws when the file is missing or broken */
export function readDescriptorSet(directory = installation()): DescriptorSet {
  const set = descriptor.FileDescriptorSet.decode(readFileSync(join(directory, DESCRIPTOR_SET)));
  const { file } = descriptor.FileDescriptorSet.toObject(set, { arrays: true }) as { readonly file: readonly FileDescriptor[] };
  return { files: file, bytes: file.map((one) => descriptor.FileDescriptorProto.encode(one).finish()) };
}

/** The comment above each thing of a file, by its path, without the marks of a comment. */
export function commentsOf({ sourceCodeInfo }: FileDescriptor): (...path: readonly number[]) => string {
  const comments = new Map<string, string>();
  for (const { path, leadingComments = '' } of sourceCodeInfo?.location ?? []) comments.set(path.join('.'), plain(leadingComments));
  return (...path) => comments.get(path.join('.')) ?? '';
}

const plain = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();

function installation(): string {
  for (let at = __dirname; ; at = dirname(at)) {
    if (existsSync(join(at, DESCRIPTOR_SET))) return at;
    if (dirname(at) === at) throw new Error(`no ${DESCRIPTOR_SET} above ${__dirname}; is the installation complete?`);
  }
}
