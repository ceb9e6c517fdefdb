/** Topics as they are stated: made if allowed, else checked. A topic that exists is never altered. */
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '@drawdown/engine/event-store';
import { type Admin, ConfigResourceTypes } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection';
import { KafkaMisconfigured } from './kafka-fault';

const DAY_MS = 24 * 3_600_000;
/** Two weeks to notice that nothing is read. Usage that was read stands in the log. */
export const USAGE_RETENTION_MS = 14 * DAY_MS;
/** Rejected usage waits for people. It is kept in the log for ever; here for whoever listens to the topic. */
export const REJECTED_RETENTION_MS = 90 * DAY_MS;
/** Of one record of usage: the broker's own default. */
export const USAGE_MESSAGE_BYTES_MAX = 1_048_588;
/** What is made of usage carries headers on top, and has to fit in whatever the usage fitted in. */
export const DERIVED_MESSAGE_BYTES_MAX = 2 * 1_048_576;
const CREATE_TIMEOUT_MS = 15_000;
const APPEAR_WITHIN_MS = 5_000;
const APPEAR_LOOK_EVERY_MS = 100;

export interface TopicSpec {
  readonly name: string;
  /** At least; usage of one customer is in one partition, so this many instances can share the work. */
  readonly partitions: number;
  /** Copies of each partition where the topic is made here. -1: as many as the broker makes by default. */
  readonly replication: number;
  readonly retentionMs: number;
  readonly messageBytesMax?: number;
}

interface TopicReport {
  readonly name: string;
  readonly created: boolean;
  readonly partitions: number;
  /** What differs from the statement without being wrong, as sentences. */
  readonly remarks: readonly string[];
}

interface FoundTopic {
  readonly partitions: number;
  /** Of the partition that has the fewest. */
  readonly copies: number;
  /** Of the whole cluster. */
  readonly brokers: number;
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * @throws KafkaMisconfigured a topic is missing and is not to be created, or has fewer partitions than stated
 * @throws KafkaUnavailable
 */
export async function ensureTopics(
  connection: KafkaConnection,
  specs: readonly TopicSpec[],
  { create }: { readonly create: boolean },
): Promise<readonly TopicReport[]> {
  const existing = new Set(await connection.administrate('list the topics', (admin) => admin.listTopics()));
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length > 0 && !create)
    throw new KafkaMisconfigured(
      `the topic${missing.length > 1 ? 's' : ''} ${missing.map(({ name }) => name).join(', ')} ${missing.length > 1 ? 'do' : 'does'} not exist. Set KAFKA_CREATE_TOPICS=true, or run: ${missing.map((spec) => createCommand(connection, spec)).join(' && ')}`,
    );
  if (missing.length > 0) await createAll(connection, missing);
  const found = await connection.administrate('describe the topics', (admin) => describe(admin, specs));
  const made = new Set(missing.map(({ name }) => name));
  return specs.map((spec) => report(connection, spec, found.get(spec.name)!, made.has(spec.name)));
}

/** Several services may do this at the same moment: a topic that another has just made is as good. */
async function createAll(connection: KafkaConnection, specs: readonly TopicSpec[]): Promise<void> {
  const topics = specs.map((spec) => ({
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: spec.replication,
    configEntries: [...settingsOf(spec)].map(([name, value]) => ({ name, value })),
  }));
  try {
    await connection.administrate('create topics', (admin) =>
      admin.createTopics({ topics, waitForLeaders: true, timeout: CREATE_TIMEOUT_MS }),
    );
  } catch (fault) {
    if (await areThere(connection, specs, fault instanceof Fault && fault.retriable ? APPEAR_WITHIN_MS : 0)) return;
    const said = fault instanceof Error ? fault.message : String(fault);
    if (/replication/i.test(said))
      throw new KafkaMisconfigured(`${said} Set KAFKA_REPLICATION to at most the number of brokers`, { cause: fault });
    throw fault;
  }
}

/** A broker may not know for a moment what it has just made. */
async function areThere(connection: KafkaConnection, specs: readonly TopicSpec[], withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; ; await pause(APPEAR_LOOK_EVERY_MS)) {
    const now = new Set(await connection.administrate('list the topics', (admin) => admin.listTopics()));
    if (specs.every(({ name }) => now.has(name))) return true;
    if (Date.now() >= until) return false;
  }
}

