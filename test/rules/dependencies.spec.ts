import { dependencies } from './dependencies';
import { found } from './rules.fixtures';

const importing = (path: string, ...specifiers: readonly string[]) =>
  found(dependencies, { [path]: specifiers.map((name, i) => `import { x as x${i} } from '${name}';`).join('\n') });

describe('who may import whom', () => {
  it('lets each layer import what lies nearer to the core', () => {
    expect(importing('libs/domain/balance/wallet.ts', '@drawdown/domain/decider', '@drawdown/domain/amounts', './wallet.events')).toBe('');
    expect(importing('libs/engine/webhooks/dispatcher.ts', '@drawdown/engine/event-store', '@drawdown/domain/balance')).toBe('');
    expect(importing('libs/adapters/embedded/embedded-log.ts', '@drawdown/engine/event-store', 'lmdb', 'node:fs')).toBe('');
    expect(importing('apps/standalone/src/compose.ts', '@drawdown/adapters/embedded', '@drawdown/runtime/server', '@nestjs/core')).toBe('');
    expect(importing('test/journeys/usage.spec.ts', '@drawdown/engine/event-store', 'undici', '../support/waiting')).toBe('');
  });

  it.each([
    ['libs/domain/balance/wallet.ts', '@drawdown/engine/event-store', 'take the value in the command instead'],
    ['libs/domain/balance/wallet.ts', '@drawdown/domain/usage', 'may import only domain/amounts, domain/decider'],
    ['libs/domain/amounts/amount.ts', '@drawdown/domain/decider', 'may import only nothing'],
    ['libs/engine/derived-state/balances.ts', '@drawdown/engine/event-store', 'points outwards'],
    ['libs/engine/event-store/ledger.ts', '@drawdown/adapters/embedded', 'declare the port that libs/engine/event-store needs'],
    ['libs/adapters/redis/redis-balances.ts', '@drawdown/adapters/embedded', 'adapters import ports, never each other'],
    ['libs/api/resources/wallets.ts', '@drawdown/runtime/server', 'only apps compose the runtime'],
    ['libs/domain/balance/wallet.ts', '@drawdown/domain/balance', 'import the file itself by a relative path'],
    ['libs/domain/balance/wallet.ts', '@drawdown/domain/unlisted', 'there is no such lib'],
    [
      'apps/cli/src/main.ts',
      '@drawdown/engine/event-store/src/streams',
      'import @drawdown/engine/event-store and export from libs/engine/event-store/index.ts',
    ],
    ['libs/domain/balance/wallet.ts', '../amounts/amount', 'import @drawdown/domain/amounts'],
    ['apps/cli/src/main.ts', '../../../libs/domain/amounts', 'import @drawdown/domain/amounts'],
    ['libs/adapters/webhook-http/sender.ts', '../../../apps/cli/src/main', 'a lib knows no app'],
    ['apps/ledger/src/compose.ts', '../../standalone/src/compose', 'an app is a composition of libs, not of apps'],
    ['libs/domain/balance/index.ts', './wallet.fixtures', 'fixtures and test code are for tests'],
    ['apps/cli/src/main.ts', '../../../test/support/waiting', 'fixtures and test code are for tests'],
  ])('refuses that %s imports %s', (path, specifier, sentence) => {
    expect(importing(path, specifier)).toMatch(new RegExp(`^${path}:1  imports ${specifier}: .*${sentence}`));
  });

  it('lets the command line start the standalone service', () =>
    expect(importing('apps/cli/src/serve.ts', '../../standalone/src/compose')).toBe(''));

  it('wants every lib and app written down in the table', () => {
    expect(found(dependencies, { 'libs/domain/unlisted/index.ts': '' })).toContain(
      'libs/domain/unlisted is not in test/rules/dependency-table.ts',
    );
    expect(found(dependencies, { 'apps/kiosk/src/main.ts': '' })).toContain('apps/kiosk is not in test/rules/dependency-table.ts');
  });
});

