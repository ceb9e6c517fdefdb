import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, isAlive, memoryOf, signalTo } from './process-identity';

describe('a process', () => {
  it('is known by its number and the moment it began', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const identity = identityOf(child.pid ?? 0);
    if (!identity) throw new Error('a process that runs has an identity');
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, began: `${identity.began}0` })).toBe(false);
    signalTo({ ...identity, began: `${identity.began}0` }, 'SIGKILL');
    expect(isAlive(identity)).toBe(true);
    signalTo(identity, 'SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    signalTo(identity, 'SIGKILL');
  });

  it('says how much memory it has', () => expect(memoryOf(process.pid)).toBeGreaterThan(10));
});
