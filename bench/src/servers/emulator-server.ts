import { startEmulator } from '@imkit-auth/emulator'
import { API_KEY } from '../issue-call.js'
import { announce, answer } from './answers.js'
import type { CommonAnswers } from './server-process.js'

export interface EmulatorAnswers extends CommonAnswers {
  /** How many users have a live token. */
  readonly users: number
  /** In bytes, after a collection. */
  readonly heap: number
}

const emulator = await startEmulator({ apiKey: API_KEY, rateLimit: 0 })

answer({
  users: (): EmulatorAnswers['users'] => emulator.clients().filter(({ tokens }) => tokens.length > 0).length,
  heap(): EmulatorAnswers['heap'] {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  },
})
announce(emulator.url)
