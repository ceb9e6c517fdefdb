/** The process that the local stack's parts are children of: brings them up, keeps the state file true, and ends them in order. */
import { PARTS, type PartName } from './stack-choice';
import { eventStoreDb, kafka, type Part, redis, type Server, service, type StackPorts, stackPorts } from './stack-parts';
import { runs } from './stack-status';
import { ourselves, REPAIR_SIGNAL, type StackState, writeState } from './stack-state';

const parts: Part[] = [];
let phase: StackState['phase'] = 'starting';
let failure: string | undefined;
let repairs = 0;

const report = (): void =>
  writeState({
    supervisor: ourselves(),
    phase,
    repairs,
    ...(failure === undefined ? {} : { failure }),
    parts: parts.map((part) => part.state()),
  });

async function up(chosen: PartName): Promise<void> {
  const ports: StackPorts = await stackPorts();
  const servers = await all(
    [kafka, redis, eventStoreDb].map(async (start) => noted(start(process.env, ports), ({ part }: Server) => part)),
  );
  if (chosen === 'servers') return;
  const variables = Object.assign({}, ...servers.map((server) => server.variables)) as Server['variables'];
  await all((['ingestion', 'ledger', 'webhooks'] as const).map(async (name) => noted(service(name, variables, ports), (part) => part)));
}

async function noted<T>(starting: Promise<T>, partOf: (started: T) => Part): Promise<T> {
  const started = await starting;
  parts.push(partOf(started));
  report();
  return started;
}

/** Waits for all of them, so that none is still starting when one has failed. @throws Error with all reasons. */
async function all<T>(starting: readonly Promise<T>[]): Promise<readonly T[]> {
  const ends = await Promise.allSettled(starting);
  const reasons = ends.flatMap((end) =>
    end.status === 'rejected' ? [end.reason instanceof Error ? end.reason.message : String(end.reason)] : [],
  );
  if (reasons.length > 0) throw new Error(reasons.join('\n\n'));
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}

const ofKind = (isService: boolean): readonly Part[] => parts.filter((part) => (part.state().kind === 'service') === isService);

/** Starts again what has ended, servers before the services that need them, and ends nothing when that fails. */
async function repair(): Promise<void> {
  if (phase !== 'ready') return;
  phase = 'starting';
  failure = undefined;
  report();
  try {
    for (const isService of [false, true])
      await all(
        ofKind(isService)
          .filter((part) => !runs(part.state()))
          .map(startedAgain),
      );
    await all(parts.map(async (part) => part.ready()));
  } catch (error) {
    failure = messageOf(error);
  }
  repairs++;
  resumed();
  report();
}

async function startedAgain(part: Part): Promise<void> {
  if (!part.startAgain) throw new Error(`${part.state().name} cannot be started again`);
  await part.startAgain();
  report();
}

/** Unless it was asked to stop meanwhile. */
function resumed(): void {
  if (phase === 'starting') phase = 'ready';
}

/** Services before the servers that they need. */
async function down(): Promise<void> {
  for (const isService of [true, false]) await Promise.allSettled(ofKind(isService).map(async (part) => part.stop()));
}

async function main(): Promise<void> {
  report();
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    if (phase === 'failed') return;
    phase = 'stopping';
    report();
    stopping ??= down().finally(() => process.exit(0));
  };
  // Asked to stop while parts start: what has started is ended, the rest with us.
  process
    .on('SIGTERM', stop)
    .on('SIGINT', stop)
    .on(REPAIR_SIGNAL, () => void repair());
  try {
    await up(PARTS.find((name) => name === process.argv[2]) ?? 'all');
    resumed();
    report();
  } catch (error) {
    if (stopping) return;
    phase = 'failed';
    failure = messageOf(error);
    await down();
    report();
    process.exit(1);
  }
  // Children hold this process: it ends when they have, or on a signal.
  setInterval(() => undefined, 60_000);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

void main();
