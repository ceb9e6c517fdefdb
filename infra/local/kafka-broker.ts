/** A real Apache Kafka broker for tests and tinkering: one KRaft node on 127.0.0.1, in a folder of its own. */
import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts, LOOPBACK } from './free-ports';
import { kafkaJars } from './kafka-jars';
import { ROOT } from './folders';
import { answered, GivenUp } from './polling';
import { requireProgram } from './programs';
import { ServerProcess } from './server-process';

const LOGGING = join(ROOT, 'infra/local/kafka/log4j2.properties');
const ANSWERS_WITHIN_MS = 120_000;
const ASKS_FOR_MS_MAX = 3_000;
/** An orderly end, and the archive written. */
const REHEARSAL_STOPS_WITHIN_MS = 60_000;
const HEAP_MIB = 320;
const JAVA_VERSION_MIN = 17;
/** Between asking for free ports and using them another process may take one. */
const STARTS_MAX = 3;

export interface KafkaBrokerOptions {
  /** Its data and its log (`kafka.log`); made where it is missing, and kept by `stop`. */
  readonly directory: string;
  /** Default: free ones, kept over restarts. */
  readonly ports?: KafkaPorts;
  readonly heapMiB?: number;
  /** More of its server.properties, such as `{ 'message.max.bytes': '2000000' }`. */
  readonly properties?: Readonly<Record<string, string>>;
}

interface KafkaPorts {
  readonly broker: number;
  readonly controller: number;
}

export class KafkaBroker {
  private process: ServerProcess | undefined;

  private constructor(
    private readonly options: KafkaBrokerOptions,
    private readonly jars: string,
    private readonly ports: KafkaPorts,
    private readonly classes: ClassArchives = readArchives(jars),
  ) {}

