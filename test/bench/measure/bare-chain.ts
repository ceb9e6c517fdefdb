/**
 * The bare chain: what any program in this runtime has to do at the least for a usage event, with nothing of a ledger in it.
 * Batches of 100 as bytes -> JSON.parse -> a sum per customer -> one write and one fdatasync per batch of batches -> the sums
 * queryable in a map. The calibration of a run: other figures are ratios to it, because the machine's speed moves.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, type Result } from './figures';
import { batch } from '../load/usage-bodies';

const BATCH = 100;
/** Batches that share one write and sync, as many as the service's load keeps in flight. */
const TOGETHER = 16;

export function bareChain(windows = 5, windowMs = 1_000): Result {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-bare-'));
  const file = openSync(join(folder, 'log'), 'w');
  const balances = new Map<string, bigint>();
  const bodies = Array.from({ length: 200 }, (_, i) => Buffer.from(batch(i * BATCH, BATCH, (n) => n % 1_000, '2026-01-01T00:00:00.000Z')));
  const rates: number[] = [];
  let cpu = 0;
  let counted = 0;
  for (let window = -1; window < windows; window++) {
    const began = performance.now();
    const used = process.cpuUsage();
    let events = 0;
    for (let i = 0; performance.now() - began < windowMs; i += TOGETHER) {
      const written: Buffer[] = [];
      for (let k = 0; k < TOGETHER; k++) {
        const body = bodies[(i + k) % bodies.length]!;
        for (const { subject, data } of JSON.parse(body.toString()) as {
          subject: string;
          data: { input_tokens: number; output_tokens: number };
        }[]) {
          const cost = BigInt(data.input_tokens) * 1_000_000n + BigInt(data.output_tokens) * 4_000_000n;
          balances.set(subject, (balances.get(subject) ?? 0n) - cost);
          events += 1;
        }
        written.push(body);
      }
      writeSync(file, Buffer.concat(written));
      fdatasyncSync(file);
    }
    if (window < 0) continue;
    rates.push((events * 1_000) / (performance.now() - began));
    const { user, system } = process.cpuUsage(used);
    cpu += user + system;
    counted += events;
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return {
    name: 'bare chain: parse, sum, write + fdatasync',
    unit: 'usage events',
    perSecond: median(rates),
    windows: rates,
    cpuMicros: cpu / counted,
    ratio: 1,
    cpuRatio: 1,
  };
}
