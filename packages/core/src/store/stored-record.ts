import { type StoredUser, UserRecord } from './user-record.js'

type Check = (value: unknown) => boolean

/** A count or a time in ms, which `Date` can say. */
const isNumber: Check = (value) => typeof value === 'number' && Math.abs(value) <= 8.64e15
const isEpoch: Check = (value) => Number.isSafeInteger(value)
const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const listOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item)
const pairOf =
  (first: Check, second: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1])

/** Whether an object has all that it must have, and nothing that it may not. */
function objectOf(must: Readonly<Record<string, Check>>, may: Readonly<Record<string, Check>> = {}): Check {
  const checks = new Map(Object.entries({ ...must, ...may }))
  const mandatory = Object.keys(must)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    for (const name in value) if (!checks.get(name)?.((value as Record<string, unknown>)[name])) return false
    return mandatory.every((name) => Object.hasOwn(value, name))
  }
}

const untilTimes = listOf(pairOf(isText, isNumber))

const isToken = objectOf(
  { token: isText, expiresAt: isNumber, renewBefore: isNumber },
  { session: isText, settlesAt: isNumber, beganAt: isNumber, external: isFlag },
)

const isRevocation = objectOf(
  {
    id: isText,
    giveUpAt: isNumber,
    attempts: isNumber,
    dueAt: isNumber,
    claimedAt: isNumber,
    claimedUntil: isNumber,
    settlesAt: isNumber,
    askedAgain: isFlag,
    epoch: isNumber,
  },
  { token: isText, claim: isNumber },
)

const isStoredUser = objectOf(
  { epoch: isEpoch },
  {
    tokens: listOf(isToken),
    nickname: isText,
    avatarUrl: isText,
    known: isFlag,
    unsure: isFlag,
    fresh: isFlag,
    duties: objectOf(
      {},
      {
        fence: isNumber,
        leasedUntil: isNumber,
        held: isFlag,
        beganAt: isNumber,
        intent: objectOf({}, { session: isText, minted: objectOf({ token: isText, expiresAt: isNumber }) }),
        deniedUntil: isNumber,
        outbox: listOf(isRevocation),
        tombstones: untilTimes,
        denied: untilTimes,
      },
    ),
  },
)

/** A record out of its text; `undefined` when nobody here can have written it. */
export function parseRecord(text: string): UserRecord | undefined {
  try {
    const stored: unknown = JSON.parse(text)
    return isStoredUser(stored) ? UserRecord.from(stored as StoredUser) : undefined
  } catch {
    return undefined
  }
}
