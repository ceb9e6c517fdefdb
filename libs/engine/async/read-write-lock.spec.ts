import { ReadWriteLock } from './read-write-lock';
import { turn } from '../../../test/support/waiting';
import { work } from './work.fixtures';

describe('a gate', () => {
  it('lets work pass side by side', async () => {
    const gate = new ReadWriteLock();
    const diary: string[] = [];
    const [a, b] = [work('a', diary), work('b', diary)];
    const both = Promise.all([gate.pass(a.run), gate.pass(b.run)]);
    await turn();
    expect(diary).toEqual(['a begins', 'b begins']);
    a.end();
    b.end();
    expect(await both).toEqual(['a', 'b']);
  });

  it('keeps work that is alone waiting for what has passed, and the next ones waiting for it', async () => {
    const gate = new ReadWriteLock();
    const diary: string[] = [];
    const [before, alone, after] = [work('before', diary), work('alone', diary), work('after', diary)];
    const all = Promise.all([gate.pass(before.run), gate.alone(alone.run), gate.pass(after.run)]);
    await turn();
    expect(gate.busy).toBeUndefined();
    before.end();
    await turn();
    expect(gate.busy).toBeDefined();
    expect(diary).toEqual(['before begins', 'before ends', 'alone begins']);
    alone.end();
    after.end();
    await all;
    expect(diary.slice(3)).toEqual(['alone ends', 'after begins', 'after ends']);
  });

  it('gives the turn to one after the other of those that have to be alone', async () => {
    const gate = new ReadWriteLock();
    const diary: string[] = [];
    const [first, second] = [work('first', diary), work('second', diary)];
    const both = Promise.all([gate.alone(first.run), gate.alone(second.run)]);
    await turn();
    second.end();
    await turn();
    expect(diary).toEqual(['first begins']);
    first.end();
    await both;
    expect(diary).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('opens again after work that failed', async () => {
    const gate = new ReadWriteLock();
    await expect(gate.alone(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(gate.pass(() => Promise.reject(new Error('also broken')))).rejects.toThrow('also broken');
    expect(await gate.alone(() => Promise.resolve('done'))).toBe('done');
  });
});
