/** .env.example says what the services take, and its defaults are theirs. */
import { readFileSync } from 'node:fs';
import { type AppConfig, type ConfigOf, describeGroups, type Groups, parseGroups } from '@drawdown/runtime/bootstrap';
import { config as ingestion } from '../apps/ingestion/src/config';
import { config as ledger } from '../apps/ledger/src/config';
import { config as standalone } from '../apps/standalone/src/config';
import { config as webhooks } from '../apps/webhooks/src/config';

const example = new Map(
  readFileSync('.env.example', 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

const defaultsOf = (config: AppConfig<Groups>): readonly (readonly [string, string])[] =>
  describeGroups(config).flatMap(({ lines }) => lines.map(({ variable, standard = '' }) => [variable, standard] as const));

/** Has another default in each service, so the example leaves it empty. */
const OWN_DEFAULTS: ReadonlySet<string> = new Set(['OPS_PORT']);

it('has every variable, with its default', () => {
  expect([...example]).toEqual(defaultsOf(standalone).map(([name, standard]) => [name, OWN_DEFAULTS.has(name) ? '' : standard]));
});

it.each([
  ['ingestion', ingestion],
  ['ledger', ledger],
  ['webhooks', webhooks],
])('has every variable of %s', (_, config) => {
  for (const [variable, standard] of defaultsOf(config))
    if (!OWN_DEFAULTS.has(variable)) expect([variable, example.get(variable)]).toEqual([variable, standard]);
});

it('is what a service does without any, when it is used as it stands', () => {
  expect(parseGroups(standalone, Object.fromEntries(example))).toEqual(parseGroups(standalone, {}));
});

const SERVERS = { KAFKA_BROKERS: 'k:9092', EVENTSTORE_URL: 'esdb://admin:swordfish@e:2113', REDIS_URL: 'redis://:swordfish@r' };

it('gives each service a port of its own for metrics and probes', () => {
  const ports = [standalone, ingestion, ledger, webhooks].map(
    (config) => (parseGroups(config as AppConfig<Groups>, SERVERS) as ConfigOf<typeof ledger.groups>).ops.OPS_PORT,
  );
  expect(new Set(ports).size).toBe(4);
});

describe('a wrong configuration', () => {
  const said = (config: AppConfig<Groups>, environment: Record<string, string>) => (): unknown => parseGroups(config, environment);

  it('is reported with every problem, its variable and the remedy', () => {
    const wrong = { HTTP_PORT: '70000', INSECURE: 'yes', WEBHOOK_ALLOWED_NETWORKS: '10.0.0.0', KAFKA_BROKERS: 'k', DRAWDOWN_PORT: '1' };
    expect(said(standalone, wrong)).toThrow(/HTTP_PORT is 70000.*set it to a port from 0 to 65535/);
    expect(said(standalone, wrong)).toThrow(/INSECURE is "yes".*set it to true or false/);
    expect(said(standalone, wrong)).toThrow(/WEBHOOK_ALLOWED_NETWORKS is \["10\.0\.0\.0"\].*CIDR networks between commas/);
    expect(said(standalone, wrong)).toThrow(/KAFKA_BROKERS is \["k"\].*host:port between commas/);
    expect(said(standalone, wrong)).toThrow(/DRAWDOWN_PORT is not a variable of this program/);
  });

  it('is reported where a service lacks a server that it needs', () => {
    expect(said(ledger, {})).toThrow(
      /KAFKA_BROKERS is not set; .*\n.*EVENTSTORE_URL is not set; .*\n.*REDIS_URL is not set; set it to a URL, such as redis:/,
    );
    expect(said(ingestion, SERVERS)).not.toThrow();
    expect(said(webhooks, { REDIS_URL: SERVERS.REDIS_URL })).toThrow(/EVENTSTORE_URL is not set/);
  });

  it.each([
    [{ KAFKA_SASL_USERNAME: 'me' }, /KAFKA_SASL_USERNAME is set, and would not be used; set KAFKA_SASL_MECHANISM/],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' }, /KAFKA_SASL_PASSWORD is not set: KAFKA_SASL_MECHANISM is plain; set it/],
    [{ KAFKA_SASL_MECHANISM: 'gssapi' }, /KAFKA_SASL_MECHANISM is "gssapi".*plain, scram-sha-256, scram-sha-512/],
    [{ KAFKA_TLS_CA_FILE: '/ca.pem' }, /KAFKA_TLS_CA_FILE is set, and would not be used; set KAFKA_TLS=true/],
    [{ KAFKA_RATED_TOPIC: 'usage.v1' }, /KAFKA_RATED_TOPIC is usage\.v1, as KAFKA_USAGE_TOPIC is; give each topic a name of its own/],
    [{ KAFKA_USAGE_TOPIC: 'a b' }, /KAFKA_USAGE_TOPIC is "a b".*name of a topic/],
    [{ EVENTSTORE_URL: 'http://admin:swordfish@e' }, /EVENTSTORE_URL is "http:\/\/admin:\*\*\*@e".*esdb:\/\//],
    [{ REDIS_URL: 'r:6379' }, /REDIS_URL is "r:6379".*redis:\/\//],
    [{ REDIS_PREFIX: 'a{b' }, /REDIS_PREFIX is "a\{b"/],
    [{ STRIPE_SECRET_KEY: 'swordfish' }, /STRIPE_SECRET_KEY has a value that cannot be used: .*sk_/],
    [{ STRIPE_SECRET_KEY: 'sk_test_swordfish' }, /STRIPE_WEBHOOK_SECRET is not set: no payment could be confirmed; set it to/],
    [{ STRIPE_WEBHOOK_SECRET: 'whsec_swordfish' }, /STRIPE_WEBHOOK_SECRET is set, and would not be used; set STRIPE_SECRET_KEY/],
    [{ STRIPE_WEBHOOK_SECRET: 'swordfish' }, /STRIPE_WEBHOOK_SECRET has a value that cannot be used.*whsec_/],
    [{ STRIPE_API_BASE: 'http://stripe.example' }, /STRIPE_API_BASE is "http:.*by https/],
    [{ STRIPE_API_BASE: 'https://api.example/v1' }, /STRIPE_API_BASE is/],
  ])('%j is refused with the remedy', (variables, remedy) => {
    expect(said(standalone, variables)).toThrow(remedy);
    expect(said(standalone, variables)).not.toThrow('swordfish');
  });
});
