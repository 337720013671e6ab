-- The rolling window of a budget, for scripts that begin with this file: shared/core/budget-window.ts on Redis, where the
-- rules are explained. Money is whole nano-USD below 2^53, where Lua's numbers are exact.
-- The hash has reserved = open reservations, b<bucket> = booked cost, a<share> = when its alert was given.
local WINDOW_BUCKETS = 60
local RESERVED_WAIT_MS = 1000

local function whole(number)
  return string.format('%.0f', number)
end

local function read_budget(key, bucket_ms, now)
  local budget = { used = 0, buckets = {}, cost_at = {}, alerted_at = {} }
  local oldest = math.floor(now / bucket_ms) - WINDOW_BUCKETS
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local kind = string.sub(fields[i], 1, 1)
    local value = tonumber(fields[i + 1])
    if kind == 'r' then
      budget.used = budget.used + value
    elseif kind == 'a' then
      budget.alerted_at[string.sub(fields[i], 2)] = value
    else
      local bucket = tonumber(string.sub(fields[i], 2))
      if bucket >= oldest then
        budget.used = budget.used + value
        budget.buckets[#budget.buckets + 1] = bucket
        budget.cost_at[bucket] = value
      end
    end
  end
  return budget
end

-- Ms until the amount fits; 0 = now, -1 = never.
local function budget_wait(budget, limit, bucket_ms, amount, now)
  local used = budget.used + amount
  if used <= limit then
    return 0
  end
  if amount > limit then
    return -1
  end
  table.sort(budget.buckets)
  for _, bucket in ipairs(budget.buckets) do
    used = used - budget.cost_at[bucket]
    if used <= limit then
      return (bucket + WINDOW_BUCKETS + 1) * bucket_ms - now
    end
  end
  return RESERVED_WAIT_MS
end

-- Holds the amount; answers the places in `shares` whose alert is due, and marks them as given.
local function reserve_budget(key, budget, limit, bucket_ms, shares, amount, now)
  redis.call('HINCRBY', key, 'reserved', whole(amount))
  -- A hash with an open reservation must not end by itself.
  redis.call('PERSIST', key)
  local due = {}
  for place, share in ipairs(shares) do
    local name = tostring(share)
    local given = budget.alerted_at[name]
    if budget.used + amount >= share * limit
      and not (given and now - given < bucket_ms * WINDOW_BUCKETS) then
      redis.call('HSET', key, 'a' .. name, whole(now))
      due[#due + 1] = place
    end
  end
  return due
end

local function book_cost(key, bucket_ms, cost, now)
  local bucket = math.floor(now / bucket_ms)
  local booked = redis.call('HINCRBY', key, 'b' .. whole(bucket), whole(cost))
  if booked > cost then
    return
  end
  -- The first cost of a bucket: those that no longer count go.
  local old = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if string.sub(field, 1, 1) == 'b' and tonumber(string.sub(field, 2)) < bucket - WINDOW_BUCKETS then
      old[#old + 1] = field
    end
  end
  if #old > 0 then
    redis.call('HDEL', key, unpack(old))
  end
end
