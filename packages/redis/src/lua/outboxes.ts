import { SERVER_TIME } from './server-time.js'

/**
 * Who has revocations waiting in these outboxes, the first due first.
 * KEYS: outboxes. ARGV: how many of each, the time (empty: the server's own clock).
 * Answers for each outbox: ms until its first is due (-1: nothing waits), and the ids of the users.
 */
export const OUTBOXES: string = `
${SERVER_TIME}
local now = tonumber(ARGV[2]) or serverTime()
local answer = {}
for i, key in ipairs(KEYS) do
  local waiting = redis.call('ZRANGE', key, 0, ARGV[1] - 1, 'WITHSCORES')
  local users = {}
  for j = 1, #waiting, 2 do users[#users + 1] = waiting[j] end
  answer[i] = { #users > 0 and math.max(0, math.ceil(waiting[2] - now)) or -1, users }
end
return answer
`
