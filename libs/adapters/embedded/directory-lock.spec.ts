import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { aDirectory, cleanUp, openLog } from './embedded.fixtures';
import { DirectoryLock, DirectoryLocked } from './directory-lock';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await cleanUp();
});

/** A process that does nothing until it is killed. */
async function aProcess(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child as ChildProcess & { pid: number };
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

const startTicksOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
};

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const pidNamespace = readlinkSync('/proc/self/ns/pid');

function leaveLock(directory: string, owner: object): void {
  writeFileSync(
    join(directory, 'LOCK'),
    JSON.stringify({ host: hostname(), boot, pidNamespace, startTicks: null, since: '2026-01-01T00:00:00.000Z', nonce: 'x', ...owner }),
  );
}

/** The program of a process that acquires each directory it reads of, and says what came of it. */
const COMPILED = `
  require('@swc/core');
  const { transformFileSync } = require('@swc/core');
  const Module = require('node:module');
  Module._extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, { swcrc: false, module: { type: 'commonjs' }, jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }).code, file);
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (name, ...rest) { return resolve.call(this, name.startsWith('@drawdown/') ? process.cwd() + '/libs/' + name.slice(10) + '/index.ts' : name, ...rest); };
  const { DirectoryLock } = require(process.cwd() + '/libs/adapters/embedded/directory-lock.ts');
  process.stdout.write('ready\\n');
  process.stdin.on('data', (line) => {
    for (const directory of String(line).trim().split(' ')) {
      let result = 'won';
      try { DirectoryLock.acquire(directory); } catch (error) { result = error.code ?? String(error); }
      process.stdout.write(result + '\\n');
    }
  });`;

