/**
 * Sends usage over HTTP as fast as it is answered: a process of its own, raw sockets, so that it costs little beside the service.
 * Argument: a UsageLoad and where it goes, as JSON. Prints what it measured as one JSON line. An answer of another status than 200,
 * or with another outcome than expected, ends it.
 */
import { createConnection, type Socket } from 'node:net';
import type { LoadOrder, LoadAnswer } from './usage-load';
import { batch, customerOf, spread, usageEvent } from './usage-bodies';

const order = JSON.parse(process.argv[2]!) as LoadOrder;
const { port, batchOf, inFlight, customers, hotShare = 0, inTurn = false, warmUpMs, windowMs, firstId, repeatsOf, eventsMax, time } = order;

/** Enough of an answer's body to hold the counts of its outcomes. */
const BODY_READ = 600;
const expected = repeatsOf === undefined ? 'applied' : 'duplicate';
const outcome = batchOf === 1 ? new RegExp(`"status":"${expected}"`) : new RegExp(`"${expected}":${batchOf}\\b`);
const pick = inTurn ? (n: number): number => n % customers : spread(customers, hotShare);

let next = firstId;
let counting = false;
let running = true;
let answeredEvents = 0;
let counted = 0;
const latencies: number[] = [];

/** Undefined when all have been prepared. What is prepared is sent, unless time is up. */
function request(): Buffer | undefined {
  if (eventsMax !== undefined && next - firstId >= eventsMax) return undefined;
  const first = repeatsOf === undefined ? next : firstId + ((next - firstId) % repeatsOf);
  const body = batchOf === 1 ? usageEvent(first, customerOf(pick(first)), time) : batch(first, batchOf, pick, time);
  next += batchOf;
  const kind = batchOf === 1 ? 'cloudevents' : 'cloudevents-batch';
  return Buffer.from(
    `POST /v1/usage HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/${kind}+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** One connection with one request in flight; the next is prepared while the answer is awaited. */
function connect(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ host: '127.0.0.1', port, noDelay: true });
    let prepared = request();
    let sentAt = 0;
    let head = '';
    let body = '';
    let missing = -1;
    const send = (): void => {
      if (!running || prepared === undefined) return void socket.end();
      sentAt = performance.now();
      socket.write(prepared);
      prepared = request();
    };
    const fail = (said: string): void => void socket.destroy(new Error(`was answered ${said.slice(0, BODY_READ)}`));
    socket
      .on('connect', send)
      .on('error', reject)
      .on('close', () => resolve());
    socket.on('data', (chunk) => {
      if (missing < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith('HTTP/1.1 200')) return fail(head);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
        missing = length - (head.length - end - 4);
        body = head.slice(end + 4, end + 4 + BODY_READ);
        head = '';
      } else {
        missing -= chunk.length;
        if (body.length < BODY_READ) body += chunk.toString('latin1', 0, BODY_READ);
      }
      if (missing > 0) return;
      missing = -1;
      if (!outcome.test(body)) return fail(body);
      answeredEvents += batchOf;
      if (counting) {
        counted += batchOf;
        latencies.push(performance.now() - sentAt);
      }
      send();
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const connections = Promise.all(Array.from({ length: inFlight }, connect));
  await Promise.race([pause(warmUpMs), connections]);
  counting = true;
  const began = performance.now();
  await Promise.race([pause(windowMs), connections]);
  const perSecond = (counted * 1_000) / (performance.now() - began);
  [counting, running] = [false, false];
  await connections;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  const { user, system } = process.cpuUsage();
  const answer: LoadAnswer = {
    perSecond,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    events: answeredEvents,
    clientCpuMicros: (user + system) / answeredEvents,
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
}

void main();
