import { setTimeout as sleep } from 'node:timers/promises'
import { FAULTY_USER } from './fault.js'
import { HASTE, PATIENCE } from './app-servers.js'
import type { Patient } from './patient.js'

/** Longer than the horizon, than every wait between tries, and than the longest pause a 429 can ask for. In ms. */
const EVERYTHING_HAS_SETTLED = 400_000
/** Longer than the time after which a revocation is tried again. In ms. */
const NEXT_TRY = 70_000
const ROUNDS = 40

/** What the user does after the chat server is well, while requests from before may still take effect. */
export async function meanwhile(patient: Patient): Promise<void> {
  const { restarts, meanwhile: acts } = patient.scenario
  await patient.heal()
  await patient.app.change({ deadline: HASTE, close: restarts })
  for (const act of acts) {
    if (act === 'login') await patient.provision()
    else await patient.revoke(50)
  }
  // What is under way ends by itself, well before the horizon.
  await sleep(HASTE)
}

/** Lets all time pass that anything needs, and sees that the user is well: logs in, changes name, and logs out for good. */
export async function recover(patient: Patient): Promise<void> {
  patient.emulator.advance(EVERYTHING_HAS_SETTLED)
  await patient.app.change({ deadline: PATIENCE })
  if (patient.away && !patient.deceived) await gone(patient, 'of a user who stayed away')
  const credentials = await loginThatWorks(patient)
  await drained(patient, 'after a login')
  if (credentials !== undefined && !patient.live().includes(credentials)) {
    patient.violate('a revocation ended a token of a later login')
  }
  if (!(await patient.updateProfile('Amanda'))) patient.violate('no profile update after healing')
  await patient.revoke(PATIENCE)
  if (patient.deceived) await patient.app.tokens.revokeEverywhere(FAULTY_USER, { waitMs: PATIENCE })
  await gone(patient, 'after the last logout')
}

async function gone(patient: Patient, whose: string): Promise<void> {
  await drained(patient, whose)
  if (patient.live().length > 0) patient.violate(`a token outlived its logout, ${whose}`)
}

/** The token of a login after healing; one that turned out dead has been reported, as a page does. */
async function loginThatWorks(patient: Patient): Promise<string | undefined> {
  let credentials = await patient.provision()
  if (credentials && patient.mayHoldDead && !patient.live().includes(credentials.token)) {
    await patient.app.tokens.reportInvalid(FAULTY_USER, credentials.token)
    credentials = await patient.provision()
  }
  if (!credentials) patient.violate(`no login after healing (${patient.lastError})`)
  else if (!patient.live().includes(credentials.token)) patient.violate('no live token after healing')
  return credentials?.token
}

async function drained(patient: Patient, when: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    if ((await patient.app.tokens.pendingRevocations()).length === 0) return
    await sleep(25)
    if (round % 10 !== 9) continue
    // Not every time, as a request that is under way would be out of time.
    patient.emulator.advance(NEXT_TRY)
    await patient.app.change({ deadline: PATIENCE })
  }
  patient.violate(`revocations were still waiting ${when}`)
}
