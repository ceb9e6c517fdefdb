/** The demo: a service of its own from an empty folder to a verified ledger, in some seconds. */
import { join } from 'node:path';
import { EXIT, Failure } from '../exit-codes';
import type { Invocation } from '../invocation';
import { Service } from '../service/service';
import { RunningService } from './running-service';
import { Scene } from './scene';
import { check, feed, sendAgain, setUp, showBalances, topUpAndHold } from './steps';

export interface DemoOptions {
  /** Ends after the last step instead of waiting for Ctrl-C. */
  readonly exit?: boolean;
  /** Leaves the data folder behind. */
  readonly keep?: boolean;
}

export async function demo(call: Invocation, { exit, keep }: DemoOptions): Promise<void> {
  const running = await RunningService.start(keep === true);
  const service = new Service(running.url);
  const scene = new Scene(call, service);
  try {
    call.print(`${call.colors.bold('Drawdown')} runs at ${running.url} (gRPC at ${running.grpc}).`);
    call.print(`Its data: ${join(running.folder, 'data')}${keep ? '' : ' (removed at the end; --keep keeps it)'}`);
    const stopped = await interruptible(call, play(scene));
    if (stopped) return;
    whatNext(call, running);
    if (exit) return;
    call.print('\nThe service stays up until Ctrl-C.');
    const code = await Promise.race([running.ended, untilInterrupted(call.io.interrupted)]);
    if (code !== undefined) throw new Failure('the service ended by itself', EXIT.failed);
  } finally {
    await service.close();
    await running.stop();
    await scene.inbox.close();
    if (keep)
      call.print(`\nThe data is kept in ${running.folder}. Check it with: bin/drawdown verify --data-dir ${join(running.folder, 'data')}`);
    else running.remove();
  }
}

async function play(scene: Scene): Promise<void> {
  await setUp(scene);
  const firstBatch = await feed(scene);
  await topUpAndHold(scene);
  await showBalances(scene);
  await sendAgain(scene, firstBatch);
  await check(scene);
}

function whatNext(call: Invocation, { url }: RunningService): void {
  const where = url === 'http://127.0.0.1:8080' ? '' : ` --url ${url}`;
  call.print(`\n${call.colors.bold('Try next')}, in another terminal:`);
  for (const command of ['movements ember api-calls', 'balance watch aurora ai-tokens', 'rejected list', 'verify'])
    call.print(`   bin/drawdown ${command}${where}`);
  call.print(`   curl ${url}/v1/customers/aurora/balances`);
}

const untilInterrupted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) =>
    signal.aborted ? resolve(undefined) : signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );

/** True when Ctrl-C came before the work was done; what the work fails of afterwards is of no interest. */
async function interruptible(call: Invocation, work: Promise<void>): Promise<boolean> {
  const done = work.then(() => false);
  done.catch(() => undefined);
  return Promise.race([done, untilInterrupted(call.io.interrupted).then(() => true)]);
}
