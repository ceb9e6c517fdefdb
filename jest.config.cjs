const base = {
  testEnvironment: 'node',
  transform: { '^.+\\.(t|j)s$': '@swc/jest' },
  moduleNameMapper: { '^@drawdown/([^/]+)$': '<rootDir>/libs/$1/src' },
};
// "unit" is every test beside the code it tests plus the house rules; the rest starts processes or servers.
module.exports = {
  projects: [
    { ...base, displayName: 'unit', roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'], testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts', '<rootDir>/test/*.spec.ts'] },
    { ...base, displayName: 'contracts', roots: ['<rootDir>/test/contracts'], testRegex: '\\.spec\\.ts$' },
    { ...base, displayName: 'journeys', roots: ['<rootDir>/test/journeys'], testRegex: '\\.spec\\.ts$' },
    { ...base, displayName: 'faults', roots: ['<rootDir>/test/faults'], testRegex: '\\.spec\\.ts$' },
  ],
};
