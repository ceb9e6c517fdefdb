import type { Command } from 'commander';
import type { Runner } from '../invocation';
import { holdCard } from '../rendering/answers';
import { balanceOf } from './options/which-balance';

interface OfBalance {
  readonly product?: string;
}

const withProduct = (command: Command): Command => command.option('--product <product>', 'credit product; without it the wallet is meant');

export function holdCommands(program: Command, runner: Runner): void {
  const hold = program.command('hold').description('reserve now, settle later');
  withProduct(
    hold
      .command('place')
      .description('set value aside; refused whole when there is too little')
      .argument('<customer>')
      .argument('<amount>')
      .option('--expires-at <time>', 'the hold is released at this time; RFC 3339')
      .option('--reference <text>', 'your own reference'),
  ).action(
    runner.run<OfBalance & { expiresAt?: string; reference?: string }>(
      async (call, [customer = '', amount], { product = '', expiresAt, reference }) =>
        call.answer(
          await call.service.call('PlaceHold', {
            ...balanceOf(customer, product),
            amount,
            expires_at: expiresAt,
            reference,
          }),
          holdCard,
        ),
    ),
  );
  withProduct(
    hold
      .command('capture')
      .description('debit a hold, all or part; the rest is released')
      .argument('<customer>')
      .argument('<hold>')
      .argument('<amount>')
      .option('--keep-open', 'the rest stays held')
      .option('--overrun <policy>', 'when more is captured than held: refuse, or from_available'),
  ).action(
    runner.run<OfBalance & { keepOpen?: boolean; overrun?: string }>(
      async (call, [customer = '', id, amount], { product = '', keepOpen, overrun }) =>
        call.answer(
          await call.service.call('CaptureHold', {
            ...balanceOf(customer, product),
            hold_id: id,
            amount,
            keep_open: keepOpen,
            overrun,
          }),
          holdCard,
        ),
    ),
  );
  withProduct(hold.command('release').description('give a hold back').argument('<customer>').argument('<hold>')).action(
    runner.run<OfBalance>(async (call, [customer = '', id], { product = '' }) =>
      call.answer(await call.service.call('ReleaseHold', { ...balanceOf(customer, product), hold_id: id }), holdCard),
    ),
  );
}
