import type { TokenWithExpiry } from '../chat-server/client-document.js'
import type { Settled } from '../chat-server/retry.js'
import { hasCode } from '../errors.js'
import { type Mint, minter } from './mint.js'
import type { Mode, ObtainStep } from './mode.js'

export interface AssignOptions {
  /** Signs a token for a user, such as `jwtMinter({ secret, ttl })`. Each call must return a different token. */
  readonly mint: Mint
}

/**
 * We choose the tokens and tell the chat server (approach 1-2 of the seed documents). Recommended for production: the
 * token is known before it is sent, so a lost answer is repaired by sending the same one again.
 *
 * On a server that answers 409 for a user it already has, the token is set with `PUT` instead.
 *
 * @throws TypeError when `mint` is not a function.
 * @example
 * createChatTokens({ serverUrl, apiKey, mode: assign({ mint: jwtMinter({ secret, ttl: 3600 }) }) })
 */
export function assign({ mint }: AssignOptions): Mode {
  if (typeof mint !== 'function') throw new TypeError('assign({ mint }) needs a function that mints a token')
  const mode: Mode = {
    name: 'assign',
    prepare: minter(mint),
    async obtain(step) {
      const minted = step.minted ?? (await step.mintAgain(mode))
      try {
        return await bind(step, minted)
      } catch (error) {
        if (!hasCode(error, 'TOKEN_CONFLICT')) throw error
        return bind(step, await step.mintAgain(mode))
      }
    },
  }
  return mode
}

/** POST; PUT for a user the server already has; and POST again if that user has gone meanwhile. */
async function bind(step: ObtainStep, minted: TokenWithExpiry): Promise<Settled<TokenWithExpiry>> {
  let ambiguous = false
  try {
    return await step.server.assign(step.user, minted, step.deadline)
  } catch (error) {
    if (!hasCode(error, 'USER_EXISTS')) throw error
    ambiguous = error.ambiguous
  }
  const updated = await step.server.updateToken(step.user.id, minted, step.deadline)
  if (!updated.value) return step.server.assign(step.user, minted, step.deadline)
  return { value: updated.value, ambiguous: ambiguous || updated.ambiguous }
}
