/** Auto top-ups brought to life in a test's world, by as many processes as a test wants: at once, or behind the others. */
import type { Message } from '@drawdown/api/contract';
import { AppliedKeys, Ledger, StreamStates } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { at, type TestApplication, walletOfAda } from '../application.fixtures';
import { AutoTopUpRunner, Sweeper } from '@drawdown/engine/process-managers';
import { streamDefinitions } from '../stream-definitions';
import type { ApiParts } from '../parts';

export const policy = { threshold: '5', amount: '20', cooldown_seconds: 3_600, maximum_money: '60', maximum_count: 3 };
export const set = { ...walletOfAda, policy };
/** Without a cooldown, and with room for whatever a test asks for. */
export const eager = { ...walletOfAda, policy: { ...policy, cooldown_seconds: 0, maximum_money: '1000', maximum_count: 50 } };
export const confirm = (purchase_id: string, amount = '20', payment_id = `transfer-${purchase_id}`): Message => ({
  ...walletOfAda,
  purchase_id,
  amount,
  currency: 'EUR',
  payment_id,
});
export const ADA = 'autoTopUp-ada';

class Living {
  readonly faults: unknown[] = [];
  private readonly runners: AutoTopUpRunner[] = [];
  private readonly following: AutoTopUpRunner[] = [];
  private readonly sweepers: Sweeper[] = [];

  constructor(private readonly app: TestApplication) {}

  /** As many of them as there are processes. */
  async alive(processes = 1): Promise<void> {
    const { ledger, projections, projector, clock } = this.app.parts;
    for (let i = 0; i < processes; i += 1) {
      const runner = this.runner();
      this.sweepers.push(new Sweeper(ledger, projections, projector, clock, (fault) => this.faults.push(fault), runner.due));
      await runner.start();
      this.following.push(runner);
    }
  }

  /** It follows the log after its start, and looks for due work on command. */
  runner(parts: ApiParts = this.app.parts): AutoTopUpRunner {
    const runner = new AutoTopUpRunner(parts, (fault) => this.faults.push(fault));
    this.runners.push(runner);
    return runner;
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
    expect(this.faults).toEqual([]);
  }

  /** Until nothing that is due, and nothing that has happened, is left to be attended to. */
  async settled(): Promise<void> {
    const { log, projector } = this.app.parts;
    for (let head = -2n; head !== (await log.head());) {
      head = await log.head();
      await Promise.all(this.following.map((runner) => runner.through(head)));
      await projector.save();
      await Promise.all(this.sweepers.map((sweeper) => sweeper.sweep()));
    }
  }

  /** Posts the due entries of the wallets. No auto top-up is considered. */
  async sweptWallets(): Promise<void> {
    const { ledger, projections, projector, clock } = this.app.parts;
    await projector.save();
    await new Sweeper(ledger, projections, projector, clock, (fault) => this.faults.push(fault)).sweep();
  }

  call = async (...asked: Parameters<TestApplication['call']>): Promise<Message> => {
    const answer = await this.app.call(...asked);
    await this.settled();
    return answer;
  };

  async passed(ms: number): Promise<void> {
    this.app.pass(ms);
    await this.settled();
  }

  async decisions(): Promise<string[]> {
    const { decisions } = await this.app.call('GetAutoTopUp', walletOfAda);
    return (decisions as Message[]).map((one) => [at(one, 'type'), at(one, 'reason')].filter(Boolean).join(' ')).reverse();
  }
  phase = async (): Promise<unknown> => at((await this.app.call('GetAutoTopUp', walletOfAda))['auto_top_up'], 'phase');
  booked = async (): Promise<unknown> => at((await this.app.call('GetBalance', walletOfAda))['balance'], 'booked');
  purchases = async (): Promise<unknown> => (await this.app.call('ListPurchases', walletOfAda))['purchases'];

  /** Comes by once, as the sweeper would. */
  attend = (runner: AutoTopUpRunner): Promise<unknown> => runner.due.get('autoTopUp')!(ADA, this.app.now, this.app.now);

  /** Decided and started by a process that dies before it records the start. */
  async crashedInTheGap(): Promise<void> {
    const { ledger } = this.app.parts;
    const execute = ledger.execute.bind(ledger);
    const crash = jest.spyOn(ledger, 'execute').mockImplementation((aggregate, stream, command, context) => {
      const type = typeof command === 'object' && command !== null && 'type' in command ? command.type : undefined;
      return type === 'RecordPurchaseStarted'
        ? Promise.reject(new Error('killed (a double)'))
        : execute(aggregate, stream, command, context);
    });
    const crashing = this.runner();
    await this.attend(crashing);
    await expect(this.attend(crashing)).rejects.toThrow('killed');
    crash.mockRestore();
    expect(await this.phase()).toBe('starting');
  }
}

/** The parts of another process over the same log: its memory hears of nothing that it does not read itself. */
export function anotherProcess({ parts }: TestApplication): ApiParts {
  const { log, projections } = parts;
  const states = new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions);
  return { ...parts, ledger: new Ledger(log, states) };
}

/** One for each test: `const living = lively(app);`, then `living()` in the tests. */
export function lively(app: () => TestApplication): () => Living {
  let living: Living;
  beforeEach(async () => {
    living = new Living(app());
    await app().wallet();
  });
  afterEach(() => living.stop());
  return () => living;
}
