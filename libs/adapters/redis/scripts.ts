/**
 * The scripts that run inside Redis. Every script touches the keys of one shard only, which share one hash tag, so all of them work on
 * a cluster. Every script but ATTACH and SWEEP first checks that the shard still has everything that this process relies on (decision 0014).
 *
 * KEYS[1] the process numbers, KEYS[2] the meta hash; ARGV[1] id of the process, ARGV[2] its number as last acknowledged, ARGV[3] the
 * number to set, ARGV[4] the prefix of the epoch's keys.
 */
import { createHash } from 'node:crypto';

export interface Script {
  readonly source: string;
  readonly sha: string;
}
const script = (source: string): Script => ({ source, sha: createHash('sha1').update(source).digest('hex') });

/** The text of the error reply about a loss. */
export const LOST_REPLY = 'DERIVEDSTATELOST';

/**
 * Keys of an epoch that only exist. A person who deletes keys one by one, in any order, soon deletes one of them. From then on nothing of
 * the epoch is used. 32 cost a script about 10 us.
 */
const SENTINELS = 32;
const SENTINEL = `
local function sentinels(space)
  local names = {}
  for i = 1, ${SENTINELS} do names[i] = space .. 'w:' .. i end
  return names
end
local function isComplete(space)
  return redis.call('EXISTS', KEYS[2], unpack(sentinels(space))) == ${SENTINELS + 1}
end
`;

const GUARD = `${SENTINEL}
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if known < tonumber(ARGV[2]) or not isComplete(ARGV[4]) then return redis.error_reply('${LOST_REPLY}') end
local function rely()
  if tonumber(ARGV[3]) > known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
end
local space = ARGV[4]
local head = space .. 'h'
`;

/** Streams named in one small hash: Redis keeps those of up to 128 short entries packed. */
const NAMES_PER_HASH = 128;
const NAME = `
local function until_(place)
  local high, low = struct.unpack('>I2I4', place, 9)
  return high * 4294967296 + low
end
local function nameKey(number) return space .. 'n:' .. math.floor(number / ${NAMES_PER_HASH}) end
`;

/**
 * Attaches a process, and begins an epoch under a new name if there is none, if the caller asks for it, or if a sentinel key or all
 * process numbers are missing. A missing key means that somebody empties the shard key by key: more may be missing, so the rest is not
 * used. Every other process then finds its number missing and attaches to the new epoch. This script both drops numbers and sets
 * that of its process, so a shard in use always has one.
 *
 * ARGV[2] name of a new epoch, ARGV[3] numbers of processes that attached before this time are dropped, ARGV[4] `ANEW` or '',
 * ARGV[5] the prefix of all keys.
 */
export const ANEW = 'anew';
export const ATTACH = script(`${SENTINEL}
local epoch = redis.call('HGET', KEYS[2], 'epoch')
if not epoch or ARGV[4] == '${ANEW}' or redis.call('EXISTS', KEYS[1]) == 0 or not isComplete(ARGV[5] .. epoch .. ':') then
  if epoch then redis.call('HSET', KEYS[2], 'old:' .. epoch, 1) end
  epoch = ARGV[2]
  redis.call('HSET', KEYS[2], 'epoch', epoch)
  redis.call('DEL', KEYS[1])
  for _, name in ipairs(sentinels(ARGV[5] .. epoch .. ':')) do redis.call('SET', name, '') end
end
for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(string.match(id, '^%d+')) < tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], id) end
end
redis.call('HSET', KEYS[1], ARGV[1], 0)
local reply = {epoch}
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.sub(field, 1, 4) == 'old:' then reply[#reply + 1] = string.sub(field, 5) end
end
return reply
`);

/**
 * ARGV[5] checkpoint or '', then four of each stream: name, keys, document or '', due time or ''. Keys come first and the document after
 * its indexes, so that even a script that is cut short leaves no document without its keys.
 */
export const SAVE = script(`${GUARD}${NAME}
local sub, call = string.sub, redis.call
for i = 6, #ARGV, 4 do
  local stream, keys, body, due = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local at = space .. 'd:' .. stream
  local stored = call('GETRANGE', at, 0, 11)
  local number, revision
  if stored == '' then
    number, revision = call('HINCRBY', head, 'n', 1), -1
    call('HSET', nameKey(number), number % ${NAMES_PER_HASH}, stream)
    call('SET', at, struct.pack('>I4d', number, -1))
  else
    number, revision = struct.unpack('>I4d', stored)
  end
  local packed = struct.pack('>I4', number)
  for k = 1, #keys, 18 do
    local bucket, field, place = space .. 'k:' .. sub(keys, k, k + 1), sub(keys, k + 2, k + 7), packed .. sub(keys, k + 8, k + 17)
    if call('HSETNX', bucket, field, place) == 0 then
      -- Of two processes with different dedupe windows the longer one decides how long a key is kept.
      local places, rest, kept = call('HGET', bucket, field), '', place
      for p = 1, #places, 14 do
        local one = sub(places, p, p + 13)
        if sub(one, 1, 8) ~= sub(place, 1, 8) then rest = rest .. one elseif until_(one) >= until_(kept) then kept = one end
      end
      if rest .. kept ~= places then call('HSET', bucket, field, rest .. kept) end
    end
  end
  if body ~= '' and struct.unpack('>d', body) > revision then
    if revision < 0 then call('ZADD', space .. 'names', 0, stream) end
    if due ~= '' then call('ZADD', space .. 'due', due, stream)
    elseif revision >= 0 then call('ZREM', space .. 'due', stream) end
    call('SET', at, packed .. body)
  end
end
if ARGV[5] ~= '' then
  local checkpoint = call('HGET', head, 'cp')
  if not checkpoint or checkpoint < ARGV[5] then call('HSET', head, 'cp', ARGV[5]) end
end
rely()
return 1
`);

