-- Writes a job's end and its ledger row and takes it out of the open set, once (I7: billed exactly once, keyed by job).
-- KEYS: 1 job record, 2 open set, 3 ledger of the tenant and day
-- ARGV: 1 member of the open set, 2 settled job, 3 life of the record in ms,
--       4 job id, 5 ledger row ('' = nothing to bill), 6 life of the ledger in ms
-- Returns 1 the first time, 0 on every repeat.
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'settled') == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'settled', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[5] ~= '' then
  redis.call('HSETNX', KEYS[3], ARGV[4], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
return 1
