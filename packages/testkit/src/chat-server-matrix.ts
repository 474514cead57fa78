import { assign, type ChatTokens, createChatTokens, issue, type Mode } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { afterAll, beforeAll, describe } from 'vitest'
import { bindingContract } from './binding-contract.js'
import type { ListeningApp } from './listening.js'

const mint = jwtMinter({ secret: 'a-secret-for-tests-of-32-bytes-at-least', ttl: 7 * 86_400 })
const MODES: Record<string, (conflict: boolean) => Mode> = {
  issue: (conflict) => (conflict ? issue({ fallback: assign({ mint }) }) : issue()),
  assign: () => assign({ mint }),
}

/** Runs the binding contract against every kind of chat server and with both modes, each on an app of its own. */
export function bindingMatrix(start: (tokens: ChatTokens) => Promise<ListeningApp>): void {
  for (const [mode, modeFor] of Object.entries(MODES)) {
    for (const dialect of ['envelope', 'bare'] as const) {
      for (const singleToken of [false, true]) {
        for (const conflictOnExisting of [false, true]) {
          const server = `${singleToken ? 'single-token' : 'several-token'} ${conflictOnExisting ? '409' : 'upsert'} server`
          // Side by side, because most of a contract's time is spent waiting; each kind of server's own tests one by one.
          describe.concurrent(`${mode}, ${dialect}, ${server}`, () => {
            let emulator: Emulator
            let tokens: ChatTokens
            let app: ListeningApp
            beforeAll(async () => {
              emulator = await startEmulator({ dialect, singleToken, conflictOnExisting, rateLimit: 0 })
              tokens = createChatTokens({
                serverUrl: emulator.url,
                apiKey: emulator.apiKey,
                clientKey: emulator.clientKey,
                mode: modeFor(conflictOnExisting),
                now: () => emulator.now(),
              })
              app = await start(tokens)
            })
            afterAll(async () => {
              await app?.close()
              await tokens?.close()
              await emulator?.close()
            })
            describe.sequential('contract', () => {
              bindingContract(() => app.url)
            })
          })
        }
      }
    }
  }
}
