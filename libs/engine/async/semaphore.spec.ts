import { Semaphore } from './semaphore';

describe('at most two at a time', () => {
  const works = () => {
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const twoAtATime = new Semaphore(2);
    const work = (n: number, fails = false): Promise<number> =>
      twoAtATime.run(async () => {
        begun.push(n);
        await new Promise<void>((resolve) => (ends[n] = resolve));
        if (fails) throw new Error(`${n} failed`);
        return n;
      });
    return { begun, work, end: (n: number) => ends[n]?.() };
  };

  it('lets the others wait, in the order in which they came', async () => {
    const { begun, work, end } = works();
    const all = [0, 1, 2, 3].map((n) => work(n));
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(await all[1]).toBe(1);
    expect(begun).toEqual([0, 1, 2]);
    end(0);
    await all[0];
    end(2);
    end(3);
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('gives the place of what failed to the next', async () => {
    const { begun, work, end } = works();
    const failing = work(0, true);
    const others = [work(1), work(2)];
    end(0);
    await expect(failing).rejects.toThrow('0 failed');
    expect(begun).toEqual([0, 1, 2]);
    end(1);
    end(2);
    expect(await Promise.all(others)).toEqual([1, 2]);
  });
});

describe('a place that is taken and given back', () => {
  it('goes to those that wait in the order of asking', async () => {
    const places = new Semaphore(1);
    const order: string[] = [];
    const take = (name: string): Promise<() => void> => places.take().then((release) => (order.push(name), release));
    const first = await take('a');
    const [second, third] = [take('b'), take('c')];
    expect(order).toEqual(['a']);
    first();
    (await second)();
    (await third)();
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('is offered to the next when whoever was called leaves it', () => {
    const places = new Semaphore(1);
    const called: string[] = [];
    expect(places.tryTake(() => called.push('first'))).toBe(true);
    const second = (): unknown => called.push('second');
    expect([places.tryTake(second), places.tryTake(second), places.tryTake(() => called.push('third'))]).toEqual([false, false, false]);
    places.release();
    expect(called).toEqual(['second', 'third']);
    expect(places.tryTake(second)).toBe(true);
  });
});
