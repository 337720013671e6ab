-- All breakers that are not closed, with the clock that their times are to be read by.
-- KEYS: 1 hash of those breakers: scope -> state
-- ARGV: 1 clock in ms ('' = the server's)
-- Returns {now, {scope, state, ...}}
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
return { now, redis.call('HGETALL', KEYS[1]) }
