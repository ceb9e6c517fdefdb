/** `drawdown verify` of a data folder, as a process of its own: every event of the log, and every figure that was derived from it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Result, timed } from '../measure/figures';
import { usedBy } from '../measure/processes';

const CLI = join(__dirname, '../../../apps/cli/src/main.js');

/** @param events of the log */
export async function verified(folder: string, events: number, lines: number): Promise<Result> {
  const before = usedBy([process.pid]).cpuMicros;
  const { ms, result } = await timed(async () => {
    const child = spawn(process.execPath, [CLI, 'verify', '--data-dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { said: await text(child.stdout), code: await exited };
  });
  if (result.code !== 0) throw new Error(`verify ended with ${result.code}: ${result.said}`);
  // The process has ended, so its time is in that of this process, which only waited.
  const cpuMicros = (usedBy([process.pid]).cpuMicros - before) / events;
  const perSecond = (events * 1_000) / ms;
  const note = `${(ms / 1_000).toFixed(1)} s for ${events.toLocaleString('en')} events with ${lines.toLocaleString('en')} lines of usage`;
  return { name: 'verify of a log', unit: 'events of the log', perSecond, windows: [perSecond], cpuMicros, note };
}
