import type { Message } from '@drawdown/application';
import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { collect, pairs } from '../option-values';
import { flag, items, text, within } from '../showing/fields';
import { card } from '../showing/layout';

interface ChangeOptions {
  readonly enabled?: string;
  readonly freeCredits?: string;
  readonly creditPrice?: readonly string[];
}

export function settingsCommands(program: Command, runner: Runner): void {
  const settings = program.command('settings').description('the settings of the account');
  settings
    .command('get')
    .description('the settings in force')
    .action(runner.run(async (call) => call.answer(await call.service.call('GetSettings'), shown)));
  settings
    .command('set')
    .description('change what is given and leave the rest')
    .option('--enabled <yes|no>', 'whether wallets take credits, holds and payments')
    .option('--free-credits <yes|no>', 'whether free credits may be added to wallets')
    .option('--credit-price <code=price>', 'what one wallet credit is worth, such as EUR=0.01; repeatable', collect)
    .action(
      runner.run<ChangeOptions>(async (call, _, { enabled, freeCredits, creditPrice }) => {
        const prices = Object.entries(pairs('--credit-price', creditPrice)).map(([currency, price]) => ({
          currency,
          price,
        }));
        const change = {
          enabled: yesOrNo('--enabled', enabled),
          allow_free_credits: yesOrNo('--free-credits', freeCredits),
          credit_prices: creditPrice && prices,
        };
        if (Object.values(change).every((value) => value === undefined))
          throw wrongUsage('settings set: nothing to change was given');
        call.answer(await call.service.call('UpdateSettings', change), shown);
      }),
    );
}

function yesOrNo(option: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === 'yes' || value === 'no') return value === 'yes';
  throw wrongUsage(`${option} ${value}: it must be yes or no`);
}

function shown(answer: Message): string {
  const settings = within(answer, 'settings');
  const prices = items(settings, 'credit_prices').map((price) => {
    const from = text(price, 'effective_at');
    return `${text(price, 'currency')} ${text(price, 'price')}${from ? ` from ${from}` : ''}`;
  });
  return card([
    ['wallets enabled', flag(settings, 'enabled') ? 'yes' : 'no'],
    ['free credits', flag(settings, 'allow_free_credits') ? 'allowed' : 'not allowed'],
    ['credit prices', prices.join('; ') || 'none: no wallet can be opened yet'],
    ['revision', text(answer, 'revision') || '0'],
  ]);
}
