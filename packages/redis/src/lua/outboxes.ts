/** A time that does not come. */
export const NEVER = 1e15

/**
 * Who has revocations waiting in these outboxes, the first due first.
 * KEYS: outboxes. ARGV: how many of each (0: all).
 * Answers for each outbox: when its first is due, and the ids of the users. Infinite times are nobody's here.
 */
export const OUTBOXES: string = `
local answer = {}
for i, key in ipairs(KEYS) do
  local waiting = redis.pcall('ZRANGE', key, 0, ARGV[1] - 1, 'WITHSCORES')
  if waiting.err and not string.find(waiting.err, 'WRONGTYPE', 1, true) then return waiting end
  local users = {}
  for j = 1, #waiting, 2 do users[#users + 1] = waiting[j] end
  answer[i] = { math.max(0, math.min(tonumber(waiting[2] or ${NEVER}), ${NEVER})), users }
end
return answer
`