  /**
   * Runs a broker once for nothing, so that Java writes down the classes it loaded: every start after that takes a third of the
   * time. Java itself passes over an archive of another version or of other jars.
   */
  private static async rehearse(jars: string): Promise<void> {
    if (existsSync(archiveOf(jars, 'broker'))) return;
    const directory = mkdtempSync(`${jars}-rehearsal-`);
    try {
      const [broker = 0, controller = 0] = await freePorts(2);
      const unfinished = { format: join(directory, 'format.jsa'), broker: join(directory, 'broker.jsa') };
      const written = { format: `-XX:ArchiveClassesAtExit=${unfinished.format}`, broker: `-XX:ArchiveClassesAtExit=${unfinished.broker}` };
      const server = new KafkaBroker({ directory }, jars, { broker, controller }, written);
      await server.run();
      await server.process?.stop(REHEARSAL_STOPS_WITHIN_MS);
      for (const name of ['format', 'broker'] as const) renameSync(unfinished[name], archiveOf(jars, name));
    } catch {
      // It is slower without. What is wrong is said by the start that follows.
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /**
   * Resolves when it answers a request for metadata.
   * @throws Error naming the Debian package when Java or Maven is missing; with the end of its log when it does not come up.
   */
  static async start(options: KafkaBrokerOptions): Promise<KafkaBroker> {
    requireJava();
    const jars = await kafkaJars();
    await KafkaBroker.rehearse(jars);
    mkdirSync(options.directory, { recursive: true });
    for (let starts = 1; ; starts++) {
      const [broker = 0, controller = 0] = options.ports ? [] : await freePorts(2);
      const server = new KafkaBroker(options, jars, options.ports ?? { broker, controller });
      try {
        await server.run();
        return server;
      } catch (error) {
        if (options.ports || starts === STARTS_MAX || !/Address already in use|fail to bind/i.test(String(error))) throw error;
      }
    }
  }

  /** What `KAFKA_BROKERS` takes. */
  get brokers(): string {
    return `${LOOPBACK}:${this.ports.broker}`;
  }

  get pid(): number | undefined {
    return this.process?.ended ? undefined : this.process?.pid;
  }

  /** In order. Does nothing when it does not run. */
  async stop(): Promise<void> {
    await this.process?.stop();
  }

  async kill(): Promise<void> {
    await this.process?.kill9();
  }

  /** Hangs: connections stay, answers do not come. */
  pause(): void {
    this.process?.signal('SIGSTOP');
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  /** On the data as it is, on the same ports. Kills it first where it runs. */
  async restart(): Promise<void> {
    await this.kill();
    await this.run();
  }

  private async run(): Promise<void> {
    const { directory, heapMiB = HEAP_MIB } = this.options;
    const configuration = join(directory, 'server.properties');
    writeFileSync(configuration, this.serverProperties());
    if (!existsSync(join(directory, 'data/meta.properties')))
      await this.java(
        'format Kafka',
        ['-Xmx128m', this.classes.format],
        ['kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', configuration],
      );
    // Classes are compiled lightly and collected by one thread: a broker that shares its machine with the tests.
    const server = await this.launch([`-Xms${heapMiB}m`, `-Xmx${heapMiB}m`, this.classes.broker], ['kafka.Kafka', configuration]);
    this.process = server;
    await answered(
      'Kafka to answer',
      async () => {
        if (server.ended)
          throw new GivenUp(`Kafka ended with ${server.ended.code ?? server.ended.signal} before it answered${server.said()}`);
        return answersAs(this.brokers);
      },
      ANSWERS_WITHIN_MS,
    ).catch(async (error: unknown) => {
      await this.kill();
      throw new Error(`${String(error)}${error instanceof GivenUp ? '' : server.said()}`);
    });
  }

  private async java(what: string, jvm: readonly string[], command: readonly string[]): Promise<void> {
    const tool = await this.launch(jvm, command);
    const { code } = await tool.end(ANSWERS_WITHIN_MS);
    if (code !== 0) throw new Error(`could not ${what}${tool.said()}`);
  }

  private async launch(jvm: readonly string[], command: readonly string[]): Promise<ServerProcess> {
    return ServerProcess.start({
      name: 'Kafka',
      program: requireProgram('java'),
      args: [
        ...jvm,
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        `-Dlog4j2.configurationFile=${LOGGING}`,
        '-cp',
        join(this.jars, '*'),
        ...command,
      ],
      logFile: join(this.options.directory, 'kafka.log'),
      directory: this.options.directory,
    });
  }

  private serverProperties(): string {
    const { broker, controller } = this.ports;
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@${LOOPBACK}:${controller}`,
      listeners: `PLAINTEXT://${LOOPBACK}:${broker},CONTROLLER://${LOOPBACK}:${controller}`,
      'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${broker}`,
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'PLAINTEXT',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'log.dirs': join(this.options.directory, 'data'),
      'auto.create.topics.enable': 'false',
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '8',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '8',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      // A broker that was killed is let in again only when its last session has run out: 9 s by default.
      'broker.session.timeout.ms': '3000',
      'broker.heartbeat.interval.ms': '500',
      // Its default is 128 MiB, which would be half of the heap.
      'log.cleaner.dedupe.buffer.size': '8388608',
      ...this.options.properties,
    };
    return Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  }
}

/** The option of Java that reads or writes the archive of classes, for each of the two programs. */
interface ClassArchives {
  readonly format: string;
  readonly broker: string;
}

const archiveOf = (jars: string, program: keyof ClassArchives): string => `${jars}.${program}.jsa`;

const readArchives = (jars: string): ClassArchives => ({
  format: `-XX:SharedArchiveFile=${archiveOf(jars, 'format')}`,
  broker: `-XX:SharedArchiveFile=${archiveOf(jars, 'broker')}`,
});

/** @throws Error naming the Debian package. */
function requireJava(): void {
  const { stderr } = spawnSync(requireProgram('java'), ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (version < JAVA_VERSION_MIN)
    throw new Error(
      `Apache Kafka 4 needs Java ${JAVA_VERSION_MIN} or later, and this is: ${stderr.trim()}\nOn Debian: apt-get install openjdk-17-jre-headless`,
    );
}

/** A Kafka UUID: 16 bytes as base64url. The tools take a leading dash for an option. */
const clusterId = (): string => randomBytes(16).toString('base64url').replace(/^-/, 'A');

/** Has it a controller, and is it the broker of this address? One request, on a connection of its own. */
async function answersAs(address: string): Promise<boolean> {
  const kafka = new Kafka({
    clientId: 'drawdown-local',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: ASKS_FOR_MS_MAX,
    requestTimeout: ASKS_FOR_MS_MAX,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return controller !== null && brokers.some(({ host, port }) => `${host}:${port}` === address);
  } finally {
    await admin.disconnect();
  }
}
