/**
 * A wallet and its auto top-up, brought to life by somebody who follows the wallet's events, forgets how far he has come, and now
 * and then dies between two steps.
 */
import { type Amount, amount, formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import { type Balance, type BalanceCommand, type BalanceEvent, decide, evolve, initialBalance } from '@drawdown/domain/balance';
import fc from 'fast-check';
import { reservedKeys } from '@drawdown/domain/decider';
import { autoTopUp } from './auto-top-up';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import type { AutoTopUpEvent } from './auto-top-up.events';
import { configure, DAY, HOUR, MINUTE, noon, policyOf } from './auto-top-up.fixtures';
import { reactionTo, REQUEST_METADATA } from './wallet-events';

const SEED = 20_261_122;
const RUNS = 400;
const euros = (n: number) => (BigInt(n) * 1_000_000_000n) as Amount;

class Life {
  now: Instant = noon;
  wallet: Balance = initialBalance;
  readonly walletEvents: BalanceEvent[] = [];
  topUp = autoTopUp.decider.initial;
  readonly topUpEvents: AutoTopUpEvent[] = [];
  /** How far he has followed. */
  private followed = 0;
  /** Keys of commands that the wallet's ledger has carried out. */
  private readonly keys = new Set<string>();

  constructor() {
    this.sendToWallet({ type: 'Create', at: noon, customerId: 'cus_1', currency: 'EUR', limits: [] });
    this.sendToTopUp({ ...configure(policyOf({ maximum: { period: 'day', money: PER_DAY, count: 4 } })) });
  }

  sendToWallet(command: BalanceCommand): void {
    const decision = decide(command, this.wallet);
    if (!decision.accepted) return;
    this.wallet = decision.events.reduce(evolve, this.wallet);
    this.walletEvents.push(...decision.events);
  }

  private sendToTopUp(command: AutoTopUpCommand): void {
    const decision = autoTopUp.decider.decide(command, this.topUp);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    this.topUp = decision.events.reduce(autoTopUp.decider.evolve, this.topUp);
    this.topUpEvents.push(...decision.events);
  }

  follow(events: number): void {
    for (let i = 0; i < events && this.followed < this.walletEvents.length; i++) {
      const reaction = reactionTo(this.walletEvents[this.followed]!, this.topUp, this.now);
      if (reaction?.kind === 'record') this.sendToTopUp(reaction.command);
      if (reaction?.kind === 'look') this.look();
      this.followed += 1;
    }
  }

  forget(events: number): void {
    this.followed = Math.max(0, this.followed - events);
  }

  /** Looks when it is due. It learns the effects of its commands from the events of the wallet, sooner or later. */
  attend(): void {
    const due = autoTopUp.dueAt?.(this.topUp);
    if (due === undefined || due > this.now) return;
    const { inFlight } = this.topUp;
    if (!inFlight) return this.look();
    if (this.keys.has(reservedKeys.autoTopUp(inFlight.id))) return;
    this.keys.add(reservedKeys.autoTopUp(inFlight.id));
    this.sendToWallet({
      type: 'StartPurchase',
      at: this.now,
      grant: { origin: 'paid', priority: 100, amount: inFlight.amount, metadata: { [REQUEST_METADATA]: inFlight.id } },
      asked: { amount: inFlight.amount, currency: 'EUR' },
      provider: 'manual',
      by: 'auto_top_up',
      expiresAt: later(this.now, HOUR),
    });
  }

  private look(): void {
    const available = this.walletEvents.at(-1)!.figures.available;
    const pending = this.walletEvents.at(-1)!.figures.pending ?? euros(0);
    this.sendToTopUp({ type: 'Consider', at: this.now, figures: { available, projected: available, pending } });
  }

  use(n: number): void {
    const id = `u${this.walletEvents.length}`;
    const line = { source: 's', id, bodyHash: id, time: formatInstant(this.now), usedAt: this.now, amount: euros(n), parts: [] };
    this.sendToWallet({ type: 'Consume', at: this.now, lines: [line] });
  }

  /** The provider speaks of the latest purchase, or of one before it, whatever has become of it. */
  hear(what: 'paid' | 'declined', before = 0): void {
    const started = this.started().at(-1 - before);
    if (!started) return;
    const { purchaseId, asked } = started;
    if (what === 'declined') this.sendToWallet({ type: 'FailPurchase', at: this.now, purchaseId, code: 'declined' });
    else
      this.sendToWallet({
        type: 'ConfirmPurchase',
        at: this.now,
        purchaseId,
        provider: 'manual',
        providerEventId: `e-${purchaseId}`,
        paid: asked,
      });
  }

  started = () => this.walletEvents.filter((event) => event.type === 'PurchaseStarted');

  /** All that is left to do by now. */
  settle(): void {
    for (let last = -1; last !== this.walletEvents.length + this.topUpEvents.length;) {
      last = this.walletEvents.length + this.topUpEvents.length;
      this.follow(Infinity);
      this.attend();
    }
  }
}

const steps = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }).map((n) => (life: Life) => life.use(n)) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(1, MINUTE, HOUR, 3 * HOUR, DAY).map((ms) => (life: Life) => void (life.now = later(life.now, ms))),
  },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => (life: Life) => life.follow(n)) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }).map((n) => (life: Life) => life.forget(n)) },
  { weight: 8, arbitrary: fc.constant((life: Life) => life.attend()) },
  {
    weight: 5,
    arbitrary: fc.constantFrom('paid' as const, 'paid' as const, 'declined' as const).map((what) => (life: Life) => life.hear(what)),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((before) => (life: Life) => life.hear('paid', before)) },
  { weight: 2, arbitrary: fc.constant((life: Life) => life.sendToWallet({ type: 'Sweep', at: life.now })) },
);

