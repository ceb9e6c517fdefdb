/** Derived state in Redis. Several processes share one prefix; each finds out by itself when what it relies on is lost. */
import type { Instant } from '@drawdown/domain/amounts';
import type { AppliedKey, Changes, Document, FoundKeys, KeyPlace, ListOptions, Projections } from '@drawdown/engine/derived-state';
import { DerivedStateLost, Fault } from '@drawdown/engine/event-store';
import { probeRedis } from './probe';
import { checkpointText, documentBody, packFingerprints, packKeys, readDocument } from './records';
import { type Argument, type ConnectionFigures, RedisConnection, type Reply } from './redis-connection';
import { Attachment } from './attachment';
import * as scripts from './scripts';
import { newEpoch, type Shard, shardOf, shardsOf } from './shards';

export const PREFIX_DEFAULT = 'drawdown';
const SHARDS_MAX = 64;
/** Asked for or moved by one script: some milliseconds, in which Redis does nothing else. */
const FOUND_AT_ONCE = 1_000;
const LISTED_AT_ONCE = 1_000;
const SAVED_DOCUMENTS_AT_ONCE = 500;
const SAVED_KEYS_AT_ONCE = 2_000;
/** A server that may not be used is looked at again after this. */
const CHECKED_AGAIN_AFTER_MS = 1_000;
/** A process that attached longer ago than this has to attach anew, which costs it one catch-up. */
const PROCESS_KEPT_MS = 30 * 24 * 3_600_000;

interface RedisProjectionsOptions {
  /** redis://, rediss://, redis-cluster:// or rediss-cluster:// */
  readonly url: string;
  /** What all keys begin with. One log, one prefix. */
  readonly prefix?: string;
  /** Hash tags that streams are spread over; more than one only helps on a cluster. Default 1. */
  readonly shards?: number;
  readonly timeoutMs?: number;
  /** `probe` calls it with risks that it could not check. */
  readonly warn?: (message: string) => void;
}

interface RedisFigures extends ConnectionFigures {
  readonly attached: boolean;
  /** How often what this process relied on was found to be lost. */
  readonly losses: number;
}

/** What one stream brings to a save. */
interface Unit {
  readonly stream: string;
  readonly keys: AppliedKey[];
  document?: Document;
}

export class RedisProjections implements Projections {
  private readonly connection: RedisConnection;
  private readonly shards: readonly Shard[];
  private attachment: Attachment | undefined;
  private losses = 0;
  /** Why this server may not be used, if so. */
  private unfit: Fault | undefined;
  private checkedAt = 0;
  private lost: () => void = () => undefined;
  private readonly sweeping = new Set<string>();

  private constructor(private readonly options: RedisProjectionsOptions) {
    const { url, prefix = PREFIX_DEFAULT, shards = 1, timeoutMs } = options;
    if (!/^[\w.:-]+$/.test(prefix)) throw new RangeError(`REDIS_PREFIX: "${prefix}" may hold letters, digits and _ . : - only`);
    if (!Number.isInteger(shards) || shards < 1 || shards > SHARDS_MAX)
      throw new RangeError(`REDIS_SHARDS: a whole number from 1 to ${SHARDS_MAX}, not ${shards}`);
    this.shards = shardsOf(prefix, shards);
    this.connection = new RedisConnection(url, timeoutMs);
    // A server that came back may have lost what was saved last. Idle, this process would not hear of it until somebody asks.
    this.connection.onReady(() => void this.look().catch(() => undefined));
    // It may be another server than before, behind the same address.
    this.connection.onReady(() => void this.checkFitness());
  }

  /** Does not wait for the server. @throws RangeError for a prefix or a number of shards that cannot be. */
  static open(options: RedisProjectionsOptions): RedisProjections {
    return new RedisProjections(options);
  }

  /** @throws Fault saying what is wrong, the variable and the remedy; DerivedStateUnavailable when it may be right later. */
  probe(): Promise<void> {
    return probeRedis(this.connection, this.options.warn);
  }

  figures(): RedisFigures {
    return { ...this.connection.figures, attached: this.attachment !== undefined && !this.attachment.isLost, losses: this.losses };
  }

  attach(lost?: () => void): Promise<void> {
    if (lost) this.lost = lost;
    return this.attachTo('');
  }

  async load(stream: string): Promise<Document | undefined> {
    const shard = shardOf(stream, this.shards.length);
    const stored = await this.relying(shard, scripts.LOAD, [stream], (reply) => reply !== null);
    return stored === null ? undefined : readDocument(stream, bytesOf(stored));
  }

  async list({ prefix, after, limit }: ListOptions): Promise<readonly Document[]> {
    const found = await Promise.all(this.shards.map((_, shard) => this.listShard(shard, prefix, after, limit)));
    const all = found.length === 1 ? found[0]! : found.flat().sort((a, b) => Buffer.compare(a.name, b.name));
    return all.slice(0, limit).map(({ name, stored }) => readDocument(name.toString(), stored));
  }

