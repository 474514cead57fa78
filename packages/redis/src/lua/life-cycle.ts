import { SERVER_TIME } from './server-time.js'

/**
 * The atomic steps of the token life cycle, as `TokenSpace` of core promises them, on the record of one user. They are those
 * of core's `life-cycle.ts`; the store contract and its random interleavings hold both to the same promises. Here tokens
 * are known by their digest: what is kept of them may be sealed.
 *
 * KEYS: the user's record, the outbox of their shard.
 * ARGV: the step, what it is given (JSON), the user's id, the channel that tells of leases given back, the time (empty: the
 * server's own clock, so that it does not matter how those of the app servers differ), and until when, by the server's own
 * clock, somebody waits for the answer. A step that arrives later is not done: nobody would hear of it, and clients send
 * again what they could not get through before.
 */
export const LIFE_CYCLE: string = `
local name, step, userId, channel = ARGV[1], cjson.decode(ARGV[2]), ARGV[3], ARGV[4]
${SERVER_TIME}
local serverNow = serverTime()
local now = tonumber(ARGV[5]) or serverNow
if serverNow > tonumber(ARGV[6]) then return cjson.encode({ late = true, now = serverNow }) end

local MINUTE = 60000
local DAY = 1440 * MINUTE
local CLOCK_SKEW = 10 * MINUTE
local UNKNOWN_EXPIRY = 30 * DAY
local MAX_TOKENS = { shared = 4, own = 100 }
local MAX_TOMBSTONES = 100
local MAX_DENIED = 100

local saved = redis.call('GET', KEYS[1])
local record = saved and cjson.decode(saved) or { epoch = now }
record.tokens = record.tokens or {}
record.outbox = record.outbox or {}
record.tombstones = record.tombstones or {}
record.denied = record.denied or {}
record.leasedUntil = record.leasedUntil or 0
record.deniedUntil = record.deniedUntil or 0
local changed = true

local function filter(list, keep)
  local kept = {}
  for _, item in ipairs(list) do
    if keep(item) then kept[#kept + 1] = item end
  end
  return kept
end

local function find(list, field, value)
  for _, item in ipairs(list) do
    if item[field] == value then return item end
  end
end

-- Only grows, even when a record was lost in between: it starts from the clock.
local function nextNumber()
  record.number = math.max((record.number or 0) + 1, now)
  return record.number
end

local function isLeased() return record.leasedUntil > now end

local function hold(untilTime)
  record.leasedUntil = untilTime or 0
  record.held = untilTime ~= nil or nil
end

local function drop(gone)
  record.outbox = filter(record.outbox, function(entry) return entry ~= gone end)
end

local function push(entry)
  entry.id = (entry.token or 'all') .. ':' .. string.format('%.0f', nextNumber())
  entry.attempts, entry.dueAt, entry.claimedAt, entry.claimedUntil = 0, 0, 0, 0
  table.insert(record.outbox, entry)
end

-- Queues the revocation of one token by name. One that is under way has to be sent once more.
local function enqueue(token, value, expiresAt, settlesAt)
  local queued = find(record.outbox, 'token', token)
  if not queued then
    push({ token = token, value = value, giveUpAt = expiresAt + CLOCK_SKEW, settlesAt = settlesAt, epoch = 0 })
  else
    queued.settlesAt = settlesAt
    queued.dueAt = math.min(queued.dueAt, settlesAt)
    queued.again = true
  end
end

-- Queues the revocation of every token the user has, asked for by the logout of that epoch.
local function enqueueAll(epoch)
  local queued = find(record.outbox, 'token', nil)
  if queued then
    queued.epoch, queued.again = epoch, true
  else
    push({ giveUpAt = now + UNKNOWN_EXPIRY, settlesAt = 0, epoch = epoch })
  end
end

-- Forgets a token and queues its revocation, if the chat server was told of it.
local function revoke(token)
  record.tokens = filter(record.tokens, function(other) return other ~= token end)
  if not token.external and token.expiresAt + CLOCK_SKEW > now then enqueue(token.id, token.value, token.expiresAt, token.settlesAt or 0) end
end

-- A revocation of all tokens reached the server: it did what logouts up to that epoch asked for.
local function cleared(epoch)
  local entry = find(record.outbox, 'token', nil)
  if entry and entry.epoch <= epoch then drop(entry) end
  if not find(record.outbox, 'token', nil) then record.unsure = nil end
end

-- Nothing from before is good any more.
local function raiseEpoch()
  record.epoch = math.max(record.epoch + 1, now)
  record.denied = {}
end

local function current()
  if not step.ownToken then return record.tokens[#record.tokens] end
  for i = #record.tokens, 1, -1 do
    if record.tokens[i].session == step.session then return record.tokens[i] end
  end
end

local function revokeOldest(tokens, limit)
  for i = 1, #tokens - limit do revoke(tokens[i]) end
end

local function add(token)
  record.tokens = filter(record.tokens, function(other)
    return other.expiresAt + CLOCK_SKEW > now and other.id ~= token.id
  end)
  table.insert(record.tokens, token)
  revokeOldest(filter(record.tokens, function(other) return other.session == token.session end), MAX_TOKENS.shared)
  revokeOldest(record.tokens, MAX_TOKENS.own)
end

local function bury(session, tokens)
  local untilTime = now + DAY
  for _, token in ipairs(tokens) do untilTime = math.max(untilTime, token.expiresAt + CLOCK_SKEW) end
  record.tombstones = filter(record.tombstones, function(stone) return stone.session ~= session end)
  table.insert(record.tombstones, { session = session, untilTime = untilTime })
  if #record.tombstones > MAX_TOMBSTONES then table.remove(record.tombstones, 1) end
end

-- Takes the lease. An intent still there was left by an owner who crashed, or whose issue has an unknown outcome.
local function takeLease(untilTime, owner)
  record.fence, record.owner, record.beganAt = nextNumber(), owner, now
  record.leasedUntil, record.held = untilTime, nil
  local orphan = record.intent
  if not orphan then return end
  if orphan.token then enqueue(orphan.token, orphan.value, orphan.expiresAt, 0) else record.unsure = true end
  record.intent = nil
end

local function release(fence, holdForMs)
  if record.fence ~= fence then return end
  hold(holdForMs and now + holdForMs)
  if holdForMs then return end
  -- A logout in between may have queued the token that was not bound after all: that is certain now.
  local intent = record.intent
  if intent and intent.token and find(record.outbox, 'token', intent.token) then
    enqueue(intent.token, intent.value, intent.expiresAt, 0)
  end
  record.intent = nil
end

local function dueAt(entry)
  return math.max(entry.dueAt, entry.claimedUntil, entry.token and 0 or record.leasedUntil)
end

-- The revocations that are due. One of all tokens takes the lease, so that no obtain runs beside it.
local function claim(untilTime, owner)
  local claimed = {}
  for _, entry in ipairs(filter(record.outbox, function() return true end)) do
    if entry.giveUpAt <= now then
      drop(entry)
    elseif dueAt(entry) <= now then
      entry.claimedAt, entry.claimedUntil, entry.again = now, untilTime, nil
      entry.claimedBy = owner
      if not entry.token then takeLease(untilTime, owner) end
      entry.claim = entry.token and nextNumber() or record.fence
      claimed[#claimed + 1] = entry
    end
  end
  return claimed
end

-- Gives back what was claimed by a step whose reply was lost: nobody carries it.
local function disclaim(owner)
  for _, entry in ipairs(record.outbox) do
    if entry.claimedBy == owner then
      entry.claimedUntil = 0
      if record.owner == owner then hold(nil) end
    end
  end
end

local steps = {}

function steps.admit()
  if record.epoch == step.epoch then
    record.tombstones = filter(record.tombstones, function(stone) return stone.session ~= step.session end)
  end
  return record
end

function steps.acquire()
  changed = false
  if record.epoch ~= step.epoch then return { kind = 'superseded' } end
  local token = current()
  if token and token.expiresAt - token.renewBefore > now then return { kind = 'hit', token = token } end
  if isLeased() then
    changed, record.awaited = not record.awaited, true
    return { kind = 'busy', heldForMs = record.held and record.leasedUntil - now }
  end
  changed = true
  takeLease(now + step.leaseMs, step.owner)
  local revokeAllFirst = find(record.outbox, 'token', nil) ~= nil
  if not revokeAllFirst then record.intent = step.intent end
  return { kind = 'acquired', fence = record.fence, revokeAllFirst = revokeAllFirst }
end

-- Gives a lease back whose owner never heard that it was theirs: nothing was sent under it.
function steps.abandon()
  if record.owner ~= step.owner then return end
  record.owner, record.intent = nil, nil
  hold(nil)
end

function steps.begin()
  if record.fence ~= step.fence then return false end
  if step.cleared then
    cleared(step.epoch)
    record.tokens = {}
  end
  -- A logout may have come while the revocation of all tokens was under way.
  if record.epoch ~= step.epoch then
    hold(nil)
    record.intent = nil
    return false
  end
  -- The lease may have run out meanwhile without anybody taking it.
  record.leasedUntil, record.held = now + step.leaseMs, nil
  record.intent = step.intent
  return true
end

function steps.commit()
  local token = step.token
  local settlesAt = step.holdForMs and now + step.holdForMs or 0
  -- The token came too late to be kept.
  local function discard()
    if not token.external then enqueue(token.id, token.value, token.expiresAt, settlesAt) end
  end
  if record.fence ~= step.fence then
    discard()
    return 'late'
  end
  hold(step.holdForMs and settlesAt)
  record.intent = nil
  if record.epoch ~= step.epoch then
    discard()
    return 'superseded'
  end
  if step.settlesInMs then token.settlesAt = now + step.settlesInMs end
  token.beganAt = record.beganAt
  add(token)
  record.known, record.profile = true, step.profile
  return 'stored'
end

function steps.release() release(step.fence, step.holdForMs) end

function steps.profile() record.profile = step.profile end

function steps.logout()
  local intent = record.intent
  local intentIsOurs = intent and (step.everything or not step.ownToken or intent.session == step.session)
  local unknown = step.everything or (not record.known and #record.tokens == 0)
  -- Tokens may be out there that nobody can name.
  local unnamed = (unknown and not step.external) or record.unsure or (intentIsOurs and not intent.token)
  -- A logout that comes late spares what was obtained since it was asked for.
  local function isLater(token) return step.agoMs and token.beganAt > now - step.agoMs end
  local later = #filter(record.tokens, isLater) > 0
  local taken = filter(record.tokens, function(token)
    return not isLater(token) and (unnamed or not step.ownToken or token.session == step.session)
  end)

  raiseEpoch()
  for _, token in ipairs(taken) do revoke(token) end
  -- The token being assigned right now may reach the server as late as the lease of its owner lasts.
  if intentIsOurs and intent.token then enqueue(intent.token, intent.value, intent.expiresAt, record.leasedUntil) end
  if unnamed and later then record.unsure = true elseif unnamed then enqueueAll(record.epoch) end
  if step.session and not later then bury(step.session, taken) end
  record.known = true
  if step.agoMs then disclaim(step.owner) end
  local waiting = {}
  for i, entry in ipairs(record.outbox) do waiting[i] = entry.id end
  return { waiting = waiting, claimed = step.claimForMs > 0 and claim(now + step.claimForMs, step.owner) or {}, epoch = record.epoch }
end

function steps.deny()
  local token = current()
  if not token or token.id ~= step.token then
    changed = false
    return { kind = 'not-current' }
  end
  local retryInMs = record.deniedUntil - now
  -- More than that can only be a clock that was set back.
  if retryInMs > 0 and retryInMs <= step.intervalMs then
    changed = false
    return { kind = 'too-soon', retryInMs = retryInMs }
  end
  record.deniedUntil = now + step.intervalMs
  revoke(token)
  if step.id then table.insert(record.denied, { id = step.id, untilTime = token.expiresAt + CLOCK_SKEW }) end
  -- A new epoch denies as many as there are.
  if #record.denied > MAX_DENIED then
    raiseEpoch()
    for _, other in ipairs(record.tokens) do revoke(other) end
  end
  return { kind = 'denied' }
end

function steps.claim() return { claimed = claim(now + step.visibleForMs), epoch = record.epoch } end

function steps.settle()
  if step.all then
    cleared(step.epoch)
    release(step.fence)
  end
  local entry = find(record.outbox, 'id', step.id)
  if not entry then return true end
  -- Claimed again since: whether it was asked for once more meanwhile is that claim's to say.
  if entry.claim ~= step.fence then return false end
  entry.claimedUntil, entry.dueAt = 0, entry.settlesAt
  -- Sent too early: an earlier send of this very token may have reached the server after its revocation did.
  if entry.again or entry.claimedAt < entry.settlesAt then return false end
  drop(entry)
  return true
end

function steps.retry()
  if step.all then release(step.fence, step.holdForMs) end
  local entry = find(record.outbox, 'id', step.id)
  if not entry or entry.claim ~= step.fence then return end
  if step.tried then entry.attempts = entry.attempts + 1 end
  entry.claimedUntil, entry.dueAt = 0, now + step.delayMs
end

function steps.forget()
  record.tokens, record.unsure = {}, true
end

function steps.widen()
  local entry = find(record.outbox, 'id', step.id)
  if not entry then return end
  drop(entry)
  if #record.tokens == 0 then enqueueAll(record.epoch) end
end

local hadOutbox = #record.outbox > 0
local result = steps[name]()

-- Nothing here may be forgotten before its time. Epochs start from the clock, so that a day is enough for the rest.
local function keepUntil()
  local keep = math.max(now + DAY, record.leasedUntil, record.deniedUntil)
  for _, token in ipairs(record.tokens) do keep = math.max(keep, token.expiresAt + CLOCK_SKEW) end
  for _, entry in ipairs(record.outbox) do keep = math.max(keep, entry.giveUpAt) end
  for _, list in ipairs({ record.tombstones, record.denied }) do
    for _, entry in ipairs(list) do keep = math.max(keep, entry.untilTime) end
  end
  -- A token that nobody knows may be alive.
  if record.intent or record.unsure then keep = math.max(keep, now + UNKNOWN_EXPIRY) end
  return keep
end

local due
for _, entry in ipairs(record.outbox) do due = math.min(due or math.huge, dueAt(entry)) end
if changed then
  if record.awaited and not isLeased() then
    record.awaited = nil
    redis.call('PUBLISH', channel, userId)
  end
  for _, list in ipairs({ 'tombstones', 'denied' }) do
    record[list] = filter(record[list], function(entry) return entry.untilTime > now end)
  end
  local keepForMs = math.ceil(keepUntil() - now)
  -- An empty list would be written as an object, and what says nothing takes no room.
  for _, list in ipairs({ 'tokens', 'outbox', 'tombstones', 'denied' }) do
    if #record[list] == 0 then record[list] = nil end
  end
  if record.leasedUntil <= now then record.leasedUntil, record.held = nil, nil end
  if record.deniedUntil <= now then record.deniedUntil = nil end
  redis.call('SET', KEYS[1], cjson.encode(record), 'PX', keepForMs)
  if due then
    redis.call('ZADD', KEYS[2], due, userId)
  elseif hadOutbox then
    redis.call('ZREM', KEYS[2], userId)
  end
end
return cjson.encode({ result = result, dueInMs = due and math.max(0, due - now), now = serverNow })
`