const PER_DAY = amount('40');
const dayOf = (at: Instant): string => formatInstant(at).slice(0, 10);

describe('brought to life', () => {
  let paidFor = 0;
  let late = 0;

  it('every request is one purchase, every payment one outcome, and the wallet gets what was paid, within the maximum', () =>
    fc.assert(
      fc.property(fc.array(steps, { minLength: 40, maxLength: 80 }), (history) => {
        const life = new Life();
        for (const step of history) step(life);
        life.settle();
        const eventsOfType = <T extends AutoTopUpEvent['type']>(type: T) =>
          life.topUpEvents.filter((event): event is Extract<AutoTopUpEvent, { type: T }> => event.type === type);
        const requests = eventsOfType('AutoTopUpRequested');
        // None is left unstarted, none is started twice, and each is for what was asked.
        expect(life.started().map(({ grant, asked }) => [grant.metadata?.[REQUEST_METADATA], asked.amount])).toEqual(
          requests.map(({ requestId, amount: asked }) => [requestId, asked]),
        );
        expect(eventsOfType('AutoTopUpStarted').map(({ purchaseId }) => purchaseId)).toEqual(
          life.started().map(({ purchaseId }) => purchaseId),
        );
        const paid = life.walletEvents.filter((event) => event.type === 'PurchaseSucceeded');
        expect(eventsOfType('AutoTopUpSucceeded')).toHaveLength(paid.length);
        expect(life.wallet.totals.granted).toBe(eventsOfType('AutoTopUpSucceeded').reduce((sum, event) => sum + event.amount, 0n));
        // However late the money of a day's requests comes, it is no more than the maximum of that day.
        const paidOf = new Map<string, bigint>();
        for (const { requestId, amount: money } of eventsOfType('AutoTopUpSucceeded')) {
          const day = dayOf(requests.find((one) => one.requestId === requestId)!.at);
          paidOf.set(day, (paidOf.get(day) ?? 0n) + money);
        }
        expect([...paidOf.values()].filter((money) => money > PER_DAY)).toEqual([]);
        const waiting = life.wallet.purchases?.pending.map(({ id }) => id) ?? [];
        expect(life.topUp.inFlight?.purchaseId).toBe(waiting[0]);
        expect(waiting.length).toBeLessThanOrEqual(1);
        paidFor += paid.length;
        late += paid.filter((event) => event.late !== undefined).length;
      }),
      { seed: SEED, numRuns: RUNS },
    ));

  it('many of them are paid, and some late', () => {
    expect(paidFor).toBeGreaterThan(RUNS);
    expect(late).toBeGreaterThan(20);
  });
});
