-- Writes the routing decision of an attempt that was given back before it began, once a turn.
-- KEYS: 1 job record
-- ARGV: 1 field of the attempt's plan, 2 plan, 3 its turn
-- Returns the plan that holds.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return ARGV[2]
end
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and (cjson.decode(held).turn or 0) >= tonumber(ARGV[3]) then
  return held
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
