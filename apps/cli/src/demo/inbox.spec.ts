import { Webhook } from 'standardwebhooks';
import { Inbox, type Landed } from './inbox';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = '{"type":"test.ping","data":{}}';

let received: Landed[];
let inbox: Inbox;
let url: string;
beforeEach(async () => {
  received = [];
  inbox = new Inbox((landed) => received.push(landed));
  inbox.trust(SECRET);
  url = await inbox.listen();
});
afterEach(() => inbox.close());

/** Signed as the standard says, and then perhaps changed on the way. */
async function send(id: string, { body = BODY, secret = SECRET } = {}): Promise<number> {
  const at = new Date();
  const signature = new Webhook(secret).sign(id, at, BODY);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': signature,
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

describe('the inbox', () => {
  it('believes what is signed with its secret', async () => {
    expect(await send('msg_1')).toBe(204);
    expect(received).toEqual([{ webhookId: 'msg_1', payload: JSON.parse(BODY) as object, wrong: undefined }]);
  });
  it('does not believe what was changed, or signed with another secret', async () => {
    expect(await send('msg_1', { body: BODY.replace('ping', 'pong') })).toBe(400);
    expect(await send('msg_2', { secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` })).toBe(400);
    expect(received.map(({ wrong }) => wrong)).toEqual([expect.any(String), expect.any(String)]);
  });
  it('reports a repeat once', async () => {
    await send('msg_1');
    expect(await send('msg_1')).toBe(204);
    expect(received).toHaveLength(1);
  });
  it('waits for what is to land, and no longer than it may', async () => {
    const landed = inbox.until(() => received.length === 2, 10_000);
    await send('msg_1');
    await send('msg_2');
    expect(await landed).toBe(true);
    expect(await inbox.until(() => received.length === 3, 10)).toBe(false);
  });
});