const settingsOf = ({ retentionMs, messageBytesMax }: TopicSpec): ReadonlyMap<string, string> =>
  new Map([
    ['cleanup.policy', 'delete'],
    ['retention.ms', String(retentionMs)],
    ...(messageBytesMax === undefined ? [] : [['max.message.bytes', String(messageBytesMax)] as const]),
  ]);

async function describe(admin: Admin, specs: readonly TopicSpec[]): Promise<ReadonlyMap<string, FoundTopic>> {
  const names = specs.map(({ name }) => name);
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  const { brokers } = await admin.describeCluster();
  return new Map(
    topics.map(({ name, partitions }) => {
      const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
      const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
      return [
        name,
        {
          partitions: partitions.length,
          copies,
          brokers: brokers.length,
          settings: new Map(entries.map((entry) => [entry.configName, entry.configValue])),
        },
      ];
    }),
  );
}

function report(connection: KafkaConnection, spec: TopicSpec, found: FoundTopic, created: boolean): TopicReport {
  const { name, partitions } = spec;
  if (found.partitions < partitions)
    throw new KafkaMisconfigured(
      `the topic ${name} has ${found.partitions} partitions and KAFKA_PARTITIONS says ${partitions}. Set KAFKA_PARTITIONS=${found.partitions}; or let usage drain and run: kafka-topics.sh --bootstrap-server ${connection.brokers.join(',')} --alter --topic ${name} --partitions ${partitions} (customers move to other partitions by that)`,
    );
  return { name, created, partitions: found.partitions, remarks: remarksOn(spec, found) };
}

export function remarksOn(spec: TopicSpec, found: FoundTopic): readonly string[] {
  const remarks: string[] = [];
  if (found.partitions > spec.partitions)
    remarks.push(
      `the topic ${spec.name} has ${found.partitions} partitions, more than the ${spec.partitions} of KAFKA_PARTITIONS; all are read`,
    );
  remarks.push(...remarksOnCopies(spec, found));
  for (const [setting, stated] of settingsOf(spec)) {
    const actual = found.settings.get(setting);
    if (actual !== undefined && actual !== stated)
      remarks.push(`the topic ${spec.name} has ${setting}=${actual} where ${stated} is stated; it is left as it is`);
  }
  return remarks;
}

const MIN_IN_SYNC = 'min.insync.replicas';

/** What is acknowledged is as safe as the copies that have it. */
function remarksOnCopies({ name, replication }: TopicSpec, { copies, brokers, settings }: FoundTopic): readonly string[] {
  const minInSync = Number(settings.get(MIN_IN_SYNC) ?? 1);
  if (copies === 1 && brokers > 1)
    return [
      `the topic ${name} has one copy of each partition, and there are ${brokers} brokers: what was acknowledged is lost with the disk of one. Give it ${Math.min(brokers, 3)} with kafka-reassign-partitions.sh`,
    ];
  const remarks: string[] = [];
  if (copies < replication)
    remarks.push(`the topic ${name} has ${copies} copies of a partition where ${replication} are stated; it is left as it is`);
  if (copies > 1 && minInSync < 2)
    remarks.push(
      `the topic ${name} has ${MIN_IN_SYNC}=${minInSync}: one broker alone acknowledges, and what it took is lost with it. Set it to 2`,
    );
  if (copies > 1 && minInSync >= copies)
    remarks.push(
      `the topic ${name} has ${MIN_IN_SYNC}=${minInSync} and ${copies} copies: nothing can be written while one broker is away. Set it below the number of copies`,
    );
  return remarks;
}

function createCommand(connection: KafkaConnection, spec: TopicSpec): string {
  const settings = [...settingsOf(spec)].map(([name, value]) => ` --config ${name}=${value}`).join('');
  return `kafka-topics.sh --bootstrap-server ${connection.brokers.join(',')} --create --topic ${spec.name} --partitions ${spec.partitions}${spec.replication > 0 ? ` --replication-factor ${spec.replication}` : ''}${settings}`;
}
