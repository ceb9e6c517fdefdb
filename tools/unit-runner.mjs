/**
 * jest-light-runner with child processes, each of which gets its data. The package answers a process that asks for its data through one
 * channel for all of them, and then forgets who listened: a process that had not asked yet waited forever, and the run never ended.
 */
import LightRunner from 'jest-light-runner/child-process';

/** Of one test file. It answers the process that runs it, and no other. */
function channelTo(workerData) {
  let send;
  return {
    onMessage: (listener) => (send = listener),
    postMessage: (message) => {
      if (message === 'jest-light-runner-get-worker-data') send({ type: 'jest-light-runner-worker-data', workerData });
    },
  };
}

/* oxlint-disable no-underscore-dangle -- the names are the package's */
export default class UnitRunner extends LightRunner {
  _runTest(test) {
    const { config } = test.context;
    const runner = this._testRunners.get(config);
    // The first test makes the processes. Nobody else listens on its channel.
    if (!runner) return super._runTest(test);
    const workerData = { globalConfig: this._globalConfig, projectConfig: config, runtime: this._runtime };
    return runner.pool.run(test.path, { channel: channelTo(workerData) });
  }
}