  async find(fingerprints: ArrayLike<number>): Promise<FoundKeys> {
    const places = new Map<number, KeyPlace[]>();
    const asked: Promise<void>[] = [];
    for (let from = 0; from < fingerprints.length; from += FOUND_AT_ONCE) {
      const packed = packFingerprints(fingerprints, from, Math.min(from + FOUND_AT_ONCE, fingerprints.length));
      for (const shard of this.shards.keys())
        asked.push(
          this.relying(shard, scripts.FIND, [packed]).then((reply) => {
            const found = listOf(reply);
            for (let i = 0; i < found.length; i += 3) {
              const index = from + Number(found[i]);
              const place = { revision: Number(found[i + 1]), stream: textOf(found[i + 2] ?? null) };
              const others = places.get(index);
              if (others) others.push(place);
              else places.set(index, [place]);
            }
          }),
        );
    }
    await Promise.all(asked);
    return places;
  }

  /** Whole for each stream, and its shard's checkpoint with or after it. @throws RangeError for what cannot be stored. */
  async save({ documents, keys, checkpoint }: Changes): Promise<void> {
    const byShard = this.shards.map(() => new Map<string, Unit>());
    const unitOf = (stream: string): Unit => {
      const units = byShard[shardOf(stream, this.shards.length)]!;
      let unit = units.get(stream);
      if (!unit) units.set(stream, (unit = { stream, keys: [] }));
      return unit;
    };
    for (const key of keys) unitOf(key.stream).keys.push(key);
    for (const document of documents) {
      const unit = unitOf(document.stream);
      if (!unit.document || unit.document.revision < document.revision) unit.document = document;
    }
    const calls = byShard.map((units) => argumentsOf([...units.values()], checkpointText(checkpoint)));
    await Promise.all(calls.map((scriptsOfShard, shard) => this.saveShard(shard, scriptsOfShard)));
  }

  /** What every shard has: a shard that was emptied takes it back to the beginning. */
  async checkpoint(): Promise<bigint> {
    const found = await Promise.all(this.shards.map((_, shard) => this.relying(shard, scripts.CHECKPOINT, [], () => true)));
    const all = found.map((reply) => (reply === null ? -1n : BigInt(textOf(reply))));
    return all.reduce((least, one) => (one < least ? one : least));
  }

  async due(at: Instant, limit: number): Promise<readonly { readonly stream: string; readonly dueAt: Instant }[]> {
    const found = await Promise.all(this.shards.map((_, shard) => this.relying(shard, scripts.DUE, [at, limit])));
    const all = found.flatMap((reply) => {
      const texts = textsOf(reply);
      return Array.from({ length: texts.length / 2 }, (_, i) => ({ stream: texts[2 * i]!, dueAt: Number(texts[2 * i + 1]) as Instant }));
    });
    if (found.length > 1) all.sort((a, b) => a.dueAt - b.dueAt || Buffer.compare(Buffer.from(a.stream), Buffer.from(b.stream)));
    return all.slice(0, limit);
  }

  async forget(now: Instant): Promise<number> {
    let forgotten = 0;
    for (const shard of this.shards.keys())
      for (let bucket = 0; bucket < scripts.KEY_BUCKETS;) {
        const [next, dropped] = listOf(await this.relying(shard, scripts.FORGET, [now, bucket]));
        bucket = Number(next);
        forgotten += Number(dropped);
      }
    return forgotten;
  }

  /** For everybody: other processes find that what they rely on is lost, and attach anew. */
  async clear(): Promise<void> {
    try {
      // Cleared in part is lost: until all of it is, nothing is answered.
      await this.attachTo(scripts.ANEW);
    } catch (fault) {
      this.reportLost();
      throw fault;
    }
  }

  close(): Promise<void> {
    this.attachment?.retire();
    return this.connection.close();
  }

  /** @param anew `ANEW`: nothing of what is there. '': what is there, where it can be believed */
  private async attachTo(anew: typeof scripts.ANEW | ''): Promise<void> {
    // What is on its way under the old one is not believed any more: memory was emptied before this was called.
    this.attachment?.retire();
    const epochs: string[] = [];
    const attachment: Attachment = new Attachment(epochs, () => this.reportLost());
    const oldest = Date.now() - PROCESS_KEPT_MS;
    for (const shard of this.shards) {
      const args = [attachment.id, newEpoch(), oldest, anew, shard.base];
      const [epoch, ...over] = textsOf(await this.connection.run(scripts.ATTACH, [shard.processes, shard.meta], args));
      epochs.push(epoch ?? '');
      for (const old of over) void this.sweep(shard, old).catch(() => undefined);
    }
    // Another call may have been faster: one of the two holds.
    this.attachment?.retire();
    this.attachment = attachment;
  }

  private async checkFitness(): Promise<void> {
    this.checkedAt = Date.now();
    try {
      await probeRedis(this.connection);
      this.unfit = undefined;
    } catch (fault) {
      // The calls report what passes by itself.
      if (fault instanceof Fault && !fault.retriable) this.unfit = fault;
    }
  }

  /** Asked again now and then: it may have been fixed under way. @throws RedisUnfit */
  private async assertFit(): Promise<void> {
    if (Date.now() - this.checkedAt >= CHECKED_AGAIN_AFTER_MS) await this.checkFitness();
    if (this.unfit) throw this.unfit;
  }

