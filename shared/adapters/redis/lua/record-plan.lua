-- Writes the routing decision of one attempt once; a second decision for it is answered with the first.
-- KEYS: 1 job record
-- ARGV: 1 field of the attempt, 2 plan
-- Returns the plan that holds.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return ARGV[2]
end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('HSET', KEYS[1], 'plan', ARGV[2])
  return ARGV[2]
end
return redis.call('HGET', KEYS[1], ARGV[1])
