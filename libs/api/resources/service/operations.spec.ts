import type { Message } from '@drawdown/api/contract';
import { NO_KEYS } from '@drawdown/engine/derived-state';
import { Fault } from '@drawdown/engine/event-store';
import { anyNumber, event, freshApplication, like, textAt, tokensOfAda } from '../application.fixtures';
import { VerificationInterrupted } from './operations';
import { turn } from '../../../../test/support/waiting';

const app = freshApplication();

async function verified(request: Message = {}): Promise<Message[]> {
  const reports: Message[] = [];
  for await (const report of app().stream('VerifyLedger', request)) reports.push(report);
  return reports;
}

/** Lets work begin at the worst moment of a rebuild: when everything derived has just been thrown away. */
async function rebuildMeeting(begin: () => Promise<unknown>): Promise<void> {
  const { projections } = app().parts;
  const clear = projections.clear.bind(projections);
  let begun: Promise<unknown> | undefined;
  const meeting = jest.spyOn(projections, 'clear').mockImplementation(async () => {
    await clear();
    begun = begin();
    // Turns enough for what does not wait to come to its end.
    for (let i = 0; i < 200; i++) await turn();
  });
  await app().call('RebuildProjections', {});
  await begun;
  meeting.mockRestore();
}

describe('verifying the ledger', () => {
  it('reports progress and a summary, and finds nothing in a valid ledger', async () => {
    await app().balance('10');
    await app().post(JSON.stringify(event('u1', 3)));
    const reports = await verified();
    expect(reports[0]).toMatchObject({ progress: { events: anyNumber, streams: anyNumber } });
    expect(reports.at(-1)).toEqual({
      summary: {
        valid: true,
        events: 5,
        streams: 3,
        balances: 1,
        findings: 0,
        duration_ms: 0,
        heads: like(/^[0-9a-f]{64}$/),
        position: String(await app().parts.log.head()),
      },
    });
  });

  it('names the broken invariant and the place', async () => {
    await app().balance('10');
    await app().parts.projector.save();
    const [document] = await app().parts.projections.list({ prefix: 'creditBalance-', limit: 1 });
    const json = document!.json.replace('"10"', '"11"');
    await app().parts.projections.clear();
    await app().parts.projections.save({ documents: [{ ...document!, json }], keys: NO_KEYS, checkpoint: 0n });
    const findings = (await verified()).flatMap((report) => (report['finding'] ? [report['finding']] : []));
    expect(findings).toContainEqual({ invariant: 'I6', stream: 'creditBalance-ada~tokens', revision: 1, detail: like('rebuild') });
    expect((await verified()).at(-1)).toMatchObject({ summary: { valid: false } });
  });

  it('says that it was interrupted, and reports nothing, when derived state is thrown away meanwhile', async () => {
    await app().balance('10');
    await app().post(JSON.stringify(event('u1', 3)));
    await app().parts.projector.save();
    const checking = app().stream('VerifyLedger', {});
    expect(await checking.next()).toMatchObject({ value: { progress: { events: 5 } } });
    const reports: Message[] = [];
    let end: unknown;
    await rebuildMeeting(async () => {
      try {
        for await (const report of checking) reports.push(report);
      } catch (fault) {
        end = fault;
      }
    });
    expect(end).toBeInstanceOf(VerificationInterrupted);
    expect(reports).toEqual([]);
    expect((await verified()).at(-1)).toMatchObject({ summary: { valid: true } });
  });

  it('that begins during a rebuild begins when it has ended', async () => {
    await app().balance('10');
    await app().parts.projector.save();
    let reports: Message[] = [];
    await rebuildMeeting(async () => {
      reports = await verified();
    });
    expect(reports.at(-1)).toMatchObject({ summary: { valid: true } });
  });

  it('digests the heads of an earlier position', async () => {
    await app().balance('10');
    const before = (await verified()).at(-1)?.['summary'] as Message;
    await app().post(JSON.stringify(event('u1', 3)));
    expect((await verified({ heads_at: before['position'] })).at(-1)).toMatchObject({
      summary: { valid: true, heads: before['heads'], position: before['position'] },
    });
    await expect(verified({ heads_at: 'now' })).rejects.toThrow('heads_at is no position');
  });

  it('stops when the caller goes away', async () => {
    await app().balance('10');
    const caller = new AbortController();
    const reports = app().stream('VerifyLedger', {}, caller.signal);
    await reports.next();
    caller.abort();
    expect(await reports.next()).toEqual({ done: true, value: undefined });
  });
});

