import { setTimeout as sleep } from 'node:timers/promises'
import type { Patient } from './patient.js'
import type { Operation } from './scenario.js'

/** Into the last day of a token that lives for seven. In ms. */
const RENEWAL_WINDOW = 6.5 * 86_400_000

/** What the user does before the chat server goes wrong, and then. */
interface Steps {
  readonly before: (patient: Patient) => Promise<unknown>
  readonly during: (patient: Patient) => Promise<void>
}

async function loginsOvertaken(patient: Patient): Promise<readonly unknown[]> {
  const { pages, overtakenAfterMs, waitMs } = patient.scenario
  const logins = Array.from({ length: pages }, () => patient.provision())
  if (overtakenAfterMs !== undefined) {
    await sleep(overtakenAfterMs)
    await patient.revoke(waitMs)
  }
  return Promise.all(logins)
}

/** The operations step by step. */
export const steps: Readonly<Record<Operation, Steps>> = {
  login: {
    before: async () => {},
    during: async (patient) => {
      await loginsOvertaken(patient)
    },
  },
  renewal: {
    before: async (patient) => {
      await patient.provision()
      patient.emulator.advance(RENEWAL_WINDOW)
    },
    during: async (patient) => {
      const given = await loginsOvertaken(patient)
      const bridged = patient.scenario.overtakenAfterMs !== undefined || given.every((one) => one !== undefined)
      if (!bridged) patient.violate('a token that is still valid was not given')
    },
  },
  logout: {
    before: (patient) => patient.provision(),
    during: async (patient) => {
      await patient.revoke(patient.scenario.waitMs)
      await patient.provision()
    },
  },
  profile: {
    before: (patient) => patient.provision(),
    during: async (patient) => {
      const [credentials] = await Promise.all([patient.provision('Amelia'), patient.updateProfile('Amelia')])
      if (!credentials) patient.violate('a new nickname cost a login')
    },
  },
}
