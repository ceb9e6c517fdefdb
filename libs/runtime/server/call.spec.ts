import { bodyHash } from './call';

const ofTopUp = (more: object): string => bodyHash('AddCredits', { customer_id: 'ada', credits: '1', ...more });

describe('what makes a command the same', () => {
  it('is all of it but its key, in whatever order it came', () => {
    expect(ofTopUp({ request_id: 'a' })).toBe(ofTopUp({ request_id: 'b' }));
    expect(ofTopUp({ reference: undefined })).toBe(bodyHash('AddCredits', { credits: '1', customer_id: 'ada' }));
    expect(ofTopUp({ credits: '2' })).not.toBe(ofTopUp({}));
    expect(ofTopUp({})).not.toBe(bodyHash('DeductCredits', { customer_id: 'ada', credits: '1' }));
  });

  it('counts a request_id of the caller below the top: it is no key', () =>
    expect(ofTopUp({ metadata: { request_id: 'a' } })).not.toBe(ofTopUp({ metadata: { request_id: 'b' } })));
});
