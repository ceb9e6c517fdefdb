import { dependencies } from './dependencies';
import { found } from './rules.fixtures';

const importing = (path: string, ...specifiers: readonly string[]) =>
  found(dependencies, { [path]: specifiers.map((name, i) => `import { x as x${i} } from '${name}';`).join('\n') });

describe('who may import whom', () => {
  it('lets each layer import what lies nearer to the core', () => {
    expect(importing('libs/wallet/src/wallet.ts', '@drawdown/drawdown', '@drawdown/amounts', './wallet.events')).toBe('');
    expect(importing('libs/webhooks/src/dispatcher.ts', '@drawdown/ledger', '@drawdown/wallet')).toBe('');
    expect(importing('libs/embedded/src/embedded-log.ts', '@drawdown/ledger', 'lmdb', 'node:fs')).toBe('');
    expect(importing('apps/standalone/src/compose.ts', '@drawdown/embedded', '@drawdown/platform', '@nestjs/core')).toBe('');
    expect(importing('test/journeys/usage.spec.ts', '@drawdown/ledger', 'undici', '../support/waiting')).toBe('');
  });

  it.each([
    ['libs/wallet/src/wallet.ts', '@drawdown/ledger', 'take the value in the command instead'],
    ['libs/wallet/src/wallet.ts', '@drawdown/credit-balance', 'may know only amounts, decider, drawdown'],
    ['libs/amounts/src/amount.ts', '@drawdown/decider', 'may know only nothing'],
    ['libs/balances/src/balances.ts', '@drawdown/ledger', 'points away from the core'],
    ['libs/ledger/src/ledger.ts', '@drawdown/embedded', 'declare the port that libs/ledger needs'],
    ['libs/redis/src/redis-balances.ts', '@drawdown/embedded', 'adapters import ports, never each other'],
    ['libs/application/src/wallets.ts', '@drawdown/platform', 'only apps compose the platform'],
    ['libs/wallet/src/wallet.ts', '@drawdown/wallet', 'import the file itself by a relative path'],
    ['libs/wallet/src/wallet.ts', '@drawdown/purse', 'there is no such lib'],
    ['apps/cli/src/main.ts', '@drawdown/ledger/src/streams', 'import @drawdown/ledger and export from libs/ledger/src/index.ts'],
    ['libs/wallet/src/wallet.ts', '../../amounts/src/amount', 'import @drawdown/amounts'],
    ['apps/cli/src/main.ts', '../../../libs/amounts/src', 'import @drawdown/amounts'],
    ['libs/http/src/sender.ts', '../../../apps/cli/src/main', 'a lib knows no app'],
    ['apps/ledger/src/compose.ts', '../../standalone/src/compose', 'an app is a composition of libs, not of apps'],
    ['libs/wallet/src/index.ts', './wallet.fixtures', 'fixtures and test code are for tests'],
    ['apps/cli/src/main.ts', '../../../test/support/waiting', 'fixtures and test code are for tests'],
  ])('refuses that %s imports %s', (path, specifier, sentence) => {
    expect(importing(path, specifier)).toMatch(new RegExp(`^${path}:1  imports ${specifier}: .*${sentence}`));
  });

  it('lets the command line start the standalone service', () =>
    expect(importing('apps/cli/src/serve.ts', '../../standalone/src/compose')).toBe(''));

  it('wants every lib and app written down in the table', () => {
    expect(found(dependencies, { 'libs/purse/src/index.ts': '' })).toContain('libs/purse is not in test/rules/dependency-table.ts');
    expect(found(dependencies, { 'apps/kiosk/src/main.ts': '' })).toContain('apps/kiosk is not in test/rules/dependency-table.ts');
  });
});

