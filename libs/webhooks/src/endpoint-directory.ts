/** The list of endpoints as derived state has it: so a start reads endpoints, and not the whole log for their creation. */
import type { Projections } from '@drawdown/balances';
import { webhookEndpoint } from './webhook-endpoint';
import type { EndpointDirectory } from './webhook-ledger';

const PAGE = 1_000;

export const projectedEndpoints = (projections: Pick<Projections, 'list' | 'checkpoint'>): EndpointDirectory => ({
  list: async () => {
    // Asked first: the list holds everything up to here, and perhaps more.
    const through = await projections.checkpoint();
    const streams: string[] = [];
    for (;;) {
      const after = streams.at(-1);
      const page = await projections.list({
        prefix: `${webhookEndpoint.category}-`,
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      streams.push(...page.map(({ stream }) => stream));
      if (page.length < PAGE) return { streams, through };
    }
  },
});
