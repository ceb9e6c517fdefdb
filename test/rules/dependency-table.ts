/**
 * Who may import whom. The layers, from the rim to the core:
 *
 *   apps -> service -> adapters, platform -> application -> webhooks -> ledger -> balances, usage -> aggregates -> drawdown -> decider
 *   -> amounts
 *
 * Adapters know the ports of webhooks, ledger, balances, usage and purchases, and not the application.
 *
 * A lib that is not listed here is a finding: where it belongs is a decision, and this is where it is written down.
 */

const DECISIONS = ['amounts', 'decider', 'drawdown'] as const;
const AGGREGATES = ['wallet', 'credit-balance', 'catalog', 'account', 'subscriptions', 'auto-top-up'] as const;
const DOMAIN = [...DECISIONS, ...AGGREGATES] as const;
/** They own ports: what an adapter implements, and what it therefore may import. */
const PORTS = ['ledger', 'usage', 'balances', 'webhooks', 'purchases'] as const;

export const ADAPTERS: readonly string[] = ['embedded', 'http', 'eventstoredb', 'redis', 'kafka', 'stripe'];

export const LIBS: Readonly<Record<string, readonly string[]>> = {
  // What decides. Pure: no clock, no chance, no waiting.
  amounts: [],
  decider: ['amounts'],
  drawdown: ['amounts', 'decider'],
  wallet: DECISIONS,
  'credit-balance': DECISIONS,
  catalog: DECISIONS,
  account: DECISIONS,
  subscriptions: DECISIONS,
  'auto-top-up': DECISIONS,
  usage: [...DECISIONS, 'catalog'],

  // What carries out. They know ports, and no technology.
  balances: DOMAIN,
  ledger: [...DOMAIN, 'balances', 'usage'],
  webhooks: [...DOMAIN, 'balances', 'ledger'],
  purchases: [...DOMAIN, 'ledger'],
  application: [...DOMAIN, ...PORTS],

  // Adapters: each is one thing that can be down.
  embedded: [...DOMAIN, ...PORTS],
  http: [...DOMAIN, ...PORTS],
  eventstoredb: [...DOMAIN, ...PORTS],
  redis: [...DOMAIN, ...PORTS],
  kafka: [...DOMAIN, ...PORTS],
  stripe: [...DOMAIN, ...PORTS],

  // The rim, where Nest lives: both doors over one application.
  platform: [...DOMAIN, ...PORTS, 'application'],
  // What every app does alike: variables, waiting for servers, opening adapters by configuration, metrics.
  service: [...DOMAIN, ...PORTS, ...ADAPTERS, 'application', 'platform'],
};

export const PURE: readonly string[] = ['amounts', 'decider', 'drawdown', ...AGGREGATES, 'usage'];

/**
 * What the tests of a lib may import besides: the real adapter instead of a double of it. Pure libs need nothing, and
 * nobody's test needs the rim but the rim's own.
 */
export const LIBS_IN_TESTS = (lib: string): readonly string[] =>
  PURE.includes(lib) ? [] : [...DOMAIN, ...PORTS, 'application', ...ADAPTERS];

/** Apps are compositions of libs, not of each other. The command line serves and demonstrates the standalone service. */
export const APPS: Readonly<Record<string, readonly string[]>> = {
  ingestion: [],
  ledger: [],
  webhooks: [],
  standalone: [],
  cli: ['standalone'],
};

/** What a pure lib may take from Node: hashes and bytes are functions of their input, and a bug is asserted. */
export const BUILTINS_IN_PURE: readonly string[] = ['node:assert/strict', 'node:buffer', 'node:crypto'];
/** Libs that carry out may also wait and pass on events. Files, sockets and processes belong to adapters. */
export const BUILTINS_IN_SHELLS: readonly string[] = [
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

const RIM = ['apps', 'libs/platform'];
const nest = (name: string, also: readonly string[] = []): PackageRule => ({
  name,
  only: [...RIM, ...also],
  instead: 'Nest is the rim: write a plain function or class here, and let apps/ or libs/platform wire it.',
});
const client = (name: string, adapter: string, also: readonly string[] = []): PackageRule => ({
  name,
  only: [`libs/${adapter}`, ...also],
  instead: `a client library stays in its own adapter: use the port, and let the app compose libs/${adapter} behind it.`,
});
const terminal = (name: string): PackageRule => ({
  name,
  only: ['apps'],
  instead: 'files, arguments and colours are read and shown by an app: hand this code the values.',
});
const testing = (name: string): PackageRule => ({
  name,
  only: ['test'],
  instead: 'it is for tests: nothing that a user runs may depend on it.',
});

export const PACKAGES: readonly PackageRule[] = [
  ...['@nestjs/*', 'rxjs', 'reflect-metadata', 'class-transformer', 'fastify', 'pino'].map((name) => nest(name)),
  nest('class-validator', ['libs/service']),
  client('lmdb', 'embedded'),
  client('undici', 'http', ['apps/cli', 'test']),
  client('ipaddr.js', 'http'),
  client('ioredis', 'redis', ['test']),
  client('kafkajs', 'kafka', ['test']),
  ...['fzstd', 'lz4js', 'snappyjs'].map((name) => client(name, 'kafka')),
  client('stripe', 'stripe'),
  client('@eventstore/db-client', 'eventstoredb', ['test']),
  client('google-protobuf', 'eventstoredb', ['test']),
  client('@grpc/*', 'platform', ['libs/eventstoredb', 'apps', 'test']),
  client('grpc-health-check', 'platform', ['apps', 'test']),
  client('protobufjs', 'platform', ['libs/eventstoredb', 'test']),
  client('prom-client', 'platform'),
  client('standardwebhooks', 'webhooks', ['libs/http', 'apps', 'test']),
  ...['commander', 'cli-progress', 'csv-parse', 'picocolors'].map(terminal),
  ...['fast-check', 'ajv', 'ajv-formats', 'typescript', 'yaml', '@jest/globals'].map(testing),
];
