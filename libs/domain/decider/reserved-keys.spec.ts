import { reservedKeys } from './reserved-keys';

const keys = [
  reservedKeys.invoice('a'),
  reservedKeys.reversal('a'),
  reservedKeys.notification('stripe', 'a'),
  reservedKeys.autoTopUp('a'),
  reservedKeys.purchaseNotStarted('a'),
];

describe('a reserved key', () => {
  it('is stored for ever, so it is always written the same way', () =>
    expect(keys).toEqual(['invoice§a', 'reversal§a', 'notification§stripe:a', 'autoTopUp§a', 'purchaseNotStarted§a']));

  it('cannot be sent by a caller, whose keys are printable ASCII', () => {
    for (const key of keys) expect(key).not.toMatch(/^[\x20-\x7e]*$/);
  });
});
