-- Reads a record for a run and marks the job as running, unless it has been settled already.
-- KEYS: 1 job record
-- ARGV: names of the fields to read
-- Returns the fields, in order.
local values = redis.call('HMGET', KEYS[1], unpack(ARGV))
if values[1] and redis.call('HEXISTS', KEYS[1], 'settled') == 0 then
  redis.call('HSET', KEYS[1], 'status', 'running')
end
return values
