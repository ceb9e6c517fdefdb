const project = (displayName, testMatch, roots) => ({
  displayName,
  testMatch,
  roots,
  testEnvironment: 'node',
  transform: { '^.+\\.(t|j)s$': '@swc/jest' },
  moduleNameMapper: { '^@drawdown/([^/]+)$': '<rootDir>/libs/$1/src' },
});

// "unit" is every test beside the code it tests, and the house rules. The others start processes or servers.
module.exports = {
  reporters: ['default', '<rootDir>/tools/summary-reporter.cjs'],
  projects: [
    project(
      'unit',
      ['<rootDir>/{apps,libs}/**/*.spec.ts', '<rootDir>/test/*.spec.ts', '<rootDir>/test/{rules,support}/**/*.spec.ts'],
      ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
    ),
    project('contracts', ['<rootDir>/test/contracts/**/*.spec.ts'], ['<rootDir>/test']),
    project('journeys', ['<rootDir>/test/journeys/**/*.spec.ts'], ['<rootDir>/test']),
    project('faults', ['<rootDir>/test/faults/**/*.spec.ts'], ['<rootDir>/test']),
  ],
};
