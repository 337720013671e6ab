-- Counting by the minute, for scripts that begin with this file. The minute slides by seconds: a second counts until it is
-- whole 60 s past, so that no 60 s, wherever they begin, hold more than the limit.
-- The hash has r<second> = calls and t<second> = tokens.

local function read_minute(key, second)
  local minute = { calls = 0, tokens = 0, seconds = {}, calls_at = {}, tokens_at = {} }
  local old = {}
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local at = tonumber(string.sub(fields[i], 2))
    local count = tonumber(fields[i + 1])
    if at < second - 60 then
      old[#old + 1] = fields[i]
    else
      if not minute.calls_at[at] then
        minute.seconds[#minute.seconds + 1] = at
        minute.calls_at[at] = 0
        minute.tokens_at[at] = 0
      end
      if string.sub(fields[i], 1, 1) == 'r' then
        minute.calls_at[at] = count
        minute.calls = minute.calls + count
      else
        minute.tokens_at[at] = count
        minute.tokens = minute.tokens + count
      end
    end
  end
  if #old > 0 then
    redis.call('HDEL', key, unpack(old))
  end
  return minute
end

-- Tokens that count for a call: one that is larger than the whole limit has the whole minute.
local function weigh(tokens, max_tokens)
  if max_tokens > 0 and tokens > max_tokens then
    return max_tokens
  end
  return tokens
end

-- Ms until one more call fits; 0 = now. Limits of 0 are none.
local function minute_wait(minute, max_calls, max_tokens, tokens, time)
  local calls_used, tokens_used = minute.calls, minute.tokens
  local function has_room()
    return (max_calls == 0 or calls_used + 1 <= max_calls)
      and (max_tokens == 0 or tokens_used + tokens <= max_tokens)
  end
  if has_room() then
    return 0
  end
  table.sort(minute.seconds)
  for _, at in ipairs(minute.seconds) do
    calls_used = calls_used - minute.calls_at[at]
    tokens_used = tokens_used - minute.tokens_at[at]
    if has_room() then
      return (at + 61) * 1000 - tonumber(time[1]) * 1000 - math.floor(tonumber(time[2]) / 1000)
    end
  end
  return 1000
end

local function count_minute(key, second, tokens)
  redis.call('HINCRBY', key, 'r' .. second, 1)
  redis.call('HINCRBY', key, 't' .. second, tokens)
  redis.call('EXPIRE', key, 120)
end
