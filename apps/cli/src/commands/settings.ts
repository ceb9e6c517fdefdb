import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { collect, defaultLimitOf, pairs, portalLimitOf } from '../option-values';
import { lineOf } from '../rendering/answers';
import { flag, items, text, within } from '../rendering/fields';
import { card } from '../rendering/layout';

interface ChangeOptions {
  readonly enabled?: string;
  readonly freeCredits?: string;
  readonly creditPrice?: readonly string[];
  readonly effectiveAt?: string;
  readonly portalPurchases?: string;
  readonly portalLimit?: readonly string[];
  /** False when --no-portal-limits was given. */
  readonly portalLimits: boolean;
  readonly defaultLimit?: readonly string[];
  /** False when --no-default-limits was given. */
  readonly defaultLimits: boolean;
}

export function settingsCommands(program: Command, runner: Runner): void {
  const settings = program.command('settings').description('the settings of the account');
  settings
    .command('get')
    .description('the settings in force')
    .action(runner.run(async (call) => call.answer(await call.service.call('GetSettings'), shown)));
  settings
    .command('set')
    .description('change the given settings and leave the rest')
    .option('--enabled <yes|no>', 'whether wallets take credits, holds and payments')
    .option('--free-credits <yes|no>', 'whether free credits may be added to wallets')
    .option('--credit-price <code=price>', 'the value of one wallet credit, such as EUR=0.01; repeatable', collect)
    .option('--effective-at <time>', 'those prices are in force from then on; default now; RFC 3339')
    .option('--portal-purchases <yes|no>', 'whether customers may buy credits by themselves')
    .option(
      '--portal-limit <code=least..most>',
      'the limits of one purchase, such as EUR=5..500; repeatable: the complete new list',
      collect,
    )
    .option('--no-portal-limits', 'no such limits from now on')
    .option(
      '--default-limit <limit>',
      'warning line of new wallets, such as low=10:EUR or low=20%; repeatable, all there shall be',
      collect,
    )
    .option('--no-default-limits', 'no warning lines for new wallets from now on')
    .action(
      runner.run<ChangeOptions>(async (call, _, options) => {
        const { enabled, freeCredits, creditPrice, effectiveAt, portalPurchases, portalLimit, portalLimits } = options;
        const { defaultLimit, defaultLimits } = options;
        if (!portalLimits && portalLimit) throw wrongUsage('--portal-limit and --no-portal-limits exclude each other');
        if (!defaultLimits && defaultLimit) throw wrongUsage('--default-limit and --no-default-limits exclude each other');
        if (effectiveAt !== undefined && !creditPrice) throw wrongUsage('--effective-at goes with --credit-price');
        const change = {
          enabled: yesOrNo('--enabled', enabled),
          allow_free_credits: yesOrNo('--free-credits', freeCredits),
          credit_prices: creditPrice && pricesOf(creditPrice, effectiveAt),
          allow_portal_purchases: yesOrNo('--portal-purchases', portalPurchases),
          portal_purchase_limits: portalLimit?.map(portalLimitOf),
          no_portal_purchase_limits: portalLimits ? undefined : true,
          default_limits: defaultLimit?.map(defaultLimitOf),
          no_default_limits: defaultLimits ? undefined : true,
        };
        if (Object.values(change).every((value) => value === undefined)) throw wrongUsage('settings set: nothing to change was given');
        call.answer(await call.service.call('UpdateSettings', change), shown);
      }),
    );
  settings
    .command('preview')
    .description('the effect of a change of credit prices on each wallet; changes nothing')
    .requiredOption('--credit-price <code=price>', 'the new price, such as EUR=0.02; repeatable', collect)
    .option('--effective-at <time>', 'in force from then on; RFC 3339')
    .action(
      runner.run<{ creditPrice: readonly string[]; effectiveAt?: string }>(async (call, _, { creditPrice, effectiveAt }) => {
        const change = { credit_prices: pricesOf(creditPrice, effectiveAt) };
        for await (const message of call.service.stream('PreviewPriceChange', change)) call.answer(message, previewText);
      }),
    );
}

const pricesOf = (given: readonly string[], effective_at?: string): readonly Message[] =>
  Object.entries(pairs('--credit-price', given)).map(([currency, price]) => ({ currency, price, effective_at }));

function previewText(message: Message): string {
  if (message['wallet']) {
    const wallet = within(message, 'wallet');
    return `${text(wallet, 'customer_id')}  ${text(wallet, 'booked')} ${text(wallet, 'currency')}  credits ${text(wallet, 'before.booked') || 'none'} -> ${text(wallet, 'after.booked')}`;
  }
  const totals = within(message, 'totals');
  const lines = items(totals, 'currencies').map((total) => {
    const move = `${text(total, 'price_before') || 'none'} -> ${text(total, 'price_after') || 'none'} at ${text(total, 'compared_at')}`;
    const credits = `credits ${text(total, 'before.booked') || 'none'} -> ${text(total, 'after.booked') || 'none'}`;
    return `${text(total, 'currency')}: ${move}, ${text(total, 'wallets') || '0'} wallets with ${text(total, 'booked')}, ${credits}`;
  });
  return [`Wallets touched: ${text(totals, 'wallets_touched') || '0'}`, ...lines].join('\n');
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
    ['portal buying', flag(settings, 'allow_portal_purchases') ? 'allowed' : 'not allowed'],
    ['portal limits', items(settings, 'portal_purchase_limits').map(portalLimitText).join('; ')],
    ['default limits', items(settings, 'default_limits').map(defaultLimitText).join('; ')],
    ['revision', text(answer, 'revision') || '0'],
  ]);
}

const portalLimitText = (limit: Message): string => `${text(limit, 'currency')} ${text(limit, 'minimum')}..${text(limit, 'maximum')}`;

const defaultLimitText = (limit: Message): string =>
  `${lineOf(within(limit, 'limit'))}${text(limit, 'currency') && ` ${text(limit, 'currency')}`}`;
