-- Counts one call against a provider's minute, if it fits. Begins with minute-window.lua.
-- KEYS: 1 hash of the provider
-- ARGV: 1 calls a minute (0 = any), 2 tokens a minute (0 = any), 3 tokens of the call
-- Returns {1, second} when it was counted, {0, ms until there is room} when not.
local max_tokens = tonumber(ARGV[2])
local tokens = weigh(tonumber(ARGV[3]), max_tokens)
local time = redis.call('TIME')
local second = tonumber(time[1])
local wait = minute_wait(read_minute(KEYS[1], second), tonumber(ARGV[1]), max_tokens, tokens, time)
if wait > 0 then
  return { 0, wait }
end
count_minute(KEYS[1], second, tokens)
return { 1, second }
