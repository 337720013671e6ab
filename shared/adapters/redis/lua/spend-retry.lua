-- Brings a retry budget up to date and takes from it, if the reserve stays (shared/core/retry-budget.ts).
-- KEYS: 1 hash of the budget: left, at
-- ARGV: 1 capacity, 2 reserve, 3 given back a second, 4 earned since, 5 cost
-- Returns 1 when it was taken.
local capacity = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local stored = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(stored[1]) or capacity
local at = tonumber(stored[2]) or now
left = math.min(capacity, left + math.max(0, now - at) / 1000 * tonumber(ARGV[3]) + tonumber(ARGV[4]))
local taken = 0
if left - tonumber(ARGV[5]) >= tonumber(ARGV[2]) then
  left = left - tonumber(ARGV[5])
  taken = 1
end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', math.max(now, at))
redis.call('EXPIRE', KEYS[1], 3600)
return taken
