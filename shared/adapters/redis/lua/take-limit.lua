-- Counts one call against a provider's minute, if it fits. The minute slides by seconds: a second counts until it is
-- whole 60 s past, so that no 60 s, wherever they begin, hold more than the limit.
-- KEYS: 1 hash of the provider: r<second> = calls, t<second> = tokens
-- ARGV: 1 calls a minute (0 = any), 2 tokens a minute (0 = any), 3 tokens of the call
-- Returns {1, second} when it was counted, {0, ms until there is room} when not.
local max_calls = tonumber(ARGV[1])
local max_tokens = tonumber(ARGV[2])
local tokens = tonumber(ARGV[3])
if max_tokens > 0 and tokens > max_tokens then
  tokens = max_tokens
end

local time = redis.call('TIME')
local second = tonumber(time[1])
local calls_used, tokens_used = 0, 0
local seconds, calls_at, tokens_at, old = {}, {}, {}, {}
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local at = tonumber(string.sub(fields[i], 2))
  local count = tonumber(fields[i + 1])
  if at < second - 60 then
    old[#old + 1] = fields[i]
  else
    if not calls_at[at] then
      seconds[#seconds + 1] = at
      calls_at[at] = 0
      tokens_at[at] = 0
    end
    if string.sub(fields[i], 1, 1) == 'r' then
      calls_at[at] = count
      calls_used = calls_used + count
    else
      tokens_at[at] = count
      tokens_used = tokens_used + count
    end
  end
end
if #old > 0 then
  redis.call('HDEL', KEYS[1], unpack(old))
end

local function has_room()
  return (max_calls == 0 or calls_used + 1 <= max_calls)
    and (max_tokens == 0 or tokens_used + tokens <= max_tokens)
end

if has_room() then
  redis.call('HINCRBY', KEYS[1], 'r' .. second, 1)
  redis.call('HINCRBY', KEYS[1], 't' .. second, tokens)
  redis.call('EXPIRE', KEYS[1], 120)
  return {1, second}
end

table.sort(seconds)
for _, at in ipairs(seconds) do
  calls_used = calls_used - calls_at[at]
  tokens_used = tokens_used - tokens_at[at]
  if has_room() then
    return {0, (at + 61) * 1000 - second * 1000 - math.floor(tonumber(time[2]) / 1000)}
  end
end
return {0, 1000}
