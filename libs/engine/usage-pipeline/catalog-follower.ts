/** The catalog as rating needs it, always as new as what this process has met of the log. */
import type { Projections } from '@drawdown/engine/derived-state';
import { creditProduct, type CreditProduct } from '@drawdown/domain/catalog';
import { RatingTable } from '@drawdown/domain/usage';
import type { StreamState, StreamStates } from '@drawdown/engine/event-store';

const PAGE = 500;

export class CatalogFollower {
  private readonly products = new Map<string, { readonly product: CreditProduct; readonly revision: number }>();
  private built: RatingTable | undefined;

  constructor(private readonly states: StreamStates) {
    states.follow(({ entry }) => {
      if (entry.definition.category === creditProduct.category) this.put(entry.stream, entry);
    });
  }

  /** Reads what was saved before this process started. Call once the log has been caught up with. */
  async start(projections: Projections): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await projections.list({ prefix: `${creditProduct.category}-`, limit: PAGE, ...(after !== undefined && { after }) });
      for (const { stream } of page) this.put(stream, await this.states.load(stream));
      after = page.at(-1)?.stream;
      if (page.length < PAGE) return;
    }
  }

  get table(): RatingTable {
    return (this.built ??= new RatingTable([...this.products.values()].map(({ product }) => product)));
  }

  private put(stream: string, { state, revision }: StreamState): void {
    // Streams that are folded anew pass through their past: usage is never rated by it.
    if (revision < (this.products.get(stream)?.revision ?? -1)) return;
    // States of this category are folded by `creditProduct`, so the cast gives back what the cache erased.
    this.products.set(stream, { product: state as CreditProduct, revision });
    this.built = undefined;
  }
}
