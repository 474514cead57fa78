import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './calls.js'
import type { FleetUser } from './fleet-user.js'
import type { Stage } from './stage.js'

/** So long the outbox may take to drain, in ms: a process looks at every part of it at least every 37.5 s. */
const DRAINS_WITHIN = 60_000
/** An outbox in which nothing waits is none. */
const OUTBOXES = '*:outbox'
/** A session that has neither logged in nor out sees what the store has. */
const NEW_DEVICE = 'a new device'
/** How often a user asks again for what has failed, and after how many ms. */
const TRIES = 20
const TRY_AGAIN_AFTER = 250

/**
 * Lets everything end without anything more going wrong, and judges what must hold then. Afterwards everybody who may be
 * logged in logs in: nobody must be left unable to. Returns how long the outbox took, in ms.
 */
export async function comeToRest(stage: Stage, users: readonly FleetUser[]): Promise<number> {
  const { fleet, ledger, obtains, leaseMs } = stage
  const began = performance.now()
  await Promise.all(users.map((user, place) => logOutAgain(stage, user, place)))
  // What a dead process has begun is over by then, and so is what a living one was asked for.
  await sleep(leaseMs)
  if (!(await drained(stage))) ledger.violated('I5 the outbox never drains')
  const took = performance.now() - began
  await Promise.all(users.map((user, place) => judge(stage, user, place)))
  await Promise.all(users.map((user, place) => logInAgain(stage, user, place)))
  for (const user of obtains.look()) ledger.violated(`I6 two tokens were obtained at once (${user})`)
  for (const accident of fleet.accidents.splice(0)) ledger.violated(accident)
  return took
}

/** A logout of which nobody knows whether it was done is asked for again, as its user would. */
async function logOutAgain(stage: Stage, user: FleetUser, place: number): Promise<void> {
  const { standing } = user.account
  if (standing.kind !== 'in doubt' || standing.promisedBy?.isAlive) return
  await untilDone(stage, `log out (${user.id})`, async () => {
    const answer = await user.logout(await stage.fleet.at(place), standing.session)
    return answer.kind === 'done' && answer.value === 'volatile' ? { kind: 'failed', code: 'volatile' } : answer
  })
}

/** Asked of Redis itself: a process that is asked finds what waits by being asked. */
async function drained({ redis }: Stage): Promise<boolean> {
  const giveUpAt = performance.now() + DRAINS_WITHIN
  while (performance.now() < giveUpAt) {
    const waiting = await redis.command('KEYS', OUTBOXES)
    if (Array.isArray(waiting) && waiting.length === 0) return true
    await sleep(50)
  }
  return false
}

async function judge(stage: Stage, user: FleetUser, place: number): Promise<void> {
  const stored = await untilDone(stage, `be looked up (${user.id})`, async () =>
    (await stage.fleet.at(place)).ask('current', { user: user.id, session: NEW_DEVICE }),
  )
  user.account.rests(stored)
}

async function logInAgain(stage: Stage, user: FleetUser, place: number): Promise<void> {
  if (user.account.standing.kind === 'out') return
  await untilDone(stage, `log in (${user.id})`, async () => user.login(await stage.fleet.at(place + 1)))
}

async function untilDone<T>(stage: Stage, what: string, ask: () => Promise<Answer<T>>): Promise<T | undefined> {
  for (let left = TRIES; left > 0; left--) {
    const answer = await ask()
    if (answer.kind === 'done') return answer.value
    await sleep(TRY_AGAIN_AFTER)
  }
  stage.ledger.violated(`nobody lets a user ${what}`)
  return undefined
}
