-- Puts right the tokens that were counted in a second, if it still counts.
-- KEYS: 1 hash of the provider
-- ARGV: 1 second, 2 tokens to add; may be below 0
local field = 't' .. ARGV[1]
local counted = tonumber(redis.call('HGET', KEYS[1], field))
if not counted then
  return 0
end
redis.call('HSET', KEYS[1], field, math.max(0, counted + tonumber(ARGV[2])))
return 1
