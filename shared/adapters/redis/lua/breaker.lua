-- The breaker of one scope, for the whole fleet: the rules of shared/resilience/breaker.ts, state by state (a contract
-- test compares the two). One script decides, so that processes cannot overtake each other.
-- KEYS: 1 state of the scope (JSON), 2 hash of all breakers that are not closed: scope -> state
-- ARGV: 1 clock in ms ('' = the server's), 2 scope, 3 'lease' | 'report'
--   lease:  4 holder, 5 life of the lease in ms
--   report: 4 holder ('' = no probe), 5 good calls, 6 'full' | 'ratio' | '' (no failure), 7 the provider's wait in ms
--           ('' = none), 8 failures in a row, 9 failure ratio, 10 open time in ms, 11 random in [0, 1)
-- Returns {granted, now, state}
local WINDOW_SECONDS = 10
local MIN_CALLS = 20
local MAX_OPEN_MS = 60000
local JITTER = 0.2
local MIN_OBEYED_MS = 1000
local MAX_OBEYED_MS = 300000
local PROBES_TO_CLOSE = 3
local RAMP_MS = 10000
local FORGET_MS = 600000

local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local scope = ARGV[2]

local function closed()
  return { consecutive = 0, buckets = {}, trips = 0, goodProbes = 0 }
end

local function settle(breaker)
  if breaker.openUntilMs then
    if now >= breaker.openUntilMs + FORGET_MS then
      return closed()
    end
  elseif breaker.rampFromMs and now >= breaker.rampFromMs + RAMP_MS then
    breaker.rampFromMs = nil
    breaker.trips = 0
  end
  return breaker
end

local function is_over(breaker)
  breaker = settle(breaker)
  return not breaker.openUntilMs and not breaker.rampFromMs
end

local function save(breaker)
  local state = cjson.encode(breaker)
  local last = math.max(now, breaker.openUntilMs or 0)
  redis.call('SET', KEYS[1], state, 'PX', last - now + FORGET_MS)
  if breaker.openUntilMs or breaker.rampFromMs then
    redis.call('HSET', KEYS[2], scope, state)
    redis.call('PEXPIRE', KEYS[2], MAX_OBEYED_MS + FORGET_MS)
  else
    redis.call('HDEL', KEYS[2], scope)
  end
  return state
end

-- Opens it, and takes out of the list what nobody has looked at for long, so that it stays as long as the trouble is.
local function trip(breaker)
  local all = redis.call('HGETALL', KEYS[2])
  for i = 1, #all, 2 do
    if is_over(cjson.decode(all[i + 1])) then
      redis.call('HDEL', KEYS[2], all[i])
    end
  end
  local open_ms = math.min(MAX_OPEN_MS,
    tonumber(ARGV[10]) * 2 ^ breaker.trips * (1 - JITTER + 2 * JITTER * tonumber(ARGV[11])))
  local asked = tonumber(ARGV[7])
  if asked then
    open_ms = math.min(MAX_OBEYED_MS, math.max(MIN_OBEYED_MS, asked))
  end
  local opened = closed()
  opened.trips = breaker.trips + 1
  opened.openUntilMs = now + math.floor(open_ms)
  return opened
end

local function lease(breaker)
  if not breaker.openUntilMs then
    return 1, breaker
  end
  if now < breaker.openUntilMs then
    return 0, breaker
  end
  local probe = breaker.probe
  if probe and probe.untilMs > now and probe.holder ~= ARGV[4] then
    return 0, breaker
  end
  breaker.probe = { holder = ARGV[4], untilMs = now + tonumber(ARGV[5]) }
  return 1, breaker
end

local function judge_probe(breaker, successes, failure)
  local probe = breaker.probe
  if not probe or probe.holder ~= ARGV[4] or probe.untilMs <= now then
    return breaker
  end
  breaker.probe = nil
  if failure ~= '' then
    return trip(breaker)
  end
  if successes == 0 then
    return breaker
  end
  breaker.goodProbes = breaker.goodProbes + 1
  if breaker.goodProbes < PROBES_TO_CLOSE then
    return breaker
  end
  local ramping = closed()
  ramping.trips = breaker.trips
  ramping.rampFromMs = now
  return ramping
end

local function count_calls(breaker, successes, failure)
  local failed = failure ~= '' and 1 or 0
  if successes + failed == 0 then
    return breaker
  end
  local second = math.floor(now / 1000)
  local name = string.format('%d', second)
  local buckets = {}
  local calls, failures = successes + failed, failed
  local here = breaker.buckets[name] or { 0, 0 }
  buckets[name] = { here[1] + calls, here[2] + failed }
  for at, bucket in pairs(breaker.buckets) do
    if tonumber(at) > second - WINDOW_SECONDS then
      calls = calls + bucket[1]
      failures = failures + bucket[2]
      if at ~= name then
        buckets[at] = bucket
      end
    end
  end
  breaker.buckets = buckets
  if successes > 0 then
    breaker.consecutive = 0
  end
  if failure == 'full' then
    breaker.consecutive = breaker.consecutive + 1
  end
  if failed == 1 and (breaker.consecutive >= tonumber(ARGV[8])
    or (calls >= MIN_CALLS and failures >= tonumber(ARGV[9]) * calls)) then
    return trip(breaker)
  end
  return breaker
end

local stored = redis.call('GET', KEYS[1])
local breaker = settle(stored and cjson.decode(stored) or closed())
if ARGV[3] == 'lease' then
  local granted
  granted, breaker = lease(breaker)
  return { granted, now, save(breaker) }
end
local successes = tonumber(ARGV[5])
if breaker.openUntilMs then
  breaker = judge_probe(breaker, successes, ARGV[6])
else
  breaker = count_calls(breaker, successes, ARGV[6])
end
return { 1, now, save(breaker) }
