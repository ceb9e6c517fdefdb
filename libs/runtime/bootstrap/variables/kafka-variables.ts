/** Kafka: where it is, how to get in, and which topics are used. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CommaList, type ConfigProblem, Flag, Variable, WholeNumber } from '../config/config';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsString, Matches, Max, Min, NotEquals } from 'class-validator';

/** With a port from 1 to 65535. */
const BROKER = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;
/** Kafka's own rule for names of topics. */
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const TOPIC_WANTED = 'a name of a topic: letters, digits, dots, dashes and underscores';
const BROKERS_MAX = 64;
const PARTITIONS_MAX = 10_000;
const REPLICATION_MAX = 16;
const SESSION_TIMEOUT_MS_MIN = 1_000;
const SESSION_TIMEOUT_MS_MAX = 300_000;

const SASL_MECHANISMS = ['', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;
type SaslMechanism = (typeof SASL_MECHANISMS)[number];

export class KafkaVariables {
  @Variable('Brokers to begin with; empty for no Kafka', 'host:port between commas, such as 127.0.0.1:9092')
  @CommaList()
  @ArrayMaxSize(BROKERS_MAX)
  @Matches(BROKER, { each: true, message: 'must be host:port between commas, ports from 1 to 65535' })
  KAFKA_BROKERS: readonly string[] = [];

  @Variable('Connects with TLS', 'true or false')
  @Flag()
  @IsBoolean()
  KAFKA_TLS = false;

  @Variable('Authorities that sign the certificates of the brokers; empty for those of Node', 'a PEM file')
  @IsString()
  KAFKA_TLS_CA_FILE = '';

  @Variable('SASL mechanism; empty for no authentication', 'one of plain, scram-sha-256, scram-sha-512')
  @IsIn(SASL_MECHANISMS)
  KAFKA_SASL_MECHANISM: SaslMechanism = '';

  @Variable('SASL user name', 'the name of a Kafka user')
  @IsString()
  KAFKA_SASL_USERNAME = '';

  @Variable('SASL password', 'the password of the Kafka user', { secret: true })
  @IsString()
  KAFKA_SASL_PASSWORD = '';

  @Variable('Topic that usage events are read from', TOPIC_WANTED)
  @Matches(TOPIC, { message: 'must be a name of a topic' })
  KAFKA_USAGE_TOPIC = 'usage.v1';

  @Variable('Topic between ingestion and ledger', TOPIC_WANTED)
  @Matches(TOPIC, { message: 'must be a name of a topic' })
  KAFKA_RATED_TOPIC = 'rated-usage.v1';

  @Variable('Topic that rejected usage is published to', TOPIC_WANTED)
  @Matches(TOPIC, { message: 'must be a name of a topic' })
  KAFKA_REJECTED_TOPIC = 'usage.v1.rejected';

  @Variable('Creates missing topics; existing topics are only checked', 'true or false')
  @Flag()
  @IsBoolean()
  KAFKA_CREATE_TOPICS = true;

  @Variable('Partitions of a topic: the highest number of instances that may ever share it', `a number from 1 to ${PARTITIONS_MAX}`)
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(PARTITIONS_MAX)
  KAFKA_PARTITIONS = 12;

  @Variable('Copies of each partition in created topics; -1 for the default of the brokers', `-1, or a number from 1 to ${REPLICATION_MAX}`)
  @WholeNumber()
  @IsInt()
  @Min(-1)
  @Max(REPLICATION_MAX)
  @NotEquals(0)
  KAFKA_REPLICATION = -1;

  @Variable('Name of the consumer groups; each service adds its own name, as in drawdown-ledger', 'a name; empty for drawdown')
  @Matches(/^[A-Za-z0-9._-]{0,200}$/, { message: 'must be letters, digits, dots, dashes and underscores' })
  KAFKA_GROUP = '';

  @Variable(
    'Milliseconds after which other instances take the partitions of a dead one; brokers refuse less than their group.min.session.timeout.ms, 6000 by default',
    `a number from ${SESSION_TIMEOUT_MS_MIN} to ${SESSION_TIMEOUT_MS_MAX}`,
  )
  @WholeNumber()
  @IsInt()
  @Min(SESSION_TIMEOUT_MS_MIN)
  @Max(SESSION_TIMEOUT_MS_MAX)
  KAFKA_SESSION_TIMEOUT_MS = 10_000;

  problems(): readonly ConfigProblem[] {
    const found: ConfigProblem[] = [];
    const { KAFKA_SASL_MECHANISM: mechanism } = this;
    for (const variable of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (mechanism !== '' && this[variable] === '')
        found.push({
          variable,
          problem: `is not set: KAFKA_SASL_MECHANISM is ${mechanism}`,
          remedy: 'set it, or leave KAFKA_SASL_MECHANISM empty',
        });
      if (mechanism === '' && this[variable] !== '')
        found.push({
          variable,
          problem: 'is set, and would not be used',
          remedy: 'set KAFKA_SASL_MECHANISM to plain, scram-sha-256 or scram-sha-512',
        });
    }
    if (this.KAFKA_TLS_CA_FILE !== '' && !this.KAFKA_TLS)
      found.push({ variable: 'KAFKA_TLS_CA_FILE', problem: 'is set, and would not be used', remedy: 'set KAFKA_TLS=true' });
    const certificate = this.KAFKA_TLS && this.KAFKA_TLS_CA_FILE !== '' ? certificateProblem(this.KAFKA_TLS_CA_FILE) : undefined;
    if (certificate !== undefined)
      found.push({
        variable: 'KAFKA_TLS_CA_FILE',
        problem: certificate,
        remedy: 'set it to a PEM file of certificates that this service may read',
      });
    const topics = {
      KAFKA_USAGE_TOPIC: this.KAFKA_USAGE_TOPIC,
      KAFKA_RATED_TOPIC: this.KAFKA_RATED_TOPIC,
      KAFKA_REJECTED_TOPIC: this.KAFKA_REJECTED_TOPIC,
    };
    const seen = new Map<string, string>();
    for (const [variable, topic] of Object.entries(topics)) {
      const other = seen.get(topic);
      // A service would read what it wrote, forever.
      if (other !== undefined)
        found.push({ variable, problem: `is ${topic}, as ${other} is`, remedy: 'give each topic a name of its own' });
      seen.set(topic, variable);
    }
    return found;
  }
}

function certificateProblem(file: string): string | undefined {
  try {
    void new X509Certificate(readFileSync(file));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code?.startsWith('ERR_') === false
      ? `is ${file}, which cannot be read (${code})`
      : `is ${file}, which holds no certificate (${message})`;
  }
}
