-- Writes a job's end and its ledger row and takes it out of the open set, once (I7: billed exactly once, keyed by job).
-- KEYS: 1 job record, 2 open set, 3 ledger of the tenant and day
-- ARGV: 1 member of the open set, 2 status, 3 settled job, 4 life of the record in ms,
--       5 job id, 6 ledger row ('' = nothing to bill), 7 life of the ledger in ms
-- Returns 1 the first time, 0 on every repeat.
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'settled') == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'status', ARGV[2], 'settled', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if ARGV[6] ~= '' then
  redis.call('HSETNX', KEYS[3], ARGV[5], ARGV[6])
  redis.call('PEXPIRE', KEYS[3], ARGV[7])
end
return 1
