import type { RedisScript } from '../shared-state/hot-redis.js';

/*
 * The rules of MemoryLimitStore in Redis, where all processes meet; a test runs one list of acts against both. Redis
 * says what time it is. Numbers of Lua are doubles: nano-USD are exact up to nine million dollars, and budgets end
 * long before. Keys of a subject, in this order:
 *
 * 1 hash   second -> requests
 * 2 hash   second -> tokens
 * 3 zset   call under way -> when its lease ends (ms)
 * 4 hash   call under way -> `reserve:atMost` (nano-USD)
 * 5 hash   spending of the day; 6 of the month:
 *          base, asof: what the database has recorded, and when; tail: sum of the others; c:<call> -> one of those
 */
export const KEYS_PER_SUBJECT = 6;

const COMMON = `
local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000), tonumber(t[1])
end

local function whole(number)
  return string.format('%.0f', number)
end

local function keysOf(subject)
  local first = (subject - 1) * ${KEYS_PER_SUBJECT}
  return { requests = KEYS[first + 1], tokens = KEYS[first + 2], leases = KEYS[first + 3],
           money = KEYS[first + 4], day = KEYS[first + 5], month = KEYS[first + 6] }
end

local function hold(keys, call, reserve, atMost, now, leaseMs)
  redis.call('ZADD', keys.leases, whole(now + leaseMs), call)
  redis.call('HSET', keys.money, call, reserve .. ':' .. atMost)
  redis.call('PEXPIRE', keys.leases, leaseMs * 4)
  redis.call('PEXPIRE', keys.money, leaseMs * 4)
end
`;

/** KEYS: six for each subject. ARGV[1]: call, tokens, leaseMs, subjects. */
export const ADMIT: RedisScript = {
  name: 'ccsLimitsAdmit',
  lua: `${COMMON}
local asked = cjson.decode(ARGV[1])
local now, second = clock()

local function window(key)
  local flat = redis.call('HGETALL', key)
  local used, seconds = 0, {}
  for i = 1, #flat, 2 do
    local at, amount = tonumber(flat[i]), tonumber(flat[i + 1])
    if (at + 61) * 1000 <= now then
      redis.call('HDEL', key, flat[i])
    else
      used = used + amount
      seconds[#seconds + 1] = { at, amount }
    end
  end
  table.sort(seconds, function(a, b) return a[1] < b[1] end)
  return { used = used, seconds = seconds }
end

local function waitFor(win, amount, limit)
  local excess = win.used + math.min(amount, limit) - limit
  if excess <= 0 then return 0 end
  for _, each in ipairs(win.seconds) do
    excess = excess - each[2]
    if excess <= 0 then return (each[1] + 61) * 1000 - now end
  end
  return 0
end

local function resetOf(win)
  if #win.seconds == 0 then return 0 end
  return (win.seconds[#win.seconds][1] + 61) * 1000 - now
end

local states, refusal = {}, nil
for i, subject in ipairs(asked.subjects) do
  local keys = keysOf(i)
  local gone = redis.call('ZRANGEBYSCORE', keys.leases, '-inf', whole(now), 'LIMIT', 0, 1000)
  if #gone > 0 then
    redis.call('ZREM', keys.leases, unpack(gone))
    redis.call('HDEL', keys.money, unpack(gone))
  end
  local state = { keys = keys, calls = redis.call('ZCARD', keys.leases), reserved = 0, atMost = 0, spent = {},
                  requests = window(keys.requests), tokens = window(keys.tokens) }
  states[i] = state
  if #subject.budgets > 0 then
    for _, held in ipairs(redis.call('HVALS', keys.money)) do
      local reserve, atMost = string.match(held, '(%d+):(%d+)')
      state.reserved = state.reserved + tonumber(reserve)
      state.atMost = state.atMost + tonumber(atMost)
    end
  end
  for _, budget in ipairs(subject.budgets) do
    local kept = redis.call('HMGET', keys[budget.kind], 'base', 'tail')
    if not kept[1] then return '{"kind":"spend_unknown"}' end
    state.spent[budget.kind] = tonumber(kept[1]) + tonumber(kept[2] or '0')
  end
end

local function problemOf(subject, state)
  for _, budget in ipairs(subject.budgets) do
    local spent, most = state.spent[budget.kind], tonumber(budget.budget)
    if spent >= most then return 'budget_spent', budget.endsAtMs - now end
    if state.calls > 0 and spent + state.atMost + tonumber(subject.reserve) > most then
      return 'budget_busy', 1000
    end
  end
  if subject.maxConcurrency and state.calls >= subject.maxConcurrency then return 'concurrency', 1000 end
  if subject.requestsPerMinute then
    local wait = waitFor(state.requests, 1, subject.requestsPerMinute)
    if wait > 0 then return 'requests', wait end
  end
  if subject.tokensPerMinute then
    local wait = waitFor(state.tokens, asked.tokens, subject.tokensPerMinute)
    if wait > 0 then return 'tokens', wait end
  end
  return nil
end

for i, subject in ipairs(asked.subjects) do
  local limit, wait = problemOf(subject, states[i])
  if limit then
    refusal = { subject = i - 1, limit = limit, retryAfterMs = wait }
    break
  end
end

local function add(win, key, amount)
  redis.call('HINCRBY', key, whole(second), whole(amount))
  redis.call('EXPIRE', key, 65)
  local last = win.seconds[#win.seconds]
  if last and last[1] == second then last[2] = last[2] + amount
  else win.seconds[#win.seconds + 1] = { second, amount } end
  win.used = win.used + amount
end

if not refusal then
  for i, subject in ipairs(asked.subjects) do
    local state = states[i]
    if subject.requestsPerMinute then add(state.requests, state.keys.requests, 1) end
    if subject.tokensPerMinute then add(state.tokens, state.keys.tokens, asked.tokens) end
    hold(state.keys, asked.call, subject.reserve, subject.atMost, now, asked.leaseMs)
    state.calls = state.calls + 1
    if #subject.budgets > 0 then state.reserved = state.reserved + tonumber(subject.reserve) end
  end
end

local standings = {}
for i, state in ipairs(states) do
  local spent = {}
  for kind, amount in pairs(state.spent) do spent[kind] = whole(amount) end
  standings[i] = { requests = state.requests.used, tokens = state.tokens.used,
                   requestsResetMs = resetOf(state.requests), tokensResetMs = resetOf(state.tokens),
                   concurrency = state.calls, reserved = whole(state.reserved),
                   day = spent.day, month = spent.month }
end
return cjson.encode({ kind = refusal and 'refused' or 'admitted', second = second, refusal = refusal,
                      standings = standings })
`,
};