/** Starts the program above. */
async function aRacer(command: string, args: readonly string[] = []) {
  const child = spawn(command, [...args, '-e', COMPILED], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  const lines = (count: number) =>
    new Promise<string[]>((resolve) => {
      const look = () => output.split('\n').length > count && resolve(output.trim().split('\n'));
      child.stdout.on('data', look);
      look();
    });
  child.stdout.on('data', (data) => (output += String(data)));
  await lines(1);
  return { race: (directories: string[]) => child.stdin.write(`${directories.join(' ')}\n`), lines };
}

describe('the lock of a data directory', () => {
  it('is refused to the process that has it, until it is released', () => {
    const directory = aDirectory();
    const lock = DirectoryLock.acquire(directory);
    expect(() => DirectoryLock.acquire(directory)).toThrow('this very process uses this directory already');
    lock.release();
    lock.release();
    const again = DirectoryLock.acquire(directory);
    lock.release(); // no longer its own: must not take the file away
    expect(() => DirectoryLock.acquire(directory)).toThrow(DirectoryLocked);
    again.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is refused while another process has it, and says which one and since when', async () => {
    const directory = aDirectory();
    const holder = await aProcess();
    leaveLock(directory, { pid: holder.pid, startTicks: startTicksOf(holder.pid) });
    expect(() => DirectoryLock.acquire(directory)).toThrow(
      `process ${holder.pid} on host ${hostname()}, running since 2026-01-01T00:00:00.000Z, uses this directory. Stop it, or choose another directory`,
    );
  });

  it('is taken over when its process was killed', async () => {
    const directory = aDirectory();
    const holder = await aProcess();
    leaveLock(directory, { pid: holder.pid, startTicks: startTicksOf(holder.pid) });
    await killed(holder);
    const lock = DirectoryLock.acquire(directory);
    expect(JSON.parse(readFileSync(join(directory, 'LOCK'), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is taken over when its pid belongs to a process that began later, or to this one', async () => {
    const directory = aDirectory();
    const other = await aProcess();
    leaveLock(directory, { pid: other.pid, startTicks: '1' });
    DirectoryLock.acquire(directory).release();
    leaveLock(directory, { pid: process.pid, startTicks: '1' });
    DirectoryLock.acquire(directory).release();
  });

  it('is taken over when the machine has been started anew', () => {
    const directory = aDirectory();
    leaveLock(directory, { pid: process.pid, startTicks: startTicksOf(process.pid), boot: 'an earlier run' });
    DirectoryLock.acquire(directory).release();
  });

  it('is taken over from another container when the machine has been started anew', () => {
    const directory = aDirectory();
    leaveLock(directory, { pid: 1, pidNamespace: 'pid:[1]', boot: 'an earlier run' });
    DirectoryLock.acquire(directory).release();
  });

  it.each([
    ['another container of the same host name', { pidNamespace: 'pid:[1]' }],
    ['a process that did not say in which container it runs', { pidNamespace: undefined }],
  ])('is never taken from %s, whatever its pid means here, and says what to do', async (_, owner) => {
    const directory = aDirectory();
    const gone = await aProcess();
    await killed(gone);
    for (const pid of [gone.pid, process.pid, 1]) {
      leaveLock(directory, { pid, startTicks: '1', ...owner });
      const left = readFileSync(join(directory, 'LOCK'), 'utf8');
      expect(() => DirectoryLock.acquire(directory)).toThrow(
        'in another container (pid namespace), where it cannot be seen from here. Stop it; when you are sure that it is gone, remove that file',
      );
      expect(readFileSync(join(directory, 'LOCK'), 'utf8')).toBe(left);
      expect(readdirSync(directory)).toEqual(['LOCK']);
    }
  });

  // Only root or a kernel that lets everybody make namespaces can put a process into one; elsewhere the records above stand for it.
  const unshare = ['-Urpf', '--mount-proc'];
  const canUnshare = spawnSync('unshare', [...unshare, 'true']).status === 0;
  if (canUnshare)
    it('is refused to pid 1 of a container while pid 1 of another, which it cannot see, has it', async () => {
      const directory = aDirectory();
      const inContainer = () => aRacer('unshare', [...unshare, '--kill-child', process.execPath]);
      const [first, second] = [await inContainer(), await inContainer()];
      first.race([directory]);
      expect(await first.lines(2)).toEqual(['ready', 'won']);
      expect(JSON.parse(readFileSync(join(directory, 'LOCK'), 'utf8'))).toMatchObject({ pid: 1, host: hostname(), boot });
      second.race([directory]);
      expect(await second.lines(2)).toEqual(['ready', 'directory_locked']);
    }, 60_000);

  it('is never taken from another host, and says what to do', () => {
    const directory = aDirectory();
    leaveLock(directory, { pid: 1, host: 'another-host' });
    expect(() => DirectoryLock.acquire(directory)).toThrow('If that host or container is gone for good, remove that file');
  });

  it('is not taken when the file is something else', () => {
    const directory = aDirectory();
    writeFileSync(join(directory, 'LOCK'), 'mine');
    expect(() => DirectoryLock.acquire(directory)).toThrow('is not a lock file of this program');
    expect(readFileSync(join(directory, 'LOCK'), 'utf8')).toBe('mine');
  });

  it('is taken over even when the one before was killed while taking over', async () => {
    const directory = aDirectory();
    const dead = await aProcess();
    const owner = { pid: dead.pid, startTicks: startTicksOf(dead.pid) };
    leaveLock(directory, owner);
    writeFileSync(join(directory, 'LOCK.takeover'), readFileSync(join(directory, 'LOCK')));
    await killed(dead);
    const lock = DirectoryLock.acquire(directory);
    expect(existsSync(join(directory, 'LOCK.takeover'))).toBe(false);
    lock.release();
  });

  it('goes to exactly one of several processes that find a stale one', async () => {
    const racers = await Promise.all(Array.from({ length: 4 }, () => aRacer(process.execPath)));
    const dead = await aProcess();
    const owner = { pid: dead.pid, startTicks: startTicksOf(dead.pid) };
    await killed(dead);
    const directories = Array.from({ length: 50 }, () => aDirectory());
    for (const directory of directories) leaveLock(directory, owner);
    for (const racer of racers) racer.race(directories);
    const results = await Promise.all(racers.map(async ({ lines }) => (await lines(1 + directories.length)).slice(1)));
    directories.forEach((_, i) => {
      expect(results.filter((result) => result[i] === 'won')).toHaveLength(1);
      expect(results.filter((result) => result[i] === 'directory_locked')).toHaveLength(3);
    });
  }, 60_000);

  it('guards the embedded log', async () => {
    const directory = aDirectory();
    const log = await openLog({ directory });
    await expect(openLog({ directory })).rejects.toThrow(DirectoryLocked);
    await log.close();
    await (await openLog({ directory })).close();
  });
});
