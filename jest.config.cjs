const project = (displayName, testMatch, roots, more = {}) => ({
  displayName,
  testMatch,
  roots,
  testEnvironment: 'node',
  transform: { '^.+\\.(t|j)s$': '@swc/jest' },
  moduleNameMapper: { '^@drawdown/(.+)$': '<rootDir>/libs/$1' },
  ...more,
});

// One Kafka and one Redis for the whole run, started before the first test of these projects and of no other.
const withServers = {
  globalSetup: '<rootDir>/test/stack/start-servers.ts',
  globalTeardown: '<rootDir>/test/stack/stop-servers.ts',
};

/** Thousands of generated histories, every byte of a file, a kill at any moment: beside the code as well, and not at every commit. */
const PROPERTIES = '<rootDir>/{apps,libs,infra}/**/*.properties.spec.ts';
const SOURCES = ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/infra'];

// "unit" is every other test beside the code it tests, and the house rules. Those after "properties" start processes or servers.
module.exports = {
  // Most of what takes long waits for services and servers, and three are as much as two cores can serve.
  maxWorkers: 3,
  // A bound on what hangs, and nothing that a test measures: longer than the waits of a test together, each of which says at its own
  // bound what it awaited. Of a project alone jest takes no notice of it.
  testTimeout: 300_000,
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
        '<rootDir>/test/{bench,rules,support,stack/eventstoredb-double}/**/*.spec.ts',
      ],
      [...SOURCES, '<rootDir>/test'],
      {
        testPathIgnorePatterns: ['/node_modules/', '\\.properties\\.spec\\.ts$'],
        runner: '<rootDir>/tools/unit-runner.mjs',
        setupFiles: ['<rootDir>/tools/typescript-in-node.cjs'],
        setupFilesAfterEnv: ['<rootDir>/tools/bounded-tests.cjs'],
      },
    ),
    project('properties', [PROPERTIES], SOURCES),
    project('contracts', ['<rootDir>/test/contracts/**/*.spec.ts', '<rootDir>/test/stack/*.spec.ts'], ['<rootDir>/test'], withServers),
    project('journeys', ['<rootDir>/test/journeys/**/*.spec.ts'], ['<rootDir>/test'], withServers),
    project('faults', ['<rootDir>/test/faults/**/*.spec.ts'], ['<rootDir>/test'], withServers),
  ],
};
