import { InFlight } from './in-flight';

const MS = 20;

describe('what may be under way at once', () => {
  it('is bounded by count, and by bytes', async () => {
    const byCount = new InFlight(2, 1_000);
    expect([byCount.enter(1, MS), byCount.enter(1, MS)]).toEqual([true, true]);
    expect(await byCount.enter(1, MS)).toBe(false);
    const byBytes = new InFlight(10, 100);
    expect(byBytes.enter(60, MS)).toBe(true);
    expect(await byBytes.enter(41, MS)).toBe(false);
    expect(byBytes.enter(40, MS)).toBe(true);
  });

  it('lets in one that is larger than all the room, alone', async () => {
    const inFlight = new InFlight(2, 100);
    expect(inFlight.enter(500, MS)).toBe(true);
    expect(await inFlight.enter(1, MS)).toBe(false);
    inFlight.leave(500);
    expect(inFlight.enter(1, MS)).toBe(true);
  });

  it('lets in who waits, in their order, and nobody before them', async () => {
    const inFlight = new InFlight(1, 100);
    await inFlight.enter(1, MS);
    const order: string[] = [];
    const enter = async (name: string): Promise<void> => {
      expect(await inFlight.enter(1, 10_000)).toBe(true);
      order.push(name);
      inFlight.leave(1);
    };
    const all = ['first', 'second', 'third'].map(enter);
    expect(inFlight.waiting).toBe(3);
    inFlight.leave(1);
    await Promise.all(all);
    expect(order).toEqual(['first', 'second', 'third']);
    expect(inFlight).toMatchObject({ count: 0, waiting: 0 });
  });

  it('forgets who has waited too long, so that those behind come in', async () => {
    const inFlight = new InFlight(10, 100);
    await inFlight.enter(60, MS);
    const large = inFlight.enter(90, MS);
    const small = inFlight.enter(10, 10_000);
    expect(await large).toBe(false);
    expect(await small).toBe(true);
    expect(inFlight.count).toBe(2);
  });
});
