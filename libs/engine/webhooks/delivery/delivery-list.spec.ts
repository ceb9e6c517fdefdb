import { credited, Deployment, down, type Life, MINUTE, ok, SECOND, urlOf } from '../dispatch/dispatcher.fixtures';
import { type DeliveryListOptions, listAttempts, listDeliveries, PageTokenInvalid, resend } from './delivery-list';

let at: Deployment;
let life: Life;
beforeEach(async () => {
  at = await Deployment.open();
  life = await at.start();
  await life.openWallet('ada');
  await life.create('e1', credited);
});
afterEach(() => at.remove());

const list = (options?: DeliveryListOptions) => listDeliveries(life.ledger, at.log, 'e1', options);
const answer = (...failing: readonly number[]): void => {
  at.receivers.answers.set(urlOf('e1'), ({ payload }) =>
    failing.includes((JSON.parse(payload) as { data: { revision: number } }).data.revision) ? { ...down, response: 'no' } : ok,
  );
};
/** One after the other, so that their order is known. */
async function topUps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = life.dispatcher.figures().recorded;
    await life.topUps('ada', 1);
    await at.recorded(life, before + 1);
  }
}

it('lists deliveries newest first, as they stand now, with all their attempts', async () => {
  answer(2);
  await topUps(3);
  at.time.pass(6 * SECOND);
  await at.recorded(life, 4);
  const { deliveries, nextPageToken } = await list();
  expect(nextPageToken).toBeUndefined();
  expect(deliveries.map(({ revision, status, attempts }) => [revision, status, attempts.map(({ outcome }) => outcome)])).toEqual([
    [2, 'pending', ['retrying', 'retrying']],
    [3, 'delivered', ['delivered']],
    [1, 'delivered', ['delivered']],
  ]);
  expect(deliveries[0]).toMatchObject({ nextAttemptAt: deliveries[0]!.attempts[1]!.nextAttemptAt });
  expect(deliveries[0]!.attempts[0]).toMatchObject({ failure: 'connection_failed', response: 'no', attempt: 1 });
  expect((await list({ status: 'delivered' })).deliveries.map(({ revision }) => revision)).toEqual([3, 1]);
  expect((await list({ status: 'pending' })).deliveries.map(({ revision }) => revision)).toEqual([2]);
  expect((await list({ status: 'exhausted' })).deliveries).toEqual([]);
});

it('has pages that newer deliveries do not move', async () => {
  await topUps(5);
  const seen: number[] = [];
  let pageToken: string | undefined;
  do {
    const page = await list({ pageSize: 2, ...(pageToken !== undefined && { pageToken }) });
    seen.push(...page.deliveries.map(({ revision }) => revision));
    pageToken = page.nextPageToken;
    await topUps(1);
  } while (pageToken !== undefined);
  expect(seen).toEqual([5, 4, 3, 2, 1]);
});

it('shows one that was asked for again as pending, and once for each end it had', async () => {
  await topUps(1);
  await life.endpoint({ type: 'DisableEndpoint', at: at.time.now(), reason: 'by_account' });
  const { webhookId } = at.receivers.requests[0]!;
  at.time.pass(MINUTE);
  await resend(life.ledger, at.log, 'e1', webhookId, at.time.now());
  expect((await list()).deliveries.map(({ status }) => status)).toEqual(['pending', 'delivered']);
  await life.endpoint({ type: 'EnableEndpoint', at: at.time.now() });
  await at.recorded(life, 2);
  expect((await list()).deliveries.map(({ status }) => status)).toEqual(['delivered', 'delivered']);
  expect(await listAttempts(at.log, 'e1', webhookId)).toHaveLength(2);
  expect(await listAttempts(at.log, 'e1', 'msg_other')).toEqual([]);
});

it('is empty for an endpoint that was never sent to', async () => {
  expect(await list()).toEqual({ deliveries: [] });
  expect(await listDeliveries(life.ledger, at.log, 'nobody')).toEqual({ deliveries: [] });
});

it.each(['', 'x', '!!', Buffer.from('1.-1').toString('base64url')])('refuses the page token "%s"', (pageToken) =>
  expect(list({ pageToken })).rejects.toThrow(PageTokenInvalid),
);
