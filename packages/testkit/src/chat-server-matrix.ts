import { assign, type ChatTokens, createChatTokens, issue, type Mode } from '@imkit-auth/core'
import { type Emulator, type EmulatorOptions, startEmulator } from '@imkit-auth/emulator'
import { afterAll, beforeAll, describe } from 'vitest'
import { bindingContract, type TokenKind } from './binding-contract.js'
import { Browser } from './browser.js'
import { askedBy, mint, mintedMode, ownMode, verifierOf } from './external-modes.js'
import type { ListeningApp } from './listening.js'
import { OwnTokens } from './own-tokens.js'

/** Starts the app under test with these tokens. Its sessions have, as `own`, what `own.begin` gave them at login. */
export type StartApp = (tokens: ChatTokens, own: OwnTokens) => Promise<ListeningApp>

const MODES: Record<string, (conflict: boolean) => Mode> = {
  issue: (conflict) => (conflict ? issue({ fallback: assign({ mint }) }) : issue()),
  assign: () => assign({ mint }),
}

/** Runs the binding contract on an app and a chat server of its own. */
export function bindingAgainst(
  options: EmulatorOptions,
  mode: Mode,
  start: StartApp,
  AppBrowser: typeof Browser = Browser,
): void {
  let emulator: Emulator
  let tokens: ChatTokens
  let app: ListeningApp
  let authService: ListeningApp | undefined
  const isExternal = mode.name === 'external'

  beforeAll(async () => {
    emulator = await startEmulator({ rateLimit: 0, ...options })
    const { url: serverUrl, clientKey, now } = emulator
    const apiKey = isExternal ? undefined : emulator.apiKey
    // It warns, rightly, of the chat server that the contract takes down.
    const logger = { warn() {} }
    tokens = createChatTokens({ serverUrl, apiKey, clientKey, mode, now, logger })
    const own = new OwnTokens(now)
    if (isExternal) authService = await askedBy(emulator, verifierOf(mode, tokens, own, now))
    app = await start(tokens, own)
  })
  afterAll(async () => {
    await app?.close()
    await tokens?.close()
    await emulator?.close()
    await authService?.close()
  })
  bindingContract(() => app.url, kindOf(mode), AppBrowser)
}

function kindOf(mode: Mode): TokenKind {
  if (mode.name !== 'external') return 'told'
  return mode.ownToken ? 'own' : 'minted'
}

/** Runs the binding contract against every kind of chat server and with every mode. */
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
  // With external authorization the chat server is told no token: how it takes them makes no difference.
  for (const [name, mode] of Object.entries({ minted: mintedMode(), 'the host’s own': ownMode() })) {
    for (const dialect of ['envelope', 'bare'] as const) {
      describe.concurrent(`external, ${name}, ${dialect}`, () => {
        describe.sequential('contract', () => {
          bindingAgainst({ dialect }, mode, start)
        })
      })
    }
  }
}
