/** Every deployment that journeys run on. */
import type { Deployment } from './deployment';
import { FullStack } from './full-stack';
import { Standalone } from './standalone';

type Env = Readonly<Record<string, string>>;

interface Kind {
  readonly name: string;
  readonly start: (setting: { readonly env?: Env }) => Promise<Deployment>;
}

const KINDS: readonly Kind[] = [
  { name: 'on standalone, embedded', start: (setting) => Standalone.start(setting) },
  { name: 'on the full stack (real Kafka and Redis, a double of EventStoreDB)', start: (setting) => FullStack.start(setting) },
];

/**
 * Runs the same tests on each deployment, with a fresh one for each. `service` answers inside tests and hooks.
 * @param env variables of its services, asked for when it starts
 */
export function onEveryDeployment(tests: (service: () => Deployment) => void, env: () => Env = () => ({})): void {
  describe.each(KINDS)('$name', ({ start }) => {
    let deployment: Deployment | undefined;
    beforeAll(async () => {
      deployment = await start({ env: env() });
    }, 120_000);
    afterAll(() => deployment?.stop());
    tests(() => {
      if (!deployment) throw new Error('the deployment did not start');
      return deployment;
    });
  });
}
