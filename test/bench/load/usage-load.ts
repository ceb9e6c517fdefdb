/** Usage for a system under load, and what it took: rate, latency, processor time of the whole system. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { usedBy } from '../measure/processes';

export interface UsageLoad {
  readonly customers: number;
  /** Events of one request; 1 is a single event and not a batch. */
  readonly batchOf: number;
  readonly inFlight: number;
  /** Share of the events that are for one customer, from 0 to 1. */
  readonly hotShare?: number;
  /** One customer after the other, instead of spread. */
  readonly inTurn?: boolean;
  /** Sends so many events, from `firstId`, again and again: every one of them has been sent before. */
  readonly repeatsOf?: number;
  /** Stops after so many, however much time is left. */
  readonly eventsMax?: number;
}

export interface LoadOrder extends UsageLoad {
  readonly port: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Ids count up from it: what was sent before is a duplicate. */
  readonly firstId: number;
  /** When all of it was used. One time in a run: what is repeated is the same in every byte. */
  readonly time: string;
}

const TIME = new Date().toISOString();

export interface LoadAnswer {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All that were answered, counted in the window or not. */
  readonly events: number;
  readonly clientCpuMicros: number;
}

/** What takes usage at POST /v1/usage. */
export interface UsageSystem {
  readonly name: string;
  readonly httpPort: number;
  /** Its processes; what they started belongs to it as well. */
  readonly roots: readonly number[];
  /** Writes out what it may have put off, so that all of its cost can be seen. */
  settle(): Promise<void>;
  /** Bytes of the device that its data takes. */
  keptBytes(): Promise<number>;
  stop(): Promise<void>;
}

export interface Round extends LoadAnswer {
  /** Of the system, all threads and processes, per event. */
  readonly cpuMicros: number;
}

/** Work that a system puts off for its clients' sake is still its cost. */
const PUT_OFF_MS = 1_500;

/** @throws Error when an answer was not the expected one. */
export async function runLoad(system: UsageSystem, order: Omit<LoadOrder, 'port' | 'time'>): Promise<Round> {
  const before = usedBy(system.roots);
  const complete: LoadOrder = { ...order, port: system.httpPort, time: TIME };
  const child = spawn(process.execPath, [join(__dirname, 'http-load.js'), JSON.stringify(complete)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await text(child.stdout);
  if (said === '') throw new Error(`the load on ${system.name} ended early`);
  const answer = JSON.parse(said) as LoadAnswer;
  await new Promise((resolve) => setTimeout(resolve, PUT_OFF_MS));
  return { ...answer, cpuMicros: (usedBy(system.roots).cpuMicros - before.cpuMicros) / answer.events };
}
