import { deepStrictEqual } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { amount } from '@drawdown/domain/amounts';
import { type Balance, type BalanceCommand, type BalanceEvent, creditBalance } from '@drawdown/domain/balance';
import { writeEvent } from '@drawdown/domain/decider';
import fc from 'fast-check';
import { histories, SEED } from '../../domain/balance/model/command-sequences.fixtures';
import type { EventLog } from './event-log';
import { TestLedger } from './ledger.fixtures';
import { streams } from './streams';

const HISTORIES = 500;
/** Every third of each history ends with a restart: in order, by a crash, and at last. */
const PARTS = 3;
/** Seconds where the machine is idle; a bound for one that is not. */
const MACHINE_BUSY_MS = 60_000;

const { decide, evolve, initial } = creditBalance.decider;

/** What is sent again with a command, or after it. */
const retries = fc.record({
  /** Which of the commands so far: counted back from the last. */
  back: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(20) }),
  body: fc.constantFrom('same' as const, 'same' as const, 'other' as const, undefined, undefined),
  on: fc.constantFrom('here' as const, 'here' as const, 'beside' as const),
});
const plans = fc.record({
  history: histories,
  twice: fc.array(fc.constantFrom(true, false, false), { minLength: 25, maxLength: 25 }),
  retries: fc.array(retries, { minLength: 25, maxLength: 25 }),
});
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

type Outcome = Awaited<ReturnType<typeof ask>>;
const ask = (on: TestLedger, stream: string, command: BalanceCommand, key: string, body: string) =>
  on.ledger.execute(creditBalance, stream, command, { key, body });
/** What a retry finds if it is taken for a new command: it would show. */
const another = ({ at }: BalanceCommand): BalanceCommand => ({
  type: 'TopUp',
  at,
  grant: { origin: 'free', priority: 0, amount: amount('1') },
});

/** One history on a stream of its own, with books of what each key did. */
class Life {
  readonly stream: string;
  readonly events: BalanceEvent[] = [];
  effects = 0;
  repeated = 0;
  conflicts = 0;
  private state: Balance = initial;
  private readonly done = new Map<
    string,
    { readonly events: readonly BalanceEvent[]; readonly revision: number; readonly state: Balance }
  >();

  constructor(
    private readonly name: string,
    private readonly plan: Plan,
  ) {
    this.stream = streams.creditBalance(name, 'llm');
  }

  async live(part: number, here: TestLedger, beside: TestLedger): Promise<void> {
    const { history, twice, retries } = this.plan;
    const size = Math.ceil(history.length / PARTS);
    for (let i = part * size; i < Math.min((part + 1) * size, history.length); i++) {
      const { back, body, on } = retries[i]!;
      await this.first(i, twice[i]! && on === 'beside' ? [here, beside] : twice[i] ? [here, here] : [here]);
      if (body) await this.again(Math.max(0, i - back), body, on === 'here' ? here : beside);
    }
  }

  /** Sends a command, once or twice at once: what it does is decided by the books alone. */
  private async first(i: number, to: readonly TestLedger[]): Promise<void> {
    const command = this.plan.history[i]!;
    const outcomes = await Promise.all(to.map((on) => ask(on, this.stream, command, `k${i}`, `b${i}`)));
    const decision = decide(command, this.state);
    if (!decision.accepted) return outcomes.forEach((outcome) => this.same(i, outcome, { outcome: 'refused', refusal: decision.refusal }));
    const { events } = decision;
    this.state = events.reduce(evolve, this.state);
    this.events.push(...events);
    const answer = { events, revision: this.events.length - 1, state: this.state };
    if (events.length > 0) {
      this.done.set(`k${i}`, answer);
      this.effects += 1;
    }
    const replays = outcomes.map((outcome) => outcome.outcome === 'done' && outcome.replayed);
    this.same(
      i,
      replays.sort((a, b) => Number(a) - Number(b)),
      events.length > 0 && to.length > 1 ? [false, true] : to.map(() => false),
    );
    const again = { replayed: true, foundBy: `k${i}` };
    for (const outcome of outcomes)
      this.same(i, outcome, {
        outcome: 'done',
        ...answer,
        ...(outcome.outcome === 'done' && outcome.replayed ? again : { replayed: false }),
      });
  }

  /** Sends a command again that had an effect: nothing happens, and the answer is the first, or that the key is taken. */
  private async again(i: number, body: 'same' | 'other', on: TestLedger): Promise<void> {
    const first = this.done.get(`k${i}`);
    if (!first) return;
    // A retry is stamped with another time; a retry with another body asks for something else.
    const moved = { ...this.plan.history[i]!, at: this.plan.history.at(-1)!.at };
    const outcome = await ask(on, this.stream, body === 'same' ? moved : another(moved), `k${i}`, body === 'same' ? `b${i}` : 'other');
    this.same(
      i,
      outcome,
      body === 'same'
        ? { outcome: 'done', ...first, replayed: true, foundBy: `k${i}` }
        : { outcome: 'refused', refusal: { code: 'idempotency_conflict', key: `k${i}` } },
    );
    if (body === 'same') this.repeated += 1;
    else this.conflicts += 1;
  }

  /** All that ever had an effect is in the stream, once, and nothing else. */
  async check(log: EventLog): Promise<void> {
    const stored = await log.readStream(this.stream);
    this.same(
      'the stream',
      stored.map(({ data }) => data),
      this.events.map((event) => writeEvent(creditBalance, event)),
    );
  }

  private same(what: number | string, got: Outcome | object, wanted: object): void {
    try {
      deepStrictEqual(got, wanted);
    } catch (cause) {
      throw new Error(`seed ${SEED}, ${this.name}, command ${what}: ${(cause as Error).message}`, { cause });
    }
  }
}

it(
  `over ${HISTORIES} histories a key has one effect, its retry the first answer, and another body none (I8)`,
  async () => {
    const lives = fc.sample(plans, { seed: SEED, numRuns: HISTORIES }).map((plan, i) => new Life(`history-${i}`, plan));
    let home = await TestLedger.open();
    for (let part = 0; part < PARTS; part++) {
      const beside = TestLedger.beside(home);
      await Promise.all(lives.map((life) => life.live(part, home, beside)));
      await beside.projector.stop();
      const before = home;
      home = part === 1 ? await crash(before) : await before.reopen();
    }
    for (const life of lives) await life.check(home.log);
    const sum = (count: (life: Life) => number): number => lives.reduce((all, life) => all + count(life), 0);
    expect(sum((life) => life.effects)).toBeGreaterThan(2_000);
    expect(sum((life) => life.repeated)).toBeGreaterThan(1_000);
    expect(sum((life) => life.conflicts)).toBeGreaterThan(300);
    await home.remove();
  },
  MACHINE_BUSY_MS,
);

/** The last saves are undone: the keys of the events after them have to come out of the log. */
async function crash(home: TestLedger): Promise<TestLedger> {
  await home.projector.stop();
  const copy = home.crashed();
  await home.remove();
  rmSync(`${copy}/balances`, { recursive: true });
  return TestLedger.open(copy);
}