describe('tests', () => {
  it('of a lib that carries out may use the real adapter', () => {
    expect(importing('libs/engine/event-store/ledger.spec.ts', '@drawdown/adapters/embedded', './ledger.fixtures')).toBe('');
    expect(importing('libs/engine/event-store/ledger.ts', '@drawdown/adapters/embedded')).not.toBe('');
  });
  it('may use the fixtures of a lib that they may import, and nothing else beside its index', () => {
    expect(importing('libs/engine/event-store/ledger.spec.ts', '../../domain/balance/model/histories.fixtures')).toBe('');
    expect(importing('libs/domain/balance/decide.spec.ts', '../../engine/event-store/ledger.fixtures')).not.toBe('');
    expect(importing('libs/engine/event-store/ledger.spec.ts', '../../domain/balance/decide')).not.toBe('');
    expect(importing('libs/engine/event-store/ledger.ts', '../../domain/balance/model/histories.fixtures')).not.toBe('');
  });
  it('of a lib that decides need no more than it does', () =>
    expect(importing('libs/domain/balance/wallet.spec.ts', '@drawdown/engine/event-store')).not.toBe(''));
});

describe('packages', () => {
  it.each([
    ['libs/engine/event-store/ledger.ts', '@nestjs/common', 'Nest stays at the edge'],
    ['libs/api/resources/wallets.ts', 'rxjs', 'Nest stays at the edge'],
    ['libs/engine/event-store/ledger.ts', 'reflect-metadata', 'Nest stays at the edge'],
    ['libs/engine/event-store/ledger.ts', 'lmdb', 'stays in its own adapter'],
    ['libs/adapters/redis/redis-balances.ts', 'kafkajs', 'stays in its own adapter'],
    ['libs/adapters/kafka/source.ts', 'ioredis', 'stays in its own adapter'],
    ['libs/adapters/embedded/log.ts', '@eventstore/db-client', 'stays in its own adapter'],
    ['libs/api/resources/wallets.ts', '@grpc/grpc-js', 'stays in its own adapter'],
    ['apps/standalone/src/main.ts', 'undici', 'stays in its own adapter'],
    ['libs/domain/usage/import.ts', 'csv-parse/sync', 'an app reads files'],
    ['libs/domain/usage/parser.ts', 'ajv', 'it is for tests'],
    ['apps/cli/src/main.ts', 'left-pad', 'decide who may import it'],
    ['libs/domain/balance/wallet.ts', 'node:fs', 'declare a port and let an adapter do it'],
    ['libs/engine/event-store/ledger.ts', 'fs', 'declare a port and let an adapter do it'],
    ['libs/domain/usage/usage.ts', 'node:timers/promises', 'declare a port'],
  ])('refuses that %s imports %s', (path, specifier, sentence) => expect(importing(path, specifier)).toContain(sentence));

  it('lets each stay where it belongs', () => {
    expect(importing('libs/runtime/server/transport.ts', '@nestjs/common', '@grpc/grpc-js', 'class-validator')).toBe('');
    expect(importing('libs/adapters/webhook-http/sender.ts', 'undici', 'ipaddr.js')).toBe('');
    expect(importing('apps/cli/src/main.ts', 'undici', 'csv-parse/sync', 'commander')).toBe('');
    expect(importing('libs/domain/amounts/amount.spec.ts', 'fast-check')).toBe('');
    expect(importing('libs/domain/usage/usage-event.ts', 'node:crypto')).toBe('');
  });
});

describe('an import', () => {
  it.each([
    `export * from '@drawdown/engine/event-store';`,
    `import type { X } from '@drawdown/engine/event-store';`,
    `const x = await import('@drawdown/engine/event-store');`,
    `const x = require('@drawdown/engine/event-store');`,
    `import x = require('@drawdown/engine/event-store');`,
    `let x: import('@drawdown/engine/event-store').X;`,
    `import '@drawdown/engine/event-store';`,
  ])('is seen as %s', (text) =>
    expect(found(dependencies, { 'libs/domain/balance/wallet.ts': text })).toContain('imports @drawdown/engine/event-store'),
  );

  it('is not seen in a comment or a string', () =>
    expect(
      found(dependencies, {
        'libs/domain/balance/wallet.ts': `// import '@drawdown/engine/event-store'\nconst s = "import '@drawdown/engine/event-store'";`,
      }),
    ).toBe(''));
});
