/** With a double of Maven, which fails or copies as each test needs. The real one fetches the real jars for every run of the stack. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaJars } from './kafka-jars';

const path = process.env['PATH'];
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'drawdown-jars-'));
  mkdirSync(join(home, 'bin'));
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(home, { recursive: true, force: true });
});

/** @param script is run with the folder to copy to in $TO, and notes that it was called */
function maven(script: string): void {
  const text = `#!/bin/sh\nfor word; do case $word in -DoutputDirectory=*) TO=\${word#*=};; esac; done\necho called >>'${home}/calls'\n${script}\n`;
  writeFileSync(join(home, 'bin/mvn'), text, { mode: 0o755 });
  process.env['PATH'] = `${join(home, 'bin')}:${path}`;
}
const calls = (): number => readFileSync(join(home, 'calls'), 'utf8').trim().split('\n').length;
const folder = (): string => join(home, 'cache/kafka');

describe('the jars of Kafka', () => {
  it('are fetched once, and found from then on', async () => {
    maven('touch $TO/kafka_2.13-4.1.1.jar');
    expect(await kafkaJars(folder())).toBe(folder());
    expect(await kafkaJars(folder())).toBe(folder());
    expect([calls(), readdirSync(folder())]).toEqual([1, ['kafka_2.13-4.1.1.jar']]);
  });

  it('are whole for each of several that want them at once', async () => {
    maven('touch $TO/a.jar; sleep 0.1; touch $TO/kafka_2.13-4.1.1.jar');
    await Promise.all([kafkaJars(folder()), kafkaJars(folder()), kafkaJars(folder())]);
    expect(readdirSync(folder())).toEqual(['a.jar', 'kafka_2.13-4.1.1.jar']);
    expect(readdirSync(join(home, 'cache')).filter((name) => name.startsWith('fetching-'))).toEqual([]);
  });

  it('are asked for again when fetching them failed', async () => {
    maven(`[ $(wc -l <'${home}/calls') -ge 3 ] || exit 1; touch $TO/kafka_2.13-4.1.1.jar`);
    await kafkaJars(folder());
    expect(calls()).toBe(3);
  });

  it('are not made up: after the third failure it is said what Maven said, and nothing is kept', async () => {
    maven('touch $TO/half.jar; echo "no route to repo1" >&2; exit 1');
    await expect(kafkaJars(folder())).rejects.toThrow(/tried 3 times[^]*no route to repo1/);
    expect([calls(), existsSync(folder()), readdirSync(join(home, 'cache'))]).toEqual([3, false, ['fetching.lock']]);
  });

  it('without the broker among them are a failure', async () => {
    maven('touch $TO/other.jar');
    await expect(kafkaJars(folder())).rejects.toThrow('no jar of the broker was copied');
  });
});
