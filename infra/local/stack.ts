/** `npm run stack:up`, `stack:status` and `stack:down`: the real stack on this machine without Docker. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, signalTo } from './process-identity';
import { answered, GivenUp } from './polling';
import { PARTS } from './stack-choice';
import { canBeRepaired, runs, shown, troubleOf } from './stack-status';
import { claimState, readState, removeStack, REPAIR_SIGNAL, STACK_LOG, type StackState } from './stack-state';

/** The first time, the jars of Kafka are fetched. */
const UP_WITHIN_MS = 20 * 60_000;
/** Services drain, then servers write out what they hold. */
const DOWN_WITHIN_MS = 90_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function up(): Promise<number> {
  const choice = PARTS.find((name) => process.argv.includes(`--${name}`)) ?? 'all';
  if (!claimState()) {
    const state = readState();
    if (state && isAlive(state.supervisor)) return upAlready(state);
    const left = await removeStack();
    say(
      `The last stack ended without stack:down${left.length > 0 ? `; ended what it had left: ${left.join(', ')}` : ''}. Its data is removed.`,
    );
    if (!claimState()) throw new Error('somebody else brings a stack up at this moment');
  }
  const began = performance.now();
  const state = await started(choice);
  if (state.phase !== 'ready') {
    await removeStack();
    process.stderr.write(`The stack did not come up:\n${state.failure ?? ''}\n`);
    return 1;
  }
  say(`The stack is up, after ${((performance.now() - began) / 1000).toFixed(1)} s:\n\n${shown(state)}`);
  return 0;
}

/** Starts again what has ended of a stack that is up. */
async function upAlready(state: StackState): Promise<number> {
  const { phase, parts, supervisor, repairs } = state;
  if (phase !== 'ready') {
    say(`The stack is ${phase}; npm run stack:status shows more.`);
    return 1;
  }
  const ended = parts.filter((part) => !runs(part)).map(({ name }) => name);
  if (ended.length === 0) {
    say(`The stack is up already:\n\n${shown(state)}`);
    return 0;
  }
  if (!canBeRepaired(state)) return notUp(state);
  const began = performance.now();
  signalTo(supervisor, REPAIR_SIGNAL);
  const after = await answered(
    'what had ended to be up again',
    () => {
      if (!isAlive(supervisor)) throw new GivenUp('The stack has crashed meanwhile: npm run stack:down cleans up.');
      const now = readState();
      return now && now.repairs > repairs && now.phase === 'ready' ? now : undefined;
    },
    UP_WITHIN_MS,
  );
  if (after.failure !== undefined || troubleOf(after) !== undefined) return notUp(after);
  say(
    `The stack is up again, after ${((performance.now() - began) / 1000).toFixed(1)} s. Started again: ${ended.join(', ')}.\n\n${shown(after)}`,
  );
  return 0;
}

function notUp(state: StackState): number {
  process.stderr.write(`${troubleOf(state) ?? `The stack is not ready:\n${state.failure ?? ''}`}\n\n${shown(state)}\n`);
  return 1;
}

async function started(choice: string): Promise<StackState> {
  const log = openSync(STACK_LOG, 'a');
  const supervisor = spawn(process.execPath, [join(__dirname, 'stack-supervisor.js'), choice], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  supervisor.once('exit', () => (ended = true));
  supervisor.unref();
  // It is in a group of its own, so an interrupt at the keyboard does not reach it by itself.
  const interrupted = (): void => void supervisor.kill('SIGTERM');
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  return answered(
    'the stack to be up',
    (): StackState | undefined => {
      const hasEnded = ended;
      const state = readState();
      if (!state) return undefined;
      if (hasEnded)
        return { ...state, phase: 'failed', failure: state.failure ?? `its supervisor ended: ${readFileSync(STACK_LOG, 'utf8')}` };
      return state.supervisor.pid === supervisor.pid && state.phase === 'ready' ? state : undefined;
    },
    UP_WITHIN_MS,
  );
}

async function down(): Promise<number> {
  const state = readState();
  if (!state) {
    await removeStack();
    say('No stack is up.');
    return 0;
  }
  const { supervisor } = state;
  signalTo(supervisor, 'SIGTERM');
  await answered('the stack to end', () => !isAlive(supervisor), DOWN_WITHIN_MS).catch(() => signalTo(supervisor, 'SIGKILL'));
  const left = await removeStack();
  say(`The stack is down, and its data and logs are removed.${left.length > 0 ? ` Ended by force: ${left.join(', ')}.` : ''}`);
  return 0;
}

function status(): number {
  const state = readState();
  if (!state) {
    say('No stack is up. npm run stack:up brings it up.');
    return 1;
  }
  const crashed = !isAlive(state.supervisor);
  const trouble = state.phase === 'ready' ? troubleOf(state) : undefined;
  say(
    crashed
      ? 'The stack has crashed: its supervisor has ended. npm run stack:down cleans up.'
      : (trouble ?? `The stack is ${state.phase}.`),
  );
  if (existsSync(STACK_LOG)) say(`Logs are beside ${STACK_LOG}\n`);
  say(shown(state));
  return !crashed && state.phase === 'ready' && trouble === undefined ? 0 : 1;
}

const COMMANDS: Readonly<Record<string, () => number | Promise<number>>> = { up, down, status };

async function main(): Promise<void> {
  const command = COMMANDS[process.argv[2] ?? ''];
  if (!command) throw new Error(`say one of ${Object.keys(COMMANDS).join(', ')}`);
  process.exitCode = await command();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
