/**
 * A jest reporter whose last line is `N passed, N failed`: the tests of the whole run, all projects together.
 * A test file that could not start is one failure. With TALLY_FILE in the environment the line goes into that file
 * instead, for a caller that has more to add before it prints its own.
 */
const { writeFileSync } = require('node:fs');

module.exports = class SummaryReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites }) {
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    const skipped = numPendingTests + numTodoTests;
    const line = `${numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`;
    if (process.env.TALLY_FILE) writeFileSync(process.env.TALLY_FILE, line);
    // Jest writes its own summary after every reporter has been called, so the last word is had on leaving.
    else process.once('exit', () => process.stdout.write(line));
  }
};
