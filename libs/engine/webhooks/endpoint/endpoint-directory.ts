/** The list of endpoints as derived state has it: so a start reads endpoints, and not the whole log for their creation. */
import type { Projections } from '@drawdown/engine/derived-state';
import { DerivedStateLost } from '@drawdown/engine/event-store';
import { webhookEndpoint } from './webhook-endpoint';
import type { EndpointDirectory } from '../dispatch/webhook-ledger';

const PAGE = 1_000;

/** Times that the list is begun anew when derived state is lost in the middle of it. */
const BEGUN_ANEW_MAX = 5;

type Lists = Pick<Projections, 'list' | 'checkpoint'>;

/** @throws Fault when it cannot be read: better none than a list that lacks some. */
export const projectedEndpoints = (projections: Lists): EndpointDirectory => ({
  list: async () => {
    for (let begun = 1; ; begun++)
      try {
        return await endpointsIn(projections);
      } catch (fault) {
        if (!(fault instanceof DerivedStateLost) || begun === BEGUN_ANEW_MAX) throw fault;
      }
  },
});

async function endpointsIn(projections: Lists): ReturnType<EndpointDirectory['list']> {
  // Asked first: the list holds everything up to here, and perhaps more.
  const through = await projections.checkpoint();
  const streams: string[] = [];
  for (;;) {
    const after = streams.at(-1);
    const page = await projections.list({ prefix: `${webhookEndpoint.category}-`, limit: PAGE, ...(after !== undefined && { after }) });
    streams.push(...page.map(({ stream }) => stream));
    if (page.length < PAGE) return { streams, through };
  }
}
