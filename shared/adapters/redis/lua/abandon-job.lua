-- Undoes an acceptance that never reached the log: record, claim, index and open set together.
-- KEYS: 1 job record, 2 job index of the tenant, 3 open set
-- ARGV: 1 job id, 2 member of the open set
local claim = redis.call('HGET', KEYS[1], 'idempotencyKey')
if claim and claim ~= '' then
  redis.call('DEL', claim)
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[2])
return 1
