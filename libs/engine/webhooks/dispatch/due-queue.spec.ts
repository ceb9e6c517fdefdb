import fc from 'fast-check';
import type { Instant } from '@drawdown/domain/amounts';
import { DueQueue } from './due-queue';

it('whatever is put in comes out when it is due, soonest first', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(50), (times, now) => {
      const queue = new DueQueue<number>();
      for (const at of times) queue.add(at as Instant, at);
      const taken: number[] = [];
      for (let item = queue.take(now as Instant); item !== undefined; item = queue.take(now as Instant)) taken.push(item);
      const sorted = [...times].sort((a, b) => a - b);
      expect(taken).toEqual(sorted.filter((at) => at <= now));
      expect(queue.next).toBe(sorted.find((at) => at > now));
    }),
  ));
