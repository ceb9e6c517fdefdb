/** A repeat is confirmed in the stream, which is a question to a server: many repeats are many questions. */
import type { RecordedEvent } from '@drawdown/engine/event-store';
import { double, TestLedger, tokens } from '../event-store/ledger.fixtures';
import { PLACES_READ_AT_ONCE } from './unsettled-usage';
import { turn } from '../../../test/support/waiting';

const APPENDS = PLACES_READ_AT_ONCE + 10;

it('repeats of many appends are confirmed side by side, so many at once', async () => {
  const waiting: (() => void)[] = [];
  let held = false;
  let most = 0;
  const home = await TestLedger.open(undefined, (log) =>
    double(log, {
      readStream: async (...asked): Promise<readonly RecordedEvent[]> => {
        const answer = await log.readStream(...asked);
        if (!held) return answer;
        await new Promise<void>((resolve) => waiting.push(resolve));
        return answer;
      },
    }),
  );
  try {
    await home.addCustomer('ada');
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '1000');
    const events = Array.from({ length: APPENDS }, (_, i) => tokens(`${i}`, 1));
    for (const event of events) await home.use(event);
    held = true;
    const again = home.use(...events);
    let answered = false;
    void again.finally(() => (answered = true));
    while (!answered) {
      await turn();
      most = Math.max(most, waiting.length);
      // Answers come when all that ask at once have asked: one after another, nobody would.
      if (most === PLACES_READ_AT_ONCE) for (const answer of waiting.splice(0)) answer();
    }
    expect((await again).map(({ status }) => status)).toEqual(events.map(() => 'duplicate'));
    expect(most).toBe(PLACES_READ_AT_ONCE);
  } finally {
    await home.remove();
  }
});
