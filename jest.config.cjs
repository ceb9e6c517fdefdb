const project = (displayName, testMatch, roots, servers = {}) => ({
  displayName,
  testMatch,
  roots,
  testEnvironment: 'node',
  // A bound on what hangs, and nothing that a test measures.
  testTimeout: 60_000,
  transform: { '^.+\\.(t|j)s$': '@swc/jest' },
  moduleNameMapper: { '^@drawdown/([^/]+)$': '<rootDir>/libs/$1/src' },
  ...servers,
});

// One Kafka and one Redis for the whole run, started before the first test of these projects and of no other.
const withServers = {
  globalSetup: '<rootDir>/test/stack/start-servers.ts',
  globalTeardown: '<rootDir>/test/stack/stop-servers.ts',
};

// "unit" is every test beside the code it tests, and the house rules. The others start processes or servers.
module.exports = {
  // Most of what takes long waits for services and servers, and three are as much as two cores can serve.
  maxWorkers: 3,
  // A worker keeps something of every file it has run.
  workerIdleMemoryLimit: '1GB',
  testSequencer: '<rootDir>/tools/longest-first.cjs',
  reporters: ['default', '<rootDir>/tools/summary-reporter.cjs'],
  projects: [
    project(
      'unit',
      [
        '<rootDir>/{apps,libs,infra}/**/*.spec.ts',
        '<rootDir>/test/*.spec.ts',
        '<rootDir>/test/{rules,support,stack/eventstoredb-double}/**/*.spec.ts',
      ],
      ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/infra', '<rootDir>/test'],
    ),
    project(
      'contracts',
      ['<rootDir>/test/contracts/**/*.spec.ts', '<rootDir>/test/stack/*.spec.ts'],
      ['<rootDir>/test'],
      withServers,
    ),
    project('journeys', ['<rootDir>/test/journeys/**/*.spec.ts'], ['<rootDir>/test'], withServers),
    project('faults', ['<rootDir>/test/faults/**/*.spec.ts'], ['<rootDir>/test'], withServers),
  ],
};
