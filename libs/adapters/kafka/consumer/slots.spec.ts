import { PartitionQueue } from './slots';

describe('slots', () => {
  it('are given to so many at once, and then in the order of asking', async () => {
    const slots = new PartitionQueue(1);
    const order: string[] = [];
    const take = (name: string): Promise<() => void> => slots.take().then((release) => (order.push(name), release));
    const first = await take('a');
    const [second, third] = [take('b'), take('c')];
    expect(order).toEqual(['a']);
    first();
    (await second)();
    (await third)();
    expect(order).toEqual(['a', 'b', 'c']);
  });
});
