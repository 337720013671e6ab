-- What an open job holds of budgets and of its key's places, for scripts that begin with this file, after budget-window.lua.
-- The record's field `holds` is a list of [key, field, amount, bucketMs]; bucketMs is 0 for what is not money. It is
-- released with the record's end, by whoever brings that about, so that nothing leaks (I9).

local function release_holds(job_key, cost)
  local holds = redis.call('HGET', job_key, 'holds')
  if not holds then
    return
  end
  redis.call('HDEL', job_key, 'holds')
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  for _, hold in ipairs(cjson.decode(holds)) do
    local key, field, amount, bucket_ms = hold[1], hold[2], hold[3], hold[4]
    local left = redis.call('HINCRBY', key, field, whole(0 - amount))
    if left <= 0 then
      -- Below 0 only when somebody emptied the hash by hand: that must not become credit.
      redis.call('HDEL', key, field)
    end
    if bucket_ms > 0 then
      if cost > 0 then
        book_cost(key, bucket_ms, cost, now)
      end
      if left <= 0 then
        redis.call('PEXPIRE', key, whole(bucket_ms * (WINDOW_BUCKETS + 2)))
      end
    end
  end
end
