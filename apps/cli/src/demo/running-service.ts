/** A standalone service of the demo's own: an empty data folder, free ports, its log in a file. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../exit-codes';
import { ended, startApp } from '../app-process';
import { freePort } from './free-port';

const HTTP_PORT = 8080;
const GRPC_PORT = 50051;
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 25;
const LOG_LINES_SHOWN = 20;
const REMOVALS_MAX = 3;
const STARTS_MAX = 3;
const LOG_FILE = 'service.log';
const READY = '"msg":"ready"';
const PORT_TAKEN = /EADDRINUSE/;

/** The demo brings everything with it, whatever servers the terminal is set up for. */
const EMBEDDED = { EVENTSTORE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '' };

export class RunningService {
  private constructor(
    readonly url: string,
    readonly grpc: string,
    readonly folder: string,
    private readonly child: ChildProcess,
    /** Settles when the process has ended. */
    readonly ended: Promise<number>,
    private readonly keep: boolean,
  ) {
    process.once('exit', this.onExit);
    void ended.catch(() => undefined).then(() => process.off('exit', this.onExit));
  }

  /**
   * @param keep leaves the data folder behind, however the demo ends.
   * @throws Failure with the end of the service's log when it does not become ready.
   */
  static async start(keep: boolean): Promise<RunningService> {
    for (let attempt = 1; ; attempt++) {
      const service = RunningService.launch(await freePort(HTTP_PORT), await freePort(GRPC_PORT), keep);
      try {
        await service.ready();
        return service;
      } catch (fault) {
        await service.stop();
        service.remove();
        // Somebody took a port between the look and the start. It is theirs, so the next look finds another one.
        if (attempt === STARTS_MAX || !PORT_TAKEN.test(String(fault))) throw fault;
      }
    }
  }

  private static launch(http: number, grpc: number, keep: boolean): RunningService {
    const folder = mkdtempSync(join(tmpdir(), 'drawdown-demo-'));
    const log = openSync(join(folder, LOG_FILE), 'a');
    const child = startApp('standalone', {
      env: {
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(http),
        GRPC_HOST: '127.0.0.1',
        GRPC_PORT: String(grpc),
        DATA_DIR: join(folder, 'data'),
        OPS_HOST: '127.0.0.1',
        OPS_PORT: '0',
        ...EMBEDDED,
        // The demo's inbox is on this machine; otherwise no webhook may go there.
        WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      },
      output: log,
    });
    closeSync(log);
    return new RunningService(`http://127.0.0.1:${http}`, `127.0.0.1:${grpc}`, folder, child, ended(child), keep);
  }

  /** Asks it to drain and end, and waits for that. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await this.ended;
    clearTimeout(forced);
  }

  remove(): void {
    // The last write of a process that was killed may land while the folder is emptied: then it is emptied again.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: REMOVALS_MAX });
  }

  /** This process ends at once: whoever read its output has left, or it was asked twice. Nothing can be waited for. */
  private readonly onExit = (): void => {
    this.child.kill(this.keep ? 'SIGTERM' : 'SIGKILL');
    if (!this.keep) this.remove();
  };

  /** By its own log: what answers at the address may be somebody else. */
  private async ready(): Promise<void> {
    let exited = false;
    void this.ended.then(() => (exited = true));
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!this.log().some((line) => line.includes(READY))) {
      if (exited || performance.now() >= deadline)
        throw new Failure(`the service did not become ready. The end of its log:\n${this.log().slice(-LOG_LINES_SHOWN).join('\n')}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  private log(): readonly string[] {
    return readFileSync(join(this.folder, LOG_FILE), 'utf8').trimEnd().split('\n');
  }
}
