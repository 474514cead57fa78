import { createServer } from 'node:http'
import { createAuthService, createVerifier, type Verifier, verifyWith } from '@imkit-auth/auth-service'
import { authServiceListener } from '@imkit-auth/auth-service/node'
import { type ChatTokens, external, type Mint, type Mode } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import type { Emulator } from '@imkit-auth/emulator'
import { listening, type ListeningApp } from './listening.js'
import type { OwnToken, OwnTokens } from './own-tokens.js'

const secret = 'a-secret-for-tests-of-32-bytes-at-least'

/** Signs tokens as long-lived as the emulator's own. */
export const mint: Mint = jwtMinter({ secret, ttl: 7 * 86_400 })

/** Tokens that are minted and that the chat server has to ask about. */
export function mintedMode(): Mode {
  return external({ mint })
}

/** The host's own tokens, which it keeps in its session under `own`: Express, Koa and Nest all have `session` there. */
export function ownMode(): Mode {
  return external({ token: ({ session }: { session?: { own?: OwnToken } | null }) => session?.own })
}

/** What verifies the tokens of that mode. */
export function verifierOf(mode: Mode, tokens: ChatTokens, own: OwnTokens, now: () => number): Verifier {
  if (mode.ownToken) return verifyWith((token) => own.find(token))
  return createVerifier({ tokens, keys: [{ secret }], now })
}

/** An auth service that the chat server asks from now on. */
export async function askedBy(emulator: Emulator, verifier: Verifier): Promise<ListeningApp> {
  const service = createAuthService({ verifier })
  const app = await listening(createServer(authServiceListener(service)).listen(0, '127.0.0.1'))
  emulator.verifyAt(`${app.url}/verify`)
  return app
}
