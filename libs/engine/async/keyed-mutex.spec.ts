import { KeyedMutex } from './keyed-mutex';
import { turn } from '../../../test/support/waiting';

/** Work that ends on command, and records its begin. */
function work(diary: string[], name: string) {
  let finish: (result: string) => void = () => undefined;
  let fail: (fault: Error) => void = () => undefined;
  const signal = new Promise<string>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  return { run: () => (diary.push(name), signal), finish: () => finish(name), fail: () => fail(new Error(name)) };
}

describe('work on streams', () => {
  it('on one stream is done one after the other, in the order asked', async () => {
    const [serial, diary] = [new KeyedMutex(), [] as string[]];
    const [a, b, c] = [work(diary, 'a'), work(diary, 'b'), work(diary, 'c')];
    const all = Promise.all([serial.run('s', a.run), serial.run('s', b.run), serial.run('s', c.run)]);
    await turn();
    expect(diary).toEqual(['a']);
    c.finish();
    a.finish();
    await turn();
    expect(diary).toEqual(['a', 'b']);
    b.finish();
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(diary).toEqual(['a', 'b', 'c']);
  });

  it('on different streams is done side by side', async () => {
    const [serial, diary] = [new KeyedMutex(), [] as string[]];
    const [a, b] = [work(diary, 'a'), work(diary, 'b')];
    const both = Promise.all([serial.run('s', a.run), serial.run('t', b.run)]);
    await turn();
    expect(diary).toEqual(['a', 'b']);
    b.finish();
    a.finish();
    expect(await both).toEqual(['a', 'b']);
  });

  it('that fails tells who asked, and the next goes on', async () => {
    const [serial, diary] = [new KeyedMutex(), [] as string[]];
    const [a, b] = [work(diary, 'a'), work(diary, 'b')];
    const failed = serial.run('s', a.run);
    const next = serial.run('s', b.run);
    a.fail();
    await expect(failed).rejects.toThrow('a');
    b.finish();
    expect(await next).toBe('b');
  });

  it('that comes when all is done begins at once', async () => {
    const [serial, diary] = [new KeyedMutex(), [] as string[]];
    const [a, b] = [work(diary, 'a'), work(diary, 'b')];
    a.finish();
    await serial.run('s', a.run);
    await turn();
    void serial.run('s', b.run);
    expect(diary).toEqual(['a', 'b']);
    b.finish();
  });

  it('waits for whoever holds the turns of several streams, and goes on when that has ended, failed or not', async () => {
    const [serial, diary] = [new KeyedMutex(), [] as string[]];
    const [round, a, b] = [work(diary, 'round'), work(diary, 'a'), work(diary, 'b')];
    serial.holdAll(['s', 't'], round.run());
    expect([serial.isBusy('s'), serial.isBusy('t'), serial.isBusy('u')]).toEqual([true, true, false]);
    const both = Promise.all([serial.run('s', a.run), serial.run('u', b.run)]);
    await turn();
    expect(diary).toEqual(['round', 'b']);
    round.fail();
    await turn();
    expect(diary).toEqual(['round', 'b', 'a']);
    a.finish();
    b.finish();
    await both;
    await turn();
    expect([serial.isBusy('s'), serial.isBusy('t')]).toEqual([false, false]);
  });
});
