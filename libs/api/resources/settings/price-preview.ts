/** The effect of a price change on every wallet, one by one. It holds one read of them at a time, however many there are. */
import { loadSettings } from '@drawdown/engine/commands';
import type {
  CurrencyPricePreview,
  PricePreviewTotals,
  RequestOf,
  ResponseOf,
  UnitEquivalents as UnitsMessage,
  WalletPricePreview,
} from '@drawdown/api/contract';
import { type CurrencyTotals, PreviewTotals, PricePreview, type UnitEquivalents, type WalletPreview } from '@drawdown/domain/settings';
import { formatAmount, formatInstant, type Instant, ZERO } from '@drawdown/domain/amounts';
import { balanceAt, allDocuments } from '@drawdown/engine/read-models';
import { wallet } from '@drawdown/domain/balance';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import type { Context, Handlers } from '../operation';
import { stateIn } from '../request/pages';
import type { ApiParts } from '../parts';
import { amountText } from '../balances/balance-message';
import { atTheApi, readPrices } from './settings';

export const pricePreviewOperations = (parts: ApiParts): Pick<Handlers, 'PreviewPriceChange'> => ({
  PreviewPriceChange: (request, context) => preview(parts, request, context),
});

async function* preview(
  parts: ApiParts,
  request: RequestOf<'PreviewPriceChange'>,
  { signal }: Context,
): AsyncGenerator<ResponseOf<'PreviewPriceChange'>> {
  const creditPrices = readRequest(request, (from) => {
    const prices = readPrices(from);
    if (prices.length === 0) from.violation('credit_prices', 'is missing or empty', 'send the prices as they would be set');
    return prices;
  });
  const at = parts.clock();
  const settings = await loadSettings(parts);
  const { enabled, allowFreeCredits } = settings;
  const decision = PricePreview.prepare(settings, { type: 'UpdateSettings', at, enabled, allowFreeCredits, creditPrices });
  if (!decision.accepted) throw new Refused(atTheApi(decision.refusal));
  const [change] = decision.events;
  if (!change) throw new Error('a preview that was accepted is not there');
  while (parts.ledger.busy) await parts.ledger.busy;
  await parts.projector.save();
  const totals = new PreviewTotals();
  for await (const document of allDocuments(parts, `${wallet.category}-`)) {
    if (signal.aborted) return;
    const state = await stateIn(parts, wallet, document);
    const { customerId, currency, status } = state;
    if (currency === undefined || status === 'none' || status === 'closed') continue;
    const { booked, available } = balanceAt(state, at);
    const shown = change.wallet({ currency, booked, available });
    totals.add(shown);
    if (shown.moves) yield { wallet: walletMessage(customerId, document.revision, shown) };
  }
  yield { totals: totalsMessage(change, totals, new Set(creditPrices.map(({ currency }) => currency)), at) };
}

const walletMessage = (
  customerId: string,
  revision: number,
  { currency, booked, available, before, after }: WalletPreview,
): WalletPricePreview => ({
  customer_id: customerId,
  currency,
  booked: formatAmount(booked),
  available: formatAmount(available),
  before: before && unitsMessage(before),
  after: after && unitsMessage(after),
  revision,
});

/** A currency of the change is included also if no wallet has it. */
function totalsMessage(change: PricePreview, totals: PreviewTotals, named: ReadonlySet<string>, at: Instant): PricePreviewTotals {
  const seen = totals.perCurrency();
  const unseen = [...named].filter((currency) => !seen.some((known) => known.currency === currency)).map(nobody);
  const currencies = [...seen, ...unseen].sort((a, b) => (a.currency < b.currency ? -1 : 1));
  return {
    wallets_touched: totals.touched(),
    currencies: currencies.map((currency) => currencyMessage(change, currency)),
    as_of: formatInstant(at),
  };
}

const NO_UNITS: UnitEquivalents = { booked: ZERO, available: ZERO };
const nobody = (currency: string) => ({ currency, wallets: 0, ...NO_UNITS, before: NO_UNITS, after: NO_UNITS });

function currencyMessage(
  change: PricePreview,
  { currency, wallets, booked, available, before, after }: Omit<CurrencyTotals, 'moves'>,
): CurrencyPricePreview {
  const move = change.move(currency);
  return {
    currency,
    compared_at: formatInstant(move.at),
    price_before: amountText(move.before?.price),
    price_after: amountText(move.after?.price),
    moves: move.moves,
    wallets,
    booked: formatAmount(booked),
    available: formatAmount(available),
    before: move.before && unitsMessage(before),
    after: move.after && unitsMessage(after),
  };
}

const unitsMessage = ({ booked, available }: UnitEquivalents): UnitsMessage => ({
  booked: formatAmount(booked),
  available: formatAmount(available),
});
