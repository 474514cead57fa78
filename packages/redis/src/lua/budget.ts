/** What time it is by the server's own clock, in epoch ms. */
const SERVER_TIME = `
local function serverTime()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`

/**
 * Takes one request out of what a fleet may send in any 60 s: each is remembered with its time. One that is taken for later
 * counts as long as it can be used, and 60 s from then.
 * KEYS: the times of revocations, of everything else, the end of a pause.
 * ARGV: the purpose, the limits (all, which may be Infinity, logins, revocations, what can wait), the longest pause, the name of
 * this one, for how many ms it may be used, the time (empty: the server's own clock).
 * Answers 0, or in how many ms there may be one.
 */
export const TAKE: string = `
local purpose, longestPause, name, usableForMs = ARGV[1], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
local all, logins, revocations, canWait = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
${SERVER_TIME}
local now = tonumber(ARGV[9]) or serverTime()
local WINDOW = 60000

local paused = (tonumber(redis.call('GET', KEYS[3])) or 0) - now
-- More than the longest pause can only be a clock that was set back.
if paused > 0 and paused <= longestPause then return math.ceil(paused) end
if ARGV[2] == 'Infinity' then return 0 end

local counts, oldest = {}, nil
for i = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - WINDOW)
  -- A time to come can only be from before the clock was set back.
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '(' .. now + 1000, '+inf')
  counts[i] = redis.call('ZCARD', KEYS[i])
  local first = redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]
  if first then oldest = math.min(oldest or math.huge, first) end
end
local total = counts[1] + counts[2]
local allowed
if purpose == 'login' then
  allowed = counts[2] < logins and total < all
else
  allowed = (purpose == 'revocation' and counts[1] < revocations) or total < canWait
end
if not allowed then return math.ceil(oldest + WINDOW - now) end

local key = purpose == 'revocation' and KEYS[1] or KEYS[2]
redis.call('ZADD', key, now + usableForMs, name)
redis.call('PEXPIRE', key, WINDOW + 1000)
return 0
`

/** KEYS: the end of the pause. ARGV: for how many ms, the time. The longer of two pauses counts. */
export const PAUSE: string = `
${SERVER_TIME}
local now = tonumber(ARGV[2]) or serverTime()
local untilTime = math.max(tonumber(redis.call('GET', KEYS[1])) or 0, now + ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', untilTime), 'PX', math.max(1, math.ceil(untilTime - now)))
`