/** ARGV[5] the stream. From a document on, the process relies on the keys that were saved with it. */
export const LOAD = script(`${GUARD}
local document = redis.call('GET', space .. 'd:' .. ARGV[5])
if document and select(2, struct.unpack('>I4d', document)) >= 0 then
  rely()
  return document
end
return false
`);

export const CHECKPOINT = script(`${GUARD}
rely()
return redis.call('HGET', head, 'cp')
`);

/** ARGV[5] fingerprints of eight bytes each. The answer: index, revision, stream of every place. */
export const FIND = script(`${GUARD}${NAME}
local sub, call, asked, names, found = string.sub, redis.call, ARGV[5], {}, {}
local buckets = space .. 'k:'
for p = 1, #asked, 8 do
  local places = call('HGET', buckets .. sub(asked, p, p + 1), sub(asked, p + 2, p + 7))
  if places then
    for q = 1, #places, 14 do
      local number, revision = struct.unpack('>I4I4', places, q)
      names[number] = names[number] or call('HGET', nameKey(number), number % ${NAMES_PER_HASH})
      local n = #found
      found[n + 1], found[n + 2], found[n + 3] = (p - 1) / 8, revision, names[number]
    end
  end
end
return found
`);

/** ARGV[5], ARGV[6] the range of names, ARGV[7] how many. The answer: name and document, one after the other. */
export const LIST = script(`${GUARD}
local found = {}
for i, name in ipairs(redis.call('ZRANGEBYLEX', space .. 'names', ARGV[5], ARGV[6], 'LIMIT', 0, ARGV[7])) do
  found[2 * i - 1], found[2 * i] = name, redis.call('GET', space .. 'd:' .. name)
end
return found
`);

/** ARGV[5] the moment, ARGV[6] how many. */
export const DUE = script(`${GUARD}
return redis.call('ZRANGEBYSCORE', space .. 'due', '-inf', ARGV[5], 'WITHSCORES', 'LIMIT', 0, ARGV[6])
`);

export const KEY_BUCKETS = 65_536;
/** Entries looked at in one FORGET: about 2 ms. */
const FORGET_ENTRIES = 2_000;
const FORGET_BUCKETS = 1_000;

/**
 * ARGV[5] the moment, ARGV[6] the bucket to go on at. The answer: the next one, and how many keys were dropped. Redis has a clock of its
 * own: one instance whose clock is ahead must not make keys be forgotten for all.
 */
export const FORGET = script(`${GUARD}
local sub, call, now, bucket, seen, dropped = string.sub, redis.call, tonumber(ARGV[5]), tonumber(ARGV[6]), 0, 0
now = math.min(now, tonumber(call('TIME')[1]) * 1000 + 999)
local last = bucket + ${FORGET_BUCKETS}
while bucket < ${KEY_BUCKETS} and bucket < last and seen < ${FORGET_ENTRIES} do
  local at = space .. 'k:' .. struct.pack('>I2', bucket)
  local entries = call('HGETALL', at)
  for i = 1, #entries, 2 do
    local places, kept = entries[i + 1], ''
    for p = 1, #places, 14 do
      local high, low = struct.unpack('>I2I4', places, p + 8)
      if high * 4294967296 + low > now then kept = kept .. sub(places, p, p + 13) else dropped = dropped + 1 end
    end
    if kept == '' then call('HDEL', at, entries[i]) elseif kept ~= places then call('HSET', at, entries[i], kept) end
  end
  seen, bucket = seen + #entries / 2, bucket + 1
end
return {bucket, dropped}
`);

const SWEPT_NAME_HASHES = 4;
const SWEPT_BUCKETS = 1_000;

/** Removes some keys of an epoch that is over. ARGV[1] its name, ARGV[2] the prefix of its keys, ARGV[3] the place to continue at. */
export const SWEEP = script(`${SENTINEL}
if redis.call('HGET', KEYS[2], 'epoch') == ARGV[1] or not redis.call('HGET', KEYS[2], 'old:' .. ARGV[1]) then return -1 end
local space, at = ARGV[2], tonumber(ARGV[3])
local hashes = math.floor(tonumber(redis.call('HGET', space .. 'h', 'n') or '0') / ${NAMES_PER_HASH}) + 1
if at < hashes then
  for i = at, math.min(at + ${SWEPT_NAME_HASHES}, hashes) - 1 do
    for _, name in ipairs(redis.call('HVALS', space .. 'n:' .. i)) do redis.call('UNLINK', space .. 'd:' .. name) end
    redis.call('UNLINK', space .. 'n:' .. i)
  end
  return math.min(at + ${SWEPT_NAME_HASHES}, hashes)
end
local bucket = at - hashes
for i = bucket, math.min(bucket + ${SWEPT_BUCKETS}, ${KEY_BUCKETS}) - 1 do redis.call('UNLINK', space .. 'k:' .. struct.pack('>I2', i)) end
if bucket + ${SWEPT_BUCKETS} < ${KEY_BUCKETS} then return at + ${SWEPT_BUCKETS} end
redis.call('UNLINK', space .. 'names', space .. 'due', space .. 'h', unpack(sentinels(space)))
redis.call('HDEL', KEYS[2], 'old:' .. ARGV[1])
return -1
`);

/** KEYS[1] the lease, ARGV[1] its owner, ARGV[2] milliseconds. */
export const LEASE_ACQUIRE = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);
export const LEASE_RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
