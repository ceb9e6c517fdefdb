import { accept, type Decider, refuse } from './decider';
import { given } from './given-when-then';

type Command = { readonly type: 'Open' } | { readonly type: 'Close'; readonly by: string };
type Event = { readonly type: 'Opened' } | { readonly type: 'Closed'; readonly by: string };
type Problem = { readonly code: 'already_open' } | { readonly code: 'not_open'; readonly asked: string };

const transport: Decider<{ command: Command; state: { readonly open: boolean }; event: Event; refusal: Problem }> = {
  initial: { open: false },
  decide: (command, state) => {
    if (command.type === 'Open') return state.open ? refuse({ code: 'already_open' }) : accept<Event>({ type: 'Opened' });
    return state.open ? accept<Event>({ type: 'Closed', by: command.by }) : refuse({ code: 'not_open', asked: command.by });
  },
  evolve: (_, event) => ({ open: event.type === 'Opened' }),
};

const opened: Event = { type: 'Opened' };

describe('given, when, then', () => {
  it('passes when the events are exactly those', () => {
    given(transport).when({ type: 'Open' }).then(opened);
    given(transport, opened).when({ type: 'Close', by: 'ann' }).then({ type: 'Closed', by: 'ann' });
  });

  it('passes when the refusal has the code and the named details', () => {
    given(transport, opened).when({ type: 'Open' }).thenRefused('already_open');
    given(transport).when({ type: 'Close', by: 'ann' }).thenRefused('not_open', { asked: 'ann' });
  });

  it('shows the state before and after', () => {
    expect(given(transport).state).toEqual({ open: false });
    expect(given(transport).when({ type: 'Open' }).state).toEqual({ open: true });
    expect(given(transport).when({ type: 'Open' }).events).toEqual([opened]);
  });

  it.each([
    ['another event', () => given(transport, opened).when({ type: 'Close', by: 'ann' }).then({ type: 'Closed', by: 'bob' })],
    ['an event too many', () => given(transport).when({ type: 'Open' }).then(opened, opened)],
    ['no event', () => given(transport).when({ type: 'Open' }).then()],
    ['events where it was refused', () => given(transport, opened).when({ type: 'Open' }).then(opened)],
    ['a refusal where it was accepted', () => given(transport).when({ type: 'Open' }).thenRefused('already_open')],
    ['another refusal', () => given(transport, opened).when({ type: 'Open' }).thenRefused('not_open')],
    ['another detail', () => given(transport).when({ type: 'Close', by: 'ann' }).thenRefused('not_open', { asked: 'bob' })],
    ['the state after a refusal', () => given(transport, opened).when({ type: 'Open' }).state],
  ])('fails on %s', (_, claim) => {
    expect(claim).toThrow();
  });
});
