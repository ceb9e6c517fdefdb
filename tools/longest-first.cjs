/**
 * The order of test files: those that start services and servers first, longest of all the faults, so that none of them is left to run
 * alone at the end while the short ones are over. Within a project it is jest's own order.
 */
const Sequencer = require('@jest/test-sequencer').default;

const FIRST = ['faults', 'journeys', 'contracts', 'properties'];

const rank = ({ context }) => {
  const at = FIRST.indexOf(context.config.displayName?.name);
  return at < 0 ? FIRST.length : at;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
};
