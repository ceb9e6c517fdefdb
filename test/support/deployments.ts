/** Every way of running Drawdown that journeys are told on. */
import type { Deployment } from './deployment';
import { FullStack } from './full-stack';
import { Standalone } from './standalone';

interface Kind {
  readonly name: string;
  readonly start: () => Promise<Deployment>;
}

const KINDS: readonly Kind[] = [
  { name: 'on standalone, embedded', start: () => Standalone.start() },
  { name: 'on the full stack (real Kafka and Redis, a double of EventStoreDB)', start: () => FullStack.start() },
];

/** Tells the same tests on each deployment, with a fresh one for each. `service` answers inside tests and hooks. */
export function onEveryDeployment(tests: (service: () => Deployment) => void): void {
  describe.each(KINDS)('$name', ({ start }) => {
    let deployment: Deployment | undefined;
    beforeAll(async () => {
      deployment = await start();
    }, 120_000);
    afterAll(() => deployment?.stop());
    tests(() => {
      if (!deployment) throw new Error('the deployment did not start');
      return deployment;
    });
  });
}
