import { checkGolden } from './model/golden.fixtures';
import { creditBalance } from './credit-balance';

describe('the credit balance', () => {
  it('stores its events under the names and in the words of its golden files', () =>
    checkGolden(creditBalance, `${__dirname}/golden/credit-balance`));
});
