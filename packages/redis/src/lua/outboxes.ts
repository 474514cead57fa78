/**
 * Who has revocations waiting in these outboxes, the first due first.
 * KEYS: outboxes. ARGV: how many of each (0: all).
 * Answers for each outbox: when its first is due (empty: nothing waits), and the ids of the users.
 */
export const OUTBOXES: string = `
local answer = {}
for i, key in ipairs(KEYS) do
  local waiting = redis.pcall('ZRANGE', key, 0, ARGV[1] - 1, 'WITHSCORES')
  if waiting.err and not string.find(waiting.err, 'WRONGTYPE', 1, true) then return waiting end
  local users = {}
  for j = 1, #waiting, 2 do users[#users + 1] = waiting[j] end
  answer[i] = { waiting[2] or '', users }
end
return answer
`
