/**
 * Why a broker did not take us in. kafkajs says only that a connection closed, or nothing until a timeout; whether somebody listens,
 * and whether TLS is spoken there, is found out at the socket.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Fault } from '@drawdown/engine/event-store';
import { KafkaMisconfigured, KafkaUnavailable } from './kafka-fault';

const CERTIFICATE_PROBLEMS = /CERT|SIGNATURE|ISSUER|ALTNAME|certificate/i;

interface Attempt {
  readonly brokers: readonly string[];
  readonly tls: boolean | ConnectionOptions | undefined;
  /** Credentials were given. */
  readonly sasl: boolean;
  readonly error: { readonly name: string; readonly message: string };
  readonly timeoutMs: number;
}

/** Undefined: the fault that is known already says it best. */
export async function connectionProblem({ brokers, tls, sasl, error, timeoutMs }: Attempt): Promise<Fault | undefined> {
  const tried = await Promise.all(brokers.map(async (broker) => ({ broker, problem: await tcpProblem(broker, timeoutMs) })));
  const open = tried.find(({ problem }) => problem === undefined)?.broker;
  if (open === undefined) {
    const problems = tried.map(({ broker, problem }) => `${broker} (${problem})`).join(', ');
    return new KafkaUnavailable(`no Kafka broker answers at ${problems}. Start it, or correct KAFKA_BROKERS`);
  }
  if (tls) {
    const problem = await tlsProblem(open, typeof tls === 'object' ? tls : {}, timeoutMs);
    if (problem === undefined) return undefined;
    if (CERTIFICATE_PROBLEMS.test(problem))
      return new KafkaMisconfigured(
        `the certificate of ${open} is not accepted (${problem}). Correct KAFKA_TLS_CA_FILE, or the name in KAFKA_BROKERS`,
      );
    return new KafkaMisconfigured(`${open} does not speak TLS (${problem}). Unset KAFKA_TLS, or correct the port in KAFKA_BROKERS`);
  }
  if ((await tlsProblem(open, { rejectUnauthorized: false }, timeoutMs)) === undefined)
    return new KafkaMisconfigured(`${open} speaks TLS only. Set KAFKA_TLS=true, or correct the port in KAFKA_BROKERS`);
  // A broker that wants credentials closes the connection on the first real question.
  if (!sasl && error.name === 'KafkaJSConnectionClosedError')
    return new KafkaMisconfigured(
      `${open} closes the connection of a client without credentials. Set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`,
    );
  return undefined;
}

/** Undefined when somebody listens there. */
const tcpProblem = (broker: string, timeoutMs: number): Promise<string | undefined> =>
  attempt(timeoutMs, (done) => connectTcp(addressOf(broker), done));

/** Undefined when a TLS handshake succeeds. */
function tlsProblem(broker: string, options: ConnectionOptions, timeoutMs: number): Promise<string | undefined> {
  const { host, port } = addressOf(broker);
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return attempt(timeoutMs, (done): TLSSocket => connectTls({ host, port, ...servername, ...options }, done));
}

function attempt(timeoutMs: number, open: (done: () => void) => Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (problem: string | undefined): void => {
      socket.destroy();
      resolve(problem);
    };
    const socket = open(() => end(undefined));
    socket.setTimeout(timeoutMs, () => end(`no answer within ${timeoutMs} ms`));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
}

function addressOf(broker: string): { readonly host: string; readonly port: number } {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(broker.slice(colon + 1)) };
}
