/** What the local stack is made of, in a file that whoever comes later can act on, whatever has crashed meanwhile. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_FOLDER } from './folders';
import { identityOf, isAlive, type ProcessIdentity, signalTo } from './process-identity';
import { answered } from './polling';

/** STACK_FOLDER in the environment is another, so that two stacks can be up side by side. */
export const STACK_FOLDER = process.env['STACK_FOLDER'] ?? join(STATE_FOLDER, 'stack');
export const STACK_LOG = join(STACK_FOLDER, 'stack.log');
const STATE_FILE = join(STACK_FOLDER, 'state.json');
const ENDS_WITHIN_MS = 10_000;
/** Asks the supervisor of a stack that is ready to start again what has ended. */
export const REPAIR_SIGNAL = 'SIGUSR2';

/** A double is called a double wherever it is shown. */
export type PartKind = 'real server' | 'DOUBLE' | 'service' | 'elsewhere';

export interface PartState {
  readonly name: string;
  readonly kind: PartKind;
  /** Where it is, without passwords: a name for each address. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Absent for a server that is not ours. */
  readonly process?: ProcessIdentity;
  readonly logFile?: string;
}

export interface StackState {
  /** The process that the parts are children of. */
  readonly supervisor: ProcessIdentity;
  readonly phase: 'starting' | 'ready' | 'failed' | 'stopping';
  /** Why it is not up, or why what had ended could not be started again. */
  readonly failure?: string;
  /** How often what had ended was started again, or that was tried. */
  readonly repairs: number;
  readonly parts: readonly PartState[];
}

export function readState(): StackState | undefined {
  try {
    return JSON.parse(readFileSync(STATE_FILE, 'utf8')) as StackState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all: somebody may read it at this moment. */
export function writeState(state: StackState): void {
  const unfinished = `${STATE_FILE}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(state, null, 2));
  renameSync(unfinished, STATE_FILE);
}

/** Makes this process the one that brings the stack up. False when another was first. */
export function claimState(): boolean {
  mkdirSync(STACK_FOLDER, { recursive: true });
  try {
    writeFileSync(STATE_FILE, JSON.stringify({ supervisor: ourselves(), phase: 'starting', repairs: 0, parts: [] } satisfies StackState), {
      flag: 'wx',
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

export function ourselves(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error('this system does not tell when a process began: neither by /proc nor by ps');
  return identity;
}

/** Ends whatever is left of a stack, and removes its data and logs. Returns the names of the parts that still ran. */
export async function removeStack(): Promise<readonly string[]> {
  const left = (readState()?.parts ?? []).filter((part) => part.process && isAlive(part.process));
  for (const { process } of left) if (process) await ended(process);
  rmSync(STACK_FOLDER, { recursive: true, force: true });
  return left.map(({ name }) => name);
}

async function ended(process: ProcessIdentity): Promise<void> {
  signalTo(process, 'SIGTERM');
  await answered(`process ${process.pid} to end`, () => !isAlive(process), ENDS_WITHIN_MS).catch(async () => {
    signalTo(process, 'SIGKILL');
    await answered(`process ${process.pid} to end when killed`, () => !isAlive(process), ENDS_WITHIN_MS);
  });
}