/** KEYS: six for each subject of one call. ARGV[1]: call, second, tokensDelta, cost, kinds, keepUntilMs. */
export const SETTLE: RedisScript = {
  name: 'ccsLimitsSettle',
  lua: `${COMMON}
local ended = cjson.decode(ARGV[1])
local slot = whole(ended.second)
for i = 1, #KEYS / ${KEYS_PER_SUBJECT} do
  local keys = keysOf(i)
  redis.call('HDEL', keys.money, ended.call)
  if redis.call('ZREM', keys.leases, ended.call) == 1 and ended.tokensDelta ~= 0 then
    local present = redis.call('HGET', keys.tokens, slot)
    if present then
      redis.call('HINCRBY', keys.tokens, slot, whole(math.max(-tonumber(present), ended.tokensDelta)))
    end
  end
  if ended.cost ~= '0' then
    for _, kind in ipairs(ended.kinds) do
      local known = redis.call('HGET', keys[kind], 'c:' .. ended.call)
      redis.call('HSET', keys[kind], 'c:' .. ended.call, ended.cost)
      redis.call('HINCRBY', keys[kind], 'tail', whole(tonumber(ended.cost) - tonumber(known or '0')))
      redis.call('PEXPIREAT', keys[kind], whole(ended.keepUntilMs[kind]))
    end
  end
end
return '{}'
`,
};

/** KEYS: six for each subject of one call. ARGV[1]: call, leaseMs, subjects with reserve and atMost. */
export const RENEW: RedisScript = {
  name: 'ccsLimitsRenew',
  lua: `${COMMON}
local held = cjson.decode(ARGV[1])
local now = clock()
for i, subject in ipairs(held.subjects) do
  hold(keysOf(i), held.call, subject.reserve, subject.atMost, now, held.leaseMs)
end
return '{}'
`,
};

/** KEYS[1]: one spending. ARGV[1]: everyMs. The settled calls in it; `null` when somebody asked just now. */
export const UNRECORDED: RedisScript = {
  name: 'ccsLimitsUnrecorded',
  lua: `${COMMON}
local asked = cjson.decode(ARGV[1])
local now = clock()
local kept = redis.call('HMGET', KEYS[1], 'base', 'asked')
if kept[1] and kept[2] and now - tonumber(kept[2]) < asked.everyMs then return 'null' end
redis.call('HSET', KEYS[1], 'asked', whole(now))
redis.call('PEXPIREAT', KEYS[1], whole(asked.keepUntilMs))
local calls = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'c:' then calls[#calls + 1] = string.sub(field, 3) end
  if #calls == 5000 then break end
end
if #calls == 0 then return '[]' end
return cjson.encode(calls)
`,
};

/** KEYS[1]: one spending. ARGV[1]: base, asof, recorded, keepUntilMs. */
export const PUT_RECORDED: RedisScript = {
  name: 'ccsLimitsPutRecorded',
  lua: `${COMMON}
local put = cjson.decode(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'base', 'asof')
if kept[1] and tonumber(kept[2]) >= put.asof then return '{}' end
redis.call('HSET', KEYS[1], 'base', put.base, 'asof', whole(put.asof))
for _, call in ipairs(put.recorded) do
  local cost = redis.call('HGET', KEYS[1], 'c:' .. call)
  if cost then
    redis.call('HDEL', KEYS[1], 'c:' .. call)
    redis.call('HINCRBY', KEYS[1], 'tail', '-' .. cost)
  end
end
redis.call('PEXPIREAT', KEYS[1], whole(put.keepUntilMs))
return '{}'
`,
};

/** KEYS[1]: zset of processes. ARGV[1]: self, leaseMs. How many there are. */
export const COUNT_REPLICAS: RedisScript = {
  name: 'ccsLimitsReplicas',
  lua: `${COMMON}
local asked = cjson.decode(ARGV[1])
local now = clock()
redis.call('ZADD', KEYS[1], whole(now + asked.leaseMs), asked.self)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
redis.call('PEXPIRE', KEYS[1], asked.leaseMs * 4)
return cjson.encode(redis.call('ZCARD', KEYS[1]))
`,
};

export const LIMIT_SCRIPTS: readonly RedisScript[] = [
  ADMIT,
  SETTLE,
  RENEW,
  UNRECORDED,
  PUT_RECORDED,
  COUNT_REPLICAS,
];
