import { startEmulator } from '@imkit-auth/emulator'
import { cpuTime } from '../cpu-time.js'
import { report } from './reports.js'

/** What a server that issues tokens can be asked. */
export interface IssuerAnswers {
  /** In ms. */
  readonly cpuTime: number
}

export interface EmulatorAnswers extends IssuerAnswers {
  /** How many users have a live token. */
  readonly users: number
  /** In bytes, after a collection. */
  readonly heap: number
}

const emulator = await startEmulator({ apiKey: 'key', rateLimit: 0 })

report(emulator.url, {
  cpuTime,
  users: (): EmulatorAnswers['users'] => emulator.clients().filter(({ tokens }) => tokens.length > 0).length,
  heap(): EmulatorAnswers['heap'] {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  },
})
