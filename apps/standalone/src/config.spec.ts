import { readFileSync } from 'node:fs';
import { describeConfig, parseConfig } from '@drawdown/platform';
import { StandaloneConfig } from './config';

const example = new Map(
  readFileSync('.env.example', 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

it('has every variable in .env.example, with its default', () => {
  const defaults = describeConfig(StandaloneConfig).map(({ variable, standard }) => [variable, standard ?? '']);
  expect([...example]).toEqual(defaults);
});

it('is what .env.example says when that is used as it stands', () => {
  expect(parseConfig(StandaloneConfig, Object.fromEntries(example))).toEqual(parseConfig(StandaloneConfig, {}));
});

it('says everything that is wrong, with the variable and the mend', () => {
  const wrong = { HTTP_PORT: '70000', INSECURE: 'yes', WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0', DRAWDOWN_PORT: '1' };
  const said = (): unknown => parseConfig(StandaloneConfig, wrong);
  expect(said).toThrow(/HTTP_PORT is 70000.*set it to a port from 0 to 65535/);
  expect(said).toThrow(/INSECURE is "yes".*set it to true or false/);
  expect(said).toThrow(/WEBHOOK_ALLOWED_NETWORKS/);
  expect(said).toThrow(/DRAWDOWN_PORT is not a variable of this program/);
});
