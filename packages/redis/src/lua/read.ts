/**
 * The hot path: the user's record as it is. A user never seen before gets an epoch, which starts from the clock.
 * KEYS: the record. ARGV: the time (empty: the server's own clock).
 */
export const READ = `
local saved = redis.call('GET', KEYS[1])
if saved then return saved end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
saved = cjson.encode({ epoch = now })
redis.call('SET', KEYS[1], saved, 'PX', 86400000)
return saved
`
