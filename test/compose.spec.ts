/** docker-compose.yml and the image, read as they are: no engine runs them here, so all that can be known without one is checked. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppConfig, type AppGroups, describeGroups, parseGroups } from '@drawdown/runtime/bootstrap';
import { parse } from 'yaml';
import { config as ingestion } from '../apps/ingestion/src/config';
import { config as ledger } from '../apps/ledger/src/config';
import { config as webhooks } from '../apps/webhooks/src/config';

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart: string;
  readonly stop_grace_period: string;
  readonly mem_limit: string;
  readonly read_only?: boolean;
  readonly init?: boolean;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const dockerfile = read('infra/docker/Dockerfile');
const apps = { ingestion: understood(ingestion), ledger: understood(ledger), webhooks: understood(webhooks) };
const servers = ['kafka', 'eventstoredb', 'redis'];

function understood<G extends AppGroups>(config: AppConfig<G>) {
  return {
    variables: describeGroups(config).flatMap(({ lines }) => lines.map(({ variable }) => variable)),
    needs: Object.keys(config.needs ?? {}),
    /** @throws ConfigInvalid */
    drainTimeoutMs: (environment: Readonly<Record<string, string>>): number => parseGroups(config, environment).process.DRAIN_TIMEOUT_MS,
  };
}

const sorted = (texts: readonly string[]): readonly string[] => texts.toSorted((a, b) => a.localeCompare(b));

const serviceNamed = (name: string): Service => {
  const service = compose.services[name];
  if (!service) throw new Error(`no service ${name}`);
  return service;
};

describe('docker-compose.yml', () => {
  it('has the three servers and the three services', () =>
    expect(Object.keys(compose.services)).toEqual([...servers, ...Object.keys(apps)]));

  it.each(Object.keys(compose.services))('publishes %s on 127.0.0.1 only, bounds its memory, and lets it end in its own time', (name) => {
    const { ports, restart, stop_grace_period, mem_limit } = serviceNamed(name);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect({ restart, ports: ports.length > 0, grace: Number.parseInt(stop_grace_period, 10) >= 30, mem_limit }).toEqual({
      restart: 'unless-stopped',
      ports: true,
      grace: true,
      mem_limit: expect.stringMatching(/^\d+[mg]$/) as string,
    });
  });

  it('publishes no port twice', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports.map((port) => port.split(':')[1]));
    expect(published).toEqual([...new Set(published)]);
  });

  it.each(servers)('pins %s to a version, asks it for its health, and keeps its data in a volume', (name) => {
    const { image, healthcheck, volumes = [] } = serviceNamed(name);
    expect(image).toMatch(/^[a-z/]+:\d+\.\d+\.\d+(?:-[a-z-]+)?$/);
    expect(healthcheck?.test[0]).toBe('CMD-SHELL');
    expect(volumes).toHaveLength(1);
    expect(Object.keys(compose.volumes)).toContain(volumes[0]?.split(':')[0]);
  });

  it('runs the Kafka that the tests run', () => {
    const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([\d.]+)</.exec(read('infra/local/kafka/pom.xml'))?.[1];
    expect(serviceNamed('kafka').image).toBe(`apache/kafka:${version}`);
  });

  it('takes an EventStoreDB with a BSD licence: the last was 24.6', () => {
    const [major = 0, minor = 0] = serviceNamed('eventstoredb').image.split(':')[1]?.split('.').map(Number) ?? [];
    expect(major * 100 + minor).toBeLessThanOrEqual(24_06);
    expect(major).toBeGreaterThan(20);
  });

  it('has a Redis that writes all down and evicts nothing', () => {
    const command = serviceNamed('redis').command?.join(' ') ?? '';
    expect(command).toMatch(/--appendonly yes/);
    expect(command).toMatch(/--maxmemory-policy noeviction/);
  });

  it('advertises Kafka to services by its name, and to this machine by the port that is published', () => {
    const { environment = {}, ports } = serviceNamed('kafka');
    expect(environment['KAFKA_ADVERTISED_LISTENERS']).toBe(
      `INSIDE://${serviceNamed('ledger').environment?.['KAFKA_BROKERS']},OUTSIDE://${ports[0]?.replace(/:\d+$/, '')}`,
    );
    expect(Buffer.from(environment['CLUSTER_ID'] ?? '', 'base64url')).toHaveLength(16);
  });
});

describe.each(Object.entries(apps))('%s in docker-compose.yml', (name, app) => {
  const { command, environment = {}, depends_on = {}, ports, read_only, init, build, stop_grace_period } = serviceNamed(name);

  it('is given variables that it has, with values that it takes', () => {
    expect(Object.keys(environment).filter((variable) => !app.variables.includes(variable))).toEqual([]);
    expect(() => app.drainTimeoutMs(environment)).not.toThrow();
  });

  it('finds its servers by the names that they have here, once they are healthy', () => {
    const wanted = {
      KAFKA_BROKERS: /^kafka:/,
      EVENTSTORE_URL: /^esdb:\/\/eventstoredb:2113\?tls=false$/,
      REDIS_URL: /^redis:\/\/redis:6379$/,
    };
    const needed = Object.entries(wanted).filter(([variable]) => variable in environment);
    for (const [variable, address] of needed) expect(environment[variable]).toMatch(address);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(app.needs));
    expect(Object.keys(depends_on)).toHaveLength(needed.length);
    for (const { condition } of Object.values(depends_on)) expect(condition).toBe('service_healthy');
  });

  it('runs its own program from the one image, with nothing it could write to, and longer to end than it drains', () => {
    expect(command).toEqual(['node', `dist/apps/${name}/src/main.js`]);
    expect({ read_only, init, build }).toEqual({
      read_only: true,
      init: true,
      build: { context: '.', dockerfile: 'infra/docker/Dockerfile' },
    });
    expect(Number.parseInt(stop_grace_period, 10) * 1_000).toBeGreaterThan(app.drainTimeoutMs(environment));
  });

  it('publishes the ports that it listens on', () => {
    const listening = Object.entries(environment).flatMap(([variable, port]) => (variable.endsWith('_PORT') ? [port] : []));
    expect(sorted(ports.map((port) => port.split(':')[2] ?? ''))).toEqual(sorted(listening));
  });
});

describe('the image', () => {
  it('is of the Node that the project asks for, does not run as root, and is asked whether it takes work', () => {
    const stages = dockerfile.match(/^FROM .*$/gm);
    expect(stages).toEqual(['FROM node:20-bookworm-slim AS build', 'FROM node:20-bookworm-slim']);
    expect(dockerfile).toMatch(/^USER 1000:1000$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*infra\/docker\/healthcheck\.mjs"\]$/m);
  });

  it('is made of files that are there', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('is made without secrets, and without what was built or installed elsewhere', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const path of ['.git', '.env', 'node_modules', 'dist', 'data', '.drawdown']) expect(ignored).toContain(path);
  });
});
