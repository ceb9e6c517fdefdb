import { NO_KEYS } from '@drawdown/engine/derived-state';
import { DerivedStateLost, streams } from '@drawdown/engine/event-store';
import { Deployment } from '../dispatch/dispatcher.fixtures';
import { projectedEndpoints } from './endpoint-directory';

it('lists every endpoint that derived state holds, page after page, and up to where it holds them', async () => {
  const at = await Deployment.open();
  try {
    const ids = Array.from({ length: 1_001 }, (_, i) => `e${i}`);
    const names = [...ids.map((id) => streams.webhookEndpoint(id)), streams.wallet('ada'), streams.deliveries('e1')];
    const documents = names.map((stream) => ({ stream, revision: 0, json: '{}' }));
    await at.projections.save({ documents, keys: NO_KEYS, checkpoint: 77n });
    const known = await projectedEndpoints(at.projections).list();
    expect(known.through).toBe(77n);
    expect(new Set(known.streams)).toEqual(new Set(ids.map((id) => streams.webhookEndpoint(id))));
    expect(known.streams).toHaveLength(1_001);
  } finally {
    await at.remove();
  }
});

describe('derived state that is lost in the middle of the list', () => {
  const document = { stream: streams.webhookEndpoint('e1'), revision: 0, json: '{}' };

  it('is listed anew from its beginning, with what it then holds', async () => {
    let asked = 0;
    const known = await projectedEndpoints({
      checkpoint: () => Promise.resolve((asked += 1) === 1 ? 1_000n : 5n),
      list: () => (asked === 1 ? Promise.reject(new DerivedStateLost()) : Promise.resolve([document])),
    }).list();
    expect(known).toEqual({ streams: [document.stream], through: 5n });
  });

  it('is no list, when it is lost again and again', async () => {
    const lists = { checkpoint: () => Promise.resolve(1_000n), list: () => Promise.reject(new DerivedStateLost()) };
    await expect(projectedEndpoints(lists).list()).rejects.toBeInstanceOf(DerivedStateLost);
  });
});
