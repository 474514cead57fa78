import { SERVER_TIME } from './server-time.js'

/**
 * The hot path: the user's record as it is. A user never seen before gets an epoch, which starts from the clock.
 * KEYS: the record. ARGV: the time (empty: the server's own clock).
 */
export const READ: string = `
local saved = redis.call('GET', KEYS[1])
if saved then return saved end
${SERVER_TIME}
local now = tonumber(ARGV[1]) or serverTime()
saved = cjson.encode({ epoch = now })
redis.call('SET', KEYS[1], saved, 'PX', 86400000)
return saved
`
