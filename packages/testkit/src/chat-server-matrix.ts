import { assign, type ChatTokens, createChatTokens, issue, type Mode } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { type Emulator, type EmulatorOptions, startEmulator } from '@imkit-auth/emulator'
import { afterAll, beforeAll, describe } from 'vitest'
import { bindingContract } from './binding-contract.js'
import type { ListeningApp } from './listening.js'

/** Starts the app under test with these tokens. */
export type StartApp = (tokens: ChatTokens) => Promise<ListeningApp>

const mint = jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 7 * 86_400 })
const MODES: Record<string, (conflict: boolean) => Mode> = {
  issue: (conflict) => (conflict ? issue({ fallback: assign({ mint }) }) : issue()),
  assign: () => assign({ mint }),
}

/** Runs the binding contract on an app and a chat server of its own. */
export function bindingAgainst(options: EmulatorOptions, mode: Mode, start: StartApp): void {
  let emulator: Emulator
  let tokens: ChatTokens
  let app: ListeningApp

  beforeAll(async () => {
    emulator = await startEmulator({ rateLimit: 0, ...options })
    const { url: serverUrl, apiKey, clientKey, now } = emulator
    // It warns, rightly, of the chat server that the contract takes down.
    const logger = { warn() {} }
    tokens = createChatTokens({ serverUrl, apiKey, clientKey, mode, now, logger })
    app = await start(tokens)
  })
  afterAll(async () => {
    await app?.close()
    await tokens?.close()
    await emulator?.close()
  })
  bindingContract(() => app.url)
}

/** Runs the binding contract against every kind of chat server and with both modes. */
export function bindingMatrix(start: StartApp): void {
  for (const [name, modeFor] of Object.entries(MODES)) {
    for (const dialect of ['envelope', 'bare'] as const) {
      for (const singleToken of [false, true]) {
        for (const conflictOnExisting of [false, true]) {
          const server = `${singleToken ? 'single-token' : 'several-token'} ${conflictOnExisting ? '409' : 'upsert'} server`
          // Side by side, because most of a contract's time is spent waiting; each kind of server's own tests one by one.
          describe.concurrent(`${name}, ${dialect}, ${server}`, () => {
            describe.sequential('contract', () => {
              bindingAgainst({ dialect, singleToken, conflictOnExisting }, modeFor(conflictOnExisting), start)
            })
          })
        }
      }
    }
  }
}
