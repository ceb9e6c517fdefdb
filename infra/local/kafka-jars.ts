/** The jars of the real Apache Kafka, from Maven Central: fetched once into a folder that all processes use. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, STATE_FOLDER } from './folders';
import { findProgram, requireProgram } from './programs';

const POM = join(ROOT, 'infra/local/kafka/pom.xml');
const TRIES_MAX = 3;
/** 45 jars, 43 MB. */
const TRY_MS_MAX = 600_000;
const CHARACTERS_SHOWN = 3_000;

/** Another pom is another folder, so a change of version never mixes with what is there. */
function jarsFolder(): string {
  const hash = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12);
  return join(STATE_FOLDER, 'jars', `kafka-${hash}`);
}

/**
 * A folder with the jars of Apache Kafka in the version that the pom names. They are fetched where they are missing.
 * @throws Error naming the Debian package when Maven is missing, or with what Maven said when it failed thrice.
 */
export async function kafkaJars(folder = jarsFolder()): Promise<string> {
  if (existsSync(folder)) return folder;
  const parent = join(folder, '..');
  mkdirSync(parent, { recursive: true });
  let problem = '';
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    // A folder is there whole or not at all, whoever else fetches at this moment.
    const unfinished = mkdtempSync(join(parent, 'fetching-'));
    try {
      problem = await fetched(unfinished, folder);
      if (problem === '') return folder;
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  throw new Error(`Maven could not fetch the jars of Apache Kafka (${POM}), tried ${TRIES_MAX} times. The last time it said:\n${problem}`);
}

/** What went wrong; empty when the jars are in the folder. */
async function fetched(unfinished: string, folder: string): Promise<string> {
  const maven = requireProgram('mvn');
  const goal = [
    '-B',
    '-ntp',
    '-q',
    '-C',
    '-f',
    POM,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${unfinished}`,
  ];
  // Maven's own cache is not made for two at once. The lock is the kernel's: it goes when its holder dies.
  const flock = findProgram('flock');
  const { code, said } = flock ? await run(flock, [join(folder, '../fetching.lock'), maven, ...goal]) : await run(maven, goal);
  if (existsSync(folder)) return '';
  if (code !== 0) return `it ended with ${code ?? 'a signal'}: ${said}`;
  if (!readdirSync(unfinished).some((name) => /^kafka_.*\.jar$/.test(name))) return `no jar of the broker was copied: ${said}`;
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Somebody else was first.
    if (!existsSync(folder)) throw error;
  }
  return '';
}

const run = async (program: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TRY_MS_MAX });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-CHARACTERS_SHOWN)));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, said: signal === null ? said : `${said}\nended by ${signal} after at most ${TRY_MS_MAX} ms` }),
    );
  });
