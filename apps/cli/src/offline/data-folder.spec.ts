import type { Message } from '@drawdown/api/contract';
import { NO_KEYS } from '@drawdown/engine/derived-state';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@drawdown/domain/amounts';
import { EmbeddedLog } from '@drawdown/adapters/embedded';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { openDataFolder, rebuild } from './data-folder';
import { verifyOffline } from './verify-offline';

describe('a data folder with a damaged log', () => {
  let directory: string;
  let place: RegExp;

  /** One byte of the first of two appends is turned; the log opens all the same, for its index knows both. */
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'drawdown-offline-'));
    const log = await EmbeddedLog.open({ directory, clock: () => instant('2026-01-01T00:00:00Z') });
    for (const revision of [0, 1])
      await log.append(
        'customer-ada',
        [{ id: `00000000-0000-8000-8000-00000000000${revision}`, type: 'Guessed', data: `{"n":${revision}}`, metadata: '{}' }],
        revision === 0 ? 'no_stream' : 0,
      );
    await log.close();
    const [name] = readdirSync(join(directory, 'log'));
    const file = join(directory, 'log', name!);
    const bytes = readFileSync(file);
    const byte = bytes.indexOf('{"n":0}');
    bytes[byte] = bytes[byte]! ^ 1;
    writeFileSync(file, bytes);
    place = new RegExp(`${name!} is damaged at byte \\d+`);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is checked up to a summary, and a finding names file and byte', async () => {
    const reports: Message[] = [];
    for await (const report of verifyOffline(directory, DEDUPE_WINDOW_MS_DEFAULT)) reports.push(report);
    const finding: unknown = { invariant: 'I10', stream: '', detail: expect.stringMatching(place) as unknown };
    expect(reports.flatMap((report) => report['finding'] ?? [])).toEqual([finding]);
    expect(reports.at(-1)).toMatchObject({ summary: { valid: false, findings: 1 } });
  });

  it('is not rebuilt from: the place is named, and what is derived stays', async () => {
    const folder = await openDataFolder(directory);
    await folder.projections.save({ documents: [{ stream: 'customer-ada', revision: 0, json: '{}' }], keys: NO_KEYS, checkpoint: -1n });
    await expect(rebuild(folder, DEDUPE_WINDOW_MS_DEFAULT)).rejects.toThrow(place);
    expect(await folder.projections.list({ prefix: 'customer-', limit: 2 })).toHaveLength(1);
    await folder.close();
  });
});
