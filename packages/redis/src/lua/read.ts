import { SERVER_TIME } from './server-time.js'

/**
 * The hot path: users' records as they are. A user never seen before gets an epoch, which starts from the clock.
 * KEYS: the records. ARGV: the time (empty: the server's own clock).
 */
export const READ: string = `
local records = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  if not records[i] then
    ${SERVER_TIME}
    records[i] = cjson.encode({ epoch = tonumber(ARGV[1]) or serverTime() })
    redis.call('SET', key, records[i], 'PX', 86400000)
  end
end
return records
`