describe('rebuilding derived state', () => {
  it('gives the same answers again, byte for byte, and still knows every key', async () => {
    await app().balance('10');
    await app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' }, 'key-1');
    await app().post(JSON.stringify(event('u1', 3)));
    const ask = async (): Promise<string> =>
      JSON.stringify([
        await app().call('GetBalance', tokensOfAda),
        await app().call('ListMovements', tokensOfAda),
        await app().call('ListCreditProducts', {}),
      ]);
    const before = await ask();
    expect(await app().call('RebuildProjections', {})).toEqual({ events: 6, documents: 3, duration_ms: 0 });
    expect(await ask()).toBe(before);
    expect(await app().says('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' }, 'key-1')).toMatchObject({ replayed: true });
    expect(await app().post(JSON.stringify(event('u1', 3)))).toMatchObject({ outcome: { status: 'duplicate' } });
  });

  it('doubles and loses no usage that arrives meanwhile', async () => {
    await app().balance('1000');
    const send = (name: string) => Promise.all(Array.from({ length: 20 }, (_, i) => app().post(JSON.stringify(event(`${name}${i}`)))));
    await send('u');
    await app().parts.projector.save();
    await rebuildMeeting(() => Promise.all([send('u'), send('v')]));
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ consumed: '40' });
    expect((await verified()).at(-1)).toMatchObject({ summary: { valid: true } });
  });

  it('knows the keys of commands that are retried meanwhile', async () => {
    await app().balance('1000');
    const deduct = (i: number) => app().says('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' }, `key-${i}`);
    for (let i = 0; i < 5; i++) await deduct(i);
    await app().parts.projector.save();
    await rebuildMeeting(() => Promise.all([0, 1, 2, 3, 4, 5].map(deduct)));
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ booked: '994' });
    expect((await verified()).at(-1)).toMatchObject({ summary: { valid: true } });
  });

  it('answers reads that arrive meanwhile from the whole of it', async () => {
    await app().balance('1000');
    await app().parts.projector.save();
    let read: unknown;
    await rebuildMeeting(async () => {
      read = await Promise.all([
        app().call('GetBalance', tokensOfAda),
        app().call('ListCustomers', {}),
        app().call('ListBalances', { customer_id: 'ada' }),
      ]);
    });
    expect(read).toMatchObject([
      { balance: { booked: '1000' } },
      { customers: [{ customer_id: 'ada' }] },
      { balances: [{ booked: '1000' }] },
    ]);
  });

  it('lets one rebuild follow the other', async () => {
    await app().balance('1000');
    await rebuildMeeting(() => app().call('GetStatus', {}));
    const both = await Promise.all([app().call('RebuildProjections', {}), app().call('RebuildProjections', {})]);
    expect(both.map(({ events, documents }) => [events, documents])).toEqual([
      [4, 3],
      [4, 3],
    ]);
  });
});

describe('a damaged log', () => {
  const DAMAGED = 'log/0.log is damaged at byte 777';
  const damage = () =>
    jest.spyOn(app().parts.log, 'readAll').mockImplementation(() => Promise.reject(new Fault('log_corrupt', DAMAGED, false)));

  it('is not rebuilt from: everything derived stays, the answer names the place, and the service goes on', async () => {
    await app().balance('10');
    await app().parts.projector.save();
    const meeting = damage();
    await expect(app().call('RebuildProjections', {})).rejects.toThrow(DAMAGED);
    meeting.mockRestore();
    expect(await app().parts.projections.list({ prefix: 'creditBalance-', limit: 2 })).toHaveLength(1);
    await app().post(JSON.stringify(event('u1', 3)));
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ booked: '7' });
    expect(await app().call('RebuildProjections', {})).toMatchObject({ events: 5 });
  });

  it('is a finding of a check, which comes to its summary, and the status tells it until a check finds none', async () => {
    await app().balance('10');
    const meeting = damage();
    const reports = await verified();
    meeting.mockRestore();
    expect(reports.flatMap((report) => report['finding'] ?? [])).toEqual([{ invariant: 'I10', stream: '', detail: DAMAGED }]);
    expect(reports.at(-1)).toMatchObject({ summary: { valid: false, findings: 1 } });
    expect(await app().call('GetStatus', {})).toMatchObject({
      ready: true,
      parts: [{ name: 'log', detail: `reads and appends where it can: ${DAMAGED}` }, {}],
    });
    expect((await verified()).at(-1)).toMatchObject({ summary: { valid: true } });
    expect(await app().call('GetStatus', {})).toMatchObject({ parts: [{ name: 'log', detail: 'reads and appends' }, {}] });
  });
});

describe('the status', () => {
  it('says what runs and how far it has come', async () => {
    expect(await app().call('GetStatus', {})).toMatchObject({ log_position: '-1', projected_position: '-1' });
    await app().balance('10');
    await app().call('RebuildProjections', {});
    const { log_position, projected_position, ...rest } = await app().call('GetStatus', {});
    expect(BigInt(textAt({ log_position }, 'log_position'))).toBeGreaterThan(0n);
    expect(projected_position).toBe(log_position);
    expect(rest).toEqual({
      version: '1.2.3',
      started_at: '2026-03-01T12:00:00.000Z',
      ready: true,
      draining: false,
      parts: [
        { name: 'log', ready: true, detail: 'reads and appends' },
        { name: 'projections', ready: true, detail: 'saved' },
      ],
      as_of: '2026-03-01T12:00:00.000Z',
    });
  });
});