  private reportLost(): void {
    this.losses += 1;
    this.lost();
  }

  /** Is everything still there that this process relies on? */
  private async look(): Promise<void> {
    await Promise.all(this.shards.map((_, shard) => this.relying(shard, scripts.DUE, [0, 0])));
  }

  private async listShard(shard: number, prefix: string, after: string | undefined, limit: number) {
    const found: { readonly name: Buffer; readonly stored: Buffer }[] = [];
    let last: Buffer | undefined =
      after === undefined || Buffer.compare(Buffer.from(after), Buffer.from(prefix)) < 0 ? undefined : Buffer.from(after);
    const end = prefix === '' ? '+' : Buffer.concat([Buffer.from(`(${prefix}`), AFTER_ALL]);
    while (found.length < limit) {
      const wanted = Math.min(LISTED_AT_ONCE, limit - found.length);
      const begin: Argument = last ? Buffer.concat([Buffer.from('('), last]) : prefix === '' ? '-' : `[${prefix}`;
      const page = listOf(await this.relying(shard, scripts.LIST, [begin, end, wanted]));
      for (let i = 0; i < page.length; i += 2) found.push({ name: bytesOf(page[i] ?? null), stored: bytesOf(page[i + 1] ?? null) });
      if (page.length < 2 * wanted) break;
      last = found.at(-1)?.name;
    }
    return found;
  }

  private async saveShard(shard: number, calls: readonly (readonly Argument[])[]): Promise<void> {
    for (const args of calls) await this.relying(shard, scripts.SAVE, args, () => true);
  }

  /**
   * Runs a script in a shard, if all that this process relies on there is still there.
   * @param relied decides by the answer whether the process relies on more from now on
   */
  private async relying(
    shard: number,
    script: scripts.Script,
    args: readonly Argument[],
    relied: (reply: Reply) => boolean = () => false,
  ): Promise<Reply> {
    const { attachment } = this;
    if (this.unfit) await this.assertFit();
    if (!attachment) throw new DerivedStateLost('derived state has not been attached yet');
    attachment.assertHeld();
    const { processes, meta, space } = this.shards[shard]!;
    const number = attachment.nextNumber(shard);
    try {
      const head = [attachment.id, attachment.expected(shard), number, space(attachment.epochs[shard]!)];
      const reply = await this.connection.run(script, [processes, meta], [...head, ...args]);
      // Attached anew, or lost, while it was on its way: memory has been emptied of what this answer would be added to.
      attachment.assertHeld();
      if (relied(reply)) attachment.acknowledge(shard, number);
      return reply;
    } catch (fault) {
      if (fault instanceof DerivedStateLost) attachment.lose();
      throw fault;
    }
  }

  /** Once at a time for each epoch: several attachments in a row find the same old epochs. */
  private async sweep({ processes, meta, space }: Shard, epoch: string): Promise<void> {
    const begin = space(epoch);
    if (this.sweeping.has(begin)) return;
    this.sweeping.add(begin);
    try {
      for (let at = 0; at >= 0;) at = Number(await this.connection.run(scripts.SWEEP, [processes, meta], [epoch, begin, at]));
    } finally {
      this.sweeping.delete(begin);
    }
  }
}

/** UTF-8 never holds this byte, so it ends the range of all names that begin alike. */
const AFTER_ALL = Buffer.from([0xff]);

/** The calls of one shard's part of a save: keys never after the document they belong to, the checkpoint last. */
function argumentsOf(units: readonly Unit[], checkpoint: string): Argument[][] {
  const calls: Argument[][] = [];
  let call: Argument[] = [];
  let weight = 0;
  for (const { stream, keys, document } of units) {
    for (let from = 0; from < keys.length || from === 0; from += SAVED_KEYS_AT_ONCE) {
      const some = keys.slice(from, from + SAVED_KEYS_AT_ONCE);
      const last = document !== undefined && from + SAVED_KEYS_AT_ONCE >= keys.length;
      const added = some.length / SAVED_KEYS_AT_ONCE + (last ? 1 / SAVED_DOCUMENTS_AT_ONCE : 0);
      if (weight > 0 && weight + added > 1) {
        calls.push(['', ...call]);
        call = [];
        weight = 0;
      }
      call.push(stream, packKeys(some), last ? documentBody(document) : '', last && document.dueAt !== undefined ? document.dueAt : '');
      weight += added;
    }
  }
  if (call.length > 0 || checkpoint !== '') calls.push([checkpoint, ...call]);
  return calls;
}

const listOf = (reply: Reply): readonly Reply[] => (Array.isArray(reply) ? (reply as readonly Reply[]) : []);
const bytesOf = (reply: Reply): Buffer => (Buffer.isBuffer(reply) ? reply : Buffer.from(textOf(reply)));
const textOf = (reply: Reply): string =>
  Buffer.isBuffer(reply) ? reply.toString() : typeof reply === 'number' || typeof reply === 'string' ? `${reply}` : '';
const textsOf = (reply: Reply): string[] => listOf(reply).map(textOf);
