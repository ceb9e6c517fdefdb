import type { Projections } from '@drawdown/engine/derived-state';
import { amount } from '@drawdown/domain/amounts';
import { AppliedKeys, type EventLog, StreamStates } from '@drawdown/engine/event-store';
import { double, streamDefinitions, TestLedger, tokens } from '../event-store/ledger.fixtures';
import { projected } from './projection-mark';
import { Projector } from './projector';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';

let home: TestLedger;
beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
  await home.use(tokens('1', 5));
  await home.projector.save();
});
afterEach(() => home.remove());

/** A double of the log that does not find the event of the first question, though it is there. */
const missingOnce = (): EventLog => {
  let asked = 0;
  return double(home.log, { readAt: (position) => (++asked === 1 ? Promise.resolve(undefined) : home.log.readAt(position)) });
};
/** A double of what is stored: with a checkpoint of its own, and a count of its clears. */
const watched = (checkpoint?: bigint) => {
  const done = { clears: 0 };
  const projections: Projections = double(home.projections, {
    ...(checkpoint !== undefined && { checkpoint: () => Promise.resolve(checkpoint) }),
    clear: () => {
      done.clears += 1;
      return Promise.resolve();
    },
    save: () => Promise.resolve(),
  });
  return { done, projections };
};
const projectorOn = (log: EventLog, projections: Projections) =>
  new Projector(
    log,
    projections,
    new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), streamDefinitions),
  );

it('one answer that the event is not there does not make a process throw away the derived state of all', async () => {
  const { done, projections } = watched();
  const projector = projectorOn(missingOnce(), projections);
  await projector.start();
  await projector.stop();
  expect(done.clears).toBe(0);
  expect((await home.balance('ada', 'llm')).totals.consumed).toBe(amount('5'));
});

it('of another log it is thrown away all the same', async () => {
  const { done, projections } = watched();
  const projector = projectorOn(double(home.log, { readAt: () => Promise.resolve(undefined) }), projections);
  await projector.start();
  await projector.stop();
  expect(done.clears).toBe(1);
});

it('a checkpoint behind the mark is begun at with the event that is there', async () => {
  const [first] = await home.log.readAll(-1n, 1);
  const { projections } = watched(first!.position);
  expect(await projected(home.log, projections)).toMatchObject({ through: first!.position, event: first!.id, ofThisLog: true });
});

it('a checkpoint where no event begins is of another log', async () => {
  const [first, second] = await home.log.readAll(-1n, 2);
  const { projections } = watched((first!.position + second!.position) / 2n);
  expect(await projected(home.log, projections)).toMatchObject({ through: -1n, event: '', ofThisLog: false });
});
