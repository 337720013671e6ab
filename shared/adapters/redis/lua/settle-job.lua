-- Writes a job's end and its ledger row, books its cost, releases what it held and takes it out of the open set, once
-- (I7: billed exactly once, keyed by job; I9: no reservation outlives its job). Begins with budget-window.lua and holds.lua.
-- KEYS: 1 job record, 2 open set, 3 ledger of the tenant and day, 4 waste of the tenant and day
-- ARGV: 1 member of the open set, 2 settled job, 3 life of the record in ms,
--       4 job id, 5 ledger row ('' = nothing to bill), 6 life of the ledger in ms,
--       7 cost in nano-USD (0 = nothing to bill), 8 row of waste ('' = none)
-- Returns 1 the first time, 0 on every repeat.
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[1], 'settled') == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'settled', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
release_holds(KEYS[1], tonumber(ARGV[7]))
if ARGV[5] ~= '' then
  redis.call('HSETNX', KEYS[3], ARGV[4], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
if ARGV[8] ~= '' then
  redis.call('HSETNX', KEYS[4], ARGV[4], ARGV[8])
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
end
return 1
