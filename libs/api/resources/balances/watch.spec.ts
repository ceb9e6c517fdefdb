import type { Message } from '@drawdown/api/contract';
import { at, freshApplication, tokensOfAda } from '../application.fixtures';

const app = freshApplication();
const deduct = (): Promise<Message> => app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' });
const followersLeft = (): number => app().states.streamsFollowed;

/** A reader that takes one message at a time. */
function watching(more: object = {}) {
  const caller = new AbortController();
  const messages = app().stream('WatchBalance', { ...tokensOfAda, ...more }, caller.signal);
  const next = async (): Promise<unknown> => {
    const next = await messages.next();
    return next.done ? 'the end' : [next.value['revision'], at(next.value, 'balance.booked')];
  };
  return { next, goAway: () => caller.abort(), stop: () => messages.return(undefined) };
}

describe('watching a balance', () => {
  it('tells the present figures, then the figures after each change', async () => {
    await app().balance('10');
    const reader = watching();
    expect(await reader.next()).toEqual([1, '10']);
    const waiting = reader.next();
    await deduct();
    expect(await waiting).toEqual([2, '9']);
    await reader.stop();
  });

  it('tells a slow reader the latest figures and skips what lies between', async () => {
    await app().balance('10');
    const reader = watching();
    await reader.next();
    for (let i = 0; i < 5; i++) await deduct();
    expect(await reader.next()).toEqual([6, '5']);
    const waiting = reader.next();
    await deduct();
    expect(await waiting).toEqual([7, '4']);
    await reader.stop();
  });

  it('leaves out what the caller has seen', async () => {
    await app().balance('10');
    const reader = watching({ after_revision: 1 });
    const waiting = reader.next();
    await deduct();
    expect(await waiting).toEqual([2, '9']);
    await reader.stop();
  });

  it('does not wait without end for what comes after a revision that is not there', async () => {
    await app().balance('10');
    await expect(watching({ after_revision: 99 }).next()).rejects.toMatchObject({ code: 'revision_not_reached' });
    expect(followersLeft()).toBe(0);
  });

  it('ends when the caller goes away, and leaves nobody behind', async () => {
    await app().balance('10');
    const [waiting, stopped] = [watching(), watching()];
    await waiting.next();
    await stopped.next();
    const last = waiting.next();
    waiting.goAway();
    expect(await last).toBe('the end');
    await stopped.stop();
    expect(followersLeft()).toBe(0);
  });

  it('is refused where there is no balance', async () => {
    await app().customer();
    await expect(watching().next()).rejects.toMatchObject({ refusal: { code: 'balance_not_found' } });
    expect(followersLeft()).toBe(0);
  });
});