describe('tests', () => {
  it('of a lib that carries out may use the real adapter', () => {
    expect(importing('libs/ledger/src/ledger.spec.ts', '@drawdown/embedded', './ledger.fixtures')).toBe('');
    expect(importing('libs/ledger/src/ledger.ts', '@drawdown/embedded')).not.toBe('');
  });
  it('may use the fixtures of a lib that they may import, and nothing else beside its index', () => {
    expect(importing('libs/ledger/src/ledger.spec.ts', '../../drawdown/src/histories.fixtures')).toBe('');
    expect(importing('libs/drawdown/src/decide.spec.ts', '../../ledger/src/ledger.fixtures')).not.toBe('');
    expect(importing('libs/ledger/src/ledger.spec.ts', '../../drawdown/src/decide')).not.toBe('');
    expect(importing('libs/ledger/src/ledger.ts', '../../drawdown/src/histories.fixtures')).not.toBe('');
  });
  it('of a lib that decides need no more than it does', () =>
    expect(importing('libs/wallet/src/wallet.spec.ts', '@drawdown/ledger')).not.toBe(''));
});

describe('packages', () => {
  it.each([
    ['libs/ledger/src/ledger.ts', '@nestjs/common', 'Nest is the rim'],
    ['libs/application/src/wallets.ts', 'rxjs', 'Nest is the rim'],
    ['libs/ledger/src/ledger.ts', 'reflect-metadata', 'Nest is the rim'],
    ['libs/ledger/src/ledger.ts', 'lmdb', 'stays in its own adapter'],
    ['libs/redis/src/redis-balances.ts', 'kafkajs', 'stays in its own adapter'],
    ['libs/kafka/src/source.ts', 'ioredis', 'stays in its own adapter'],
    ['libs/embedded/src/log.ts', '@eventstore/db-client', 'stays in its own adapter'],
    ['libs/application/src/wallets.ts', '@grpc/grpc-js', 'stays in its own adapter'],
    ['apps/standalone/src/main.ts', 'undici', 'stays in its own adapter'],
    ['libs/usage/src/import.ts', 'csv-parse/sync', 'are read and shown by an app'],
    ['libs/usage/src/parser.ts', 'ajv', 'it is for tests'],
    ['apps/cli/src/main.ts', 'left-pad', 'decide who may import it'],
    ['libs/wallet/src/wallet.ts', 'node:fs', 'declare a port and let an adapter do it'],
    ['libs/ledger/src/ledger.ts', 'fs', 'declare a port and let an adapter do it'],
    ['libs/usage/src/usage.ts', 'node:timers/promises', 'declare a port'],
  ])('refuses that %s imports %s', (path, specifier, sentence) => expect(importing(path, specifier)).toContain(sentence));

  it('lets each stay where it belongs', () => {
    expect(importing('libs/platform/src/door.ts', '@nestjs/common', '@grpc/grpc-js', 'class-validator')).toBe('');
    expect(importing('libs/http/src/sender.ts', 'undici', 'ipaddr.js')).toBe('');
    expect(importing('apps/cli/src/main.ts', 'undici', 'csv-parse/sync', 'commander')).toBe('');
    expect(importing('libs/amounts/src/amount.spec.ts', 'fast-check')).toBe('');
    expect(importing('libs/usage/src/usage-event.ts', 'node:crypto')).toBe('');
  });
});

describe('an import', () => {
  it.each([
    `export * from '@drawdown/ledger';`,
    `import type { X } from '@drawdown/ledger';`,
    `const x = await import('@drawdown/ledger');`,
    `const x = require('@drawdown/ledger');`,
    `import x = require('@drawdown/ledger');`,
    `let x: import('@drawdown/ledger').X;`,
    `import '@drawdown/ledger';`,
  ])('is seen as %s', (text) => expect(found(dependencies, { 'libs/wallet/src/wallet.ts': text })).toContain('imports @drawdown/ledger'));

  it('is not seen in a comment or a string', () =>
    expect(found(dependencies, { 'libs/wallet/src/wallet.ts': `// import '@drawdown/ledger'\nconst s = "import '@drawdown/ledger'";` })).toBe(''));
});
