-- Undoes an acceptance that never reached the log: record, claim, index, open set and what the job held together. Begins
-- with budget-window.lua and holds.lua.
-- KEYS: 1 job record, 2 job index of the tenant, 3 open set
-- ARGV: 1 job id, 2 member of the open set
local claim = redis.call('HGET', KEYS[1], 'idempotencyKey')
if claim and claim ~= '' then
  redis.call('DEL', claim)
end
release_holds(KEYS[1], 0)
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[2])
return 1
