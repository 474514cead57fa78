/**
 * Replaces a user's row if nobody else has since it was read.
 *
 * KEYS: the row, the outbox of the user's shard; in a cluster also what is there while somebody waits for the user's lease.
 * ARGV: the version that the row has (empty: there is none), its new value, for how many ms it is kept, when the user's first
 * revocation is due (empty: as before, `-`: nothing waits), the user's id, the channel that tells of leases given back (empty:
 * none was), and the earliest and the latest time by the server's own clock: nobody waits for what comes later, and clients send
 * again what they could not get through before.
 *
 * Answers the time; and when another version is there, the row as it is (empty: none); or, when it is not within its
 * time, nothing but a list of the time. What is of another type, or has no version (`!`), was written by nobody here, and makes way.
 */
export const SWAP: string = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now < tonumber(ARGV[7]) or now > tonumber(ARGV[8]) then return { now } end

local function call(...)
  local reply = redis.pcall(...)
  local failed = type(reply) == 'table' and reply.err
  if failed and not string.find(failed, 'WRONGTYPE', 1, true) then error(reply) end
  return reply, failed
end
local value = call('GET', KEYS[1])
if type(value) ~= 'string' then value = '' end
local version = string.sub(value, 1, 16)
if version ~= '' and (#version < 16 or string.find(version, '[^%w_-]')) then version = '!' end
if version ~= ARGV[1] then return { now, value } end

local function changeOutbox(...)
  local _, failed = call(...)
  if failed then redis.call('DEL', KEYS[2]) redis.call(...) end
end
-- Should one of these be refused, nothing of it is done, or the outbox names somebody too many.
if ARGV[6] ~= '' and (not KEYS[3] or redis.call('DEL', KEYS[3]) == 1) then redis.call('PUBLISH', ARGV[6], ARGV[5]) end
if ARGV[4] ~= '' and ARGV[4] ~= '-' then changeOutbox('ZADD', KEYS[2], ARGV[4], ARGV[5]) end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if ARGV[4] == '-' then changeOutbox('ZREM', KEYS[2], ARGV[5]) end
return now
`
