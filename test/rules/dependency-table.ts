/**
 * Who may import whom. The layers, from the outside to the inside:
 *
 *   apps -> runtime -> adapters, api -> engine -> domain
 *
 * A layer may import every layer inside it. Within a layer, a lib imports the libs that LIBS lists for it. Type-only imports count.
 * A lib that is not listed is a finding: its place is a decision, and this file records it.
 */

/** The layers inside each layer. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  engine: ['domain'],
  adapters: ['domain', 'engine'],
  api: ['domain', 'engine'],
  runtime: ['domain', 'engine', 'adapters', 'api'],
};

/** Every lib, with the libs of its own layer that it may import. A lib imports only libs that stand above it here. */
export const LIBS: Readonly<Record<string, readonly string[]>> = {
  // Decides. Pure: no clock, no chance, no waiting.
  'domain/amounts': [],
  'domain/decider': ['domain/amounts'],
  'domain/balance': ['domain/amounts', 'domain/decider'],
  'domain/catalog': ['domain/amounts', 'domain/decider', 'domain/balance'],
  'domain/customer': ['domain/amounts', 'domain/decider'],
  'domain/settings': ['domain/amounts', 'domain/decider', 'domain/balance'],
  'domain/auto-top-up': ['domain/amounts', 'domain/decider', 'domain/balance'],
  'domain/usage': ['domain/amounts', 'domain/decider', 'domain/balance', 'domain/catalog'],

  // Carries decisions out. Owns the ports and knows no technology.
  'engine/async': [],
  'engine/derived-state': [],
  'engine/event-store': ['engine/async', 'engine/derived-state'],
  'engine/commands': ['engine/event-store'],
  'engine/read-models': ['engine/async', 'engine/derived-state', 'engine/event-store'],
  'engine/usage-pipeline': ['engine/async', 'engine/derived-state', 'engine/event-store', 'engine/read-models'],
  'engine/payments': ['engine/async', 'engine/event-store', 'engine/commands'],
  'engine/webhooks': ['engine/async', 'engine/derived-state', 'engine/event-store', 'engine/read-models'],
  'engine/process-managers': [
    'engine/async',
    'engine/derived-state',
    'engine/event-store',
    'engine/commands',
    'engine/read-models',
    'engine/payments',
    'engine/usage-pipeline',
  ],
  'engine/audit': ['engine/async', 'engine/derived-state', 'engine/event-store', 'engine/read-models', 'engine/usage-pipeline'],

  // Adapters: each is one thing that can be down. They never import each other.
  'adapters/embedded': [],
  'adapters/eventstoredb': [],
  'adapters/redis': [],
  'adapters/kafka': [],
  'adapters/stripe': [],
  'adapters/webhook-http': [],

  // The operations under both transports.
  'api/errors': [],
  'api/contract': ['api/errors'],
  'api/resources': ['api/errors', 'api/contract'],

  // Nest, the transports, the environment.
  'runtime/server': [],
  'runtime/bootstrap': ['runtime/server'],
};

/** Files whose import the layers forbid, with the reason. Keep this list short. */
export const EXCEPTIONS: readonly { readonly from: string; readonly to: string; readonly reason: string }[] = [];

export const layerOf = (lib: string): string => lib.slice(0, lib.indexOf('/'));
const inLayer = (layer: string): readonly string[] => Object.keys(LIBS).filter((lib) => layerOf(lib) === layer);

export const ADAPTERS: readonly string[] = inLayer('adapters');
export const PURE: readonly string[] = inLayer('domain');

/** What a lib may import: its own layer as listed, and every lib of the layers inside. */
export const allowedLibs = (lib: string): readonly string[] => [...(LIBS[lib] ?? []), ...(LAYERS[layerOf(lib)] ?? []).flatMap(inLayer)];

/** Tests outside the domain may also use the real adapter instead of a double of it, and the operations. */
export const allowedLibsInTests = (lib: string): readonly string[] =>
  PURE.includes(lib) ? [] : Object.keys(LIBS).filter((target) => layerOf(target) !== 'runtime');

/** Apps are compositions of libs, not of each other. The command line serves and demonstrates the standalone service. */
export const APPS: Readonly<Record<string, readonly string[]>> = {
  ingestion: [],
  ledger: [],
  webhooks: [],
  standalone: [],
  cli: ['standalone'],
};

/** What the domain may take from Node: hashes and bytes are functions of their input, and a bug is asserted. */
export const BUILTINS_IN_PURE: readonly string[] = ['node:assert/strict', 'node:buffer', 'node:crypto'];
/** The engine and the API may also wait and pass on events. Files, sockets and processes belong to adapters. */
export const BUILTINS_IN_ENGINE: readonly string[] = [
  ...BUILTINS_IN_PURE,
  'node:async_hooks',
  'node:events',
  'node:stream',
  'node:stream/promises',
  'node:timers/promises',
];

interface PackageRule {
  /** A package, or a scope with `/*`. */
  readonly name: string;
  /** Folders that may import it; `test` stands for tests wherever they lie. */
  readonly only: readonly string[];
  readonly instead: string;
}

const nest = (name: string, also: readonly string[] = []): PackageRule => ({
  name,
  only: ['apps', 'libs/runtime/server', ...also],
  instead: 'Nest stays at the edge: write a plain function or class here, and let apps/ or libs/runtime wire it.',
});
const client = (name: string, adapter: string, also: readonly string[] = []): PackageRule => ({
  name,
  only: [`libs/${adapter}`, ...also],
  instead: `a client library stays in its own adapter: use the port, and let the app compose libs/${adapter} behind it.`,
});
const terminal = (name: string): PackageRule => ({
  name,
  only: ['apps'],
  instead: 'an app reads files and arguments and shows colors: pass the values to this code.',
});
const testing = (name: string): PackageRule => ({
  name,
  only: ['test'],
  instead: 'it is for tests: nothing that a user runs may depend on it.',
});

export const PACKAGES: readonly PackageRule[] = [
  ...['@nestjs/*', 'rxjs', 'pino'].map((name) => nest(name)),
  nest('fastify', ['test/bench/plain-postgres']),
  ...['class-validator', 'class-transformer', 'reflect-metadata'].map((name) => nest(name, ['libs/runtime/bootstrap'])),
  client('lmdb', 'adapters/embedded'),
  client('undici', 'adapters/webhook-http', ['apps/cli', 'test']),
  client('ipaddr.js', 'adapters/webhook-http'),
  client('ioredis', 'adapters/redis', ['test']),
  client('kafkajs', 'adapters/kafka', ['test']),
  ...['fzstd', 'lz4js', 'snappyjs'].map((name) => client(name, 'adapters/kafka')),
  client('stripe', 'adapters/stripe'),
  client('@eventstore/db-client', 'adapters/eventstoredb', ['test']),
  client('google-protobuf', 'adapters/eventstoredb', ['test']),
  client('@grpc/*', 'runtime/server', ['libs/api/contract', 'libs/adapters/eventstoredb', 'apps', 'test']),
  client('grpc-health-check', 'runtime/server', ['apps', 'test']),
  client('protobufjs', 'api/contract', ['libs/runtime/server', 'libs/adapters/eventstoredb', 'test']),
  client('prom-client', 'runtime/server'),
  client('standardwebhooks', 'engine/webhooks', ['libs/adapters/webhook-http', 'apps', 'test']),
  ...['commander', 'cli-progress', 'csv-parse', 'picocolors'].map(terminal),
  ...['fast-check', 'ajv', 'ajv-formats', 'pg', 'typescript', 'yaml', '@jest/globals'].map(testing),
];
