import { nearestName } from './nearest-name';

const KNOWN = ['customer_id', 'amount', 'expires_at', 'origin'];

describe('the name that was probably meant', () => {
  it.each([
    ['ammount', 'amount'],
    ['customerId', 'customer_id'],
    ['expires', 'expires_at'],
    ['orgin', 'origin'],
  ])('%s: %s', (unknown, meant) => {
    expect(nearestName(unknown, KNOWN)).toBe(meant);
  });

  it('is none when nothing is near, or the name is too short or too long to tell', () => {
    expect(['colour', 'x', '', 'amount'.repeat(20)].map((name) => nearestName(name, KNOWN))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
