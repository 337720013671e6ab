-- Claims the idempotency key, reserves what the job may cost and use, and writes the record, its index entry and its place
-- in the open set, all or nothing (I8, I10). Begins with minute-window.lua and budget-window.lua.
-- KEYS: 1 job record, 2 idempotency claim, 3 job index of the tenant, 4 open set;
--       with admission: 5 minute of the key, 6 open jobs of the key, 7 and on: the budgets
-- ARGV: 1 job id, 2 member of the open set, 3 fingerprint ('' = no key was sent), 4 life of the claim in ms,
--       5 deadline in ms from now, 6 request, 7 key id, 8 priority, 9 model, 10 oldest job id to keep in the index,
--       11 most open jobs (0 = any), 12 admission as JSON ('' = nothing to reserve), 13 holds as JSON
-- Returns {'created', acceptedAt, deadlineAt, alerts} | {'replayed', jobId} | {'mismatch'} |
--   {'refused', by, ms until it fits (-1 = never), index of the budget}; alerts are {index of the budget, place of the
--   share, used}
-- The clock is Redis's own, so that a deadline means the same on every host.
local fingerprint = ARGV[3]
if fingerprint ~= '' then
  local held = redis.call('GET', KEYS[2])
  if held then
    local bar = string.find(held, '|', 1, true)
    if string.sub(held, bar + 1) == fingerprint then
      return { 'replayed', string.sub(held, 1, bar - 1) }
    end
    return { 'mismatch' }
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local BUSY_WAIT_MS = 1000

local max_open = tonumber(ARGV[11])
if max_open > 0 and redis.call('ZCARD', KEYS[4]) >= max_open then
  return { 'refused', 'open-jobs', BUSY_WAIT_MS, 0 }
end

local alerts = {}
if ARGV[12] ~= '' then
  local admission = cjson.decode(ARGV[12])
  local max_calls, max_tokens, max_jobs = admission.maxCalls, admission.maxTokens, admission.maxJobs
  if max_jobs > 0 and tonumber(redis.call('HGET', KEYS[6], 'open') or 0) >= max_jobs then
    return { 'refused', 'concurrent-jobs', BUSY_WAIT_MS, 0 }
  end
  local tokens = weigh(admission.tokens, max_tokens)
  if max_calls > 0 or max_tokens > 0 then
    local wait = minute_wait(read_minute(KEYS[5], tonumber(time[1])), max_calls, max_tokens, tokens, time)
    if wait > 0 then
      return { 'refused', 'minute', wait, 0 }
    end
  end
  local budgets = {}
  for i, one in ipairs(admission.budgets) do
    budgets[i] = read_budget(KEYS[6 + i], one.bucketMs, now)
    local wait = budget_wait(budgets[i], one.limit, one.bucketMs, admission.amount, now)
    if wait ~= 0 then
      return { 'refused', 'budget', wait, i - 1 }
    end
  end
  -- Nothing was written so far, and nothing is refused from here on.
  for i, one in ipairs(admission.budgets) do
    local due = reserve_budget(KEYS[6 + i], budgets[i], one.limit, one.bucketMs, one.shares, admission.amount, now)
    for _, place in ipairs(due) do
      alerts[#alerts + 1] = { i - 1, place - 1, whole(budgets[i].used + admission.amount) }
    end
  end
  if max_calls > 0 or max_tokens > 0 then
    count_minute(KEYS[5], time[1], tokens)
  end
  if max_jobs > 0 then
    redis.call('HINCRBY', KEYS[6], 'open', 1)
  end
  redis.call('HSET', KEYS[1], 'holds', ARGV[13])
end

local deadline = now + tonumber(ARGV[5])
redis.call('HSET', KEYS[1], 'request', ARGV[6], 'keyId', ARGV[7], 'priority', ARGV[8], 'model', ARGV[9],
  'acceptedAt', now, 'deadlineAt', deadline, 'acceptedSequence', 0,
  'idempotencyKey', fingerprint ~= '' and KEYS[2] or '')
if fingerprint ~= '' then
  redis.call('SET', KEYS[2], ARGV[1] .. '|' .. fingerprint, 'PX', ARGV[4])
end
redis.call('ZADD', KEYS[3], 0, ARGV[1])
redis.call('ZREMRANGEBYLEX', KEYS[3], '-', '(' .. ARGV[10])
redis.call('ZADD', KEYS[4], deadline, ARGV[2])
return { 'created', now, deadline, alerts }
