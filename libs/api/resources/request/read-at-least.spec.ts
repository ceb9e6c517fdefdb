import { settings } from '@drawdown/domain/settings';
import { streams } from '@drawdown/engine/event-store';
import { freshApplication, tokensOfAda } from '../application.fixtures';
import { readAtLeast } from './read-at-least';

const app = freshApplication();

describe('reading at least a revision', () => {
  it('answers at once when it is there', async () => {
    await app().balance();
    expect(await app().call('GetBalance', { ...tokensOfAda, min_revision: 1 })).toMatchObject({ revision: 1 });
  });

  it('waits for it, and answers with it', async () => {
    await app().balance('10');
    const waiting = app().call('GetBalance', { ...tokensOfAda, min_revision: 2 });
    await app().call('DeductCredits', { ...tokensOfAda, amount: '4', reason: 'x' });
    expect(await waiting).toMatchObject({ revision: 2, balance: { booked: '6' } });
  });

  it('says that it did not come in time', async () => {
    await app().balance('10');
    expect(await app().says('GetBalance', { ...tokensOfAda, min_revision: 2 })).toEqual({ fault: 'revision_not_reached' });
    expect(followersLeft()).toBe(0);
  });

  it('ends when the caller goes away', async () => {
    const caller = new AbortController();
    const waiting = readAtLeast(app().parts.ledger, settings, streams.settings, 5, { signal: caller.signal });
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(followersLeft()).toBe(0);
  });
});

/** What is kept of followers of single streams: nobody may be left behind. */
const followersLeft = (): number => app().states.streamsFollowed;
