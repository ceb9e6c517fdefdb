/** For tests of the check: a ledger with one balance, a hold and some usage, and readings of a check's steps. */
import { amount } from '@drawdown/domain/amounts';
import { creditBalance } from '@drawdown/domain/balance';
import { STREAM, TestLedger, tokens } from '../event-store/ledger.fixtures';
import type { Finding, VerifyStep, VerifySummary } from './verify';

export async function usedLedger(): Promise<TestLedger> {
  const home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100');
  await home.ledger.execute(creditBalance, STREAM, { type: 'PlaceHold', at: home.now, amount: amount('10') }, { key: 'k', body: 'b' });
  await home.use(tokens('1', 10), tokens('2', 1), tokens('3', -1));
  await home.use(tokens('4', 5));
  return home;
}

export const findingsOf = (steps: readonly VerifyStep[]): Finding[] =>
  steps.flatMap((step) => (step.kind === 'finding' ? [step.finding] : []));
export const summaryOf = (steps: readonly VerifyStep[]): VerifySummary =>
  (steps.at(-1) as Extract<VerifyStep, { kind: 'summary' }>).summary;
export const places = (found: readonly Finding[]): string[] => found.map(({ kind, stream, revision }) => `${kind} ${stream} ${revision}`);
