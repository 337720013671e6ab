-- Claims the idempotency key and writes the job record, its index entry and its place in the open set, all or nothing.
-- KEYS: 1 job record, 2 idempotency claim, 3 job index of the tenant, 4 open set
-- ARGV: 1 job id, 2 member of the open set, 3 fingerprint ('' = no key was sent), 4 life of the claim in ms,
--       5 deadline in ms from now, 6 request, 7 key id, 8 priority, 9 model, 10 oldest job id to keep in the index
-- Returns {'created', acceptedAt, deadlineAt} | {'replayed', jobId} | {'mismatch'}
-- The clock is Redis's own, so that a deadline means the same on every host.
local fingerprint = ARGV[3]
if fingerprint ~= '' then
  local held = redis.call('GET', KEYS[2])
  if held then
    local bar = string.find(held, '|', 1, true)
    if string.sub(held, bar + 1) == fingerprint then
      return { 'replayed', string.sub(held, 1, bar - 1) }
    end
    return { 'mismatch' }
  end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = now + tonumber(ARGV[5])
redis.call('HSET', KEYS[1], 'request', ARGV[6], 'keyId', ARGV[7], 'priority', ARGV[8], 'model', ARGV[9],
  'acceptedAt', now, 'deadlineAt', deadline, 'acceptedSequence', 0,
  'idempotencyKey', fingerprint ~= '' and KEYS[2] or '')
if fingerprint ~= '' then
  redis.call('SET', KEYS[2], ARGV[1] .. '|' .. fingerprint, 'PX', ARGV[4])
end
redis.call('ZADD', KEYS[3], 0, ARGV[1])
redis.call('ZREMRANGEBYLEX', KEYS[3], '-', '(' .. ARGV[10])
redis.call('ZADD', KEYS[4], deadline, ARGV[2])
return { 'created', now, deadline }
