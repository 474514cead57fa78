import { type ChatTokens, createChatTokens, external, memoryStore, type Mint, type TokenStore } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { redisStore } from '@imkit-auth/redis'
import type { LoadedKeys } from './load-keys.js'
import type { Log } from './log.js'
import { inSettings, type Settings, titleOf } from './settings.js'

/**
 * Tokens on the store of the app's servers: they know who has logged out.
 *
 * @throws TypeError that names the setting.
 */
export function createTokens(settings: Settings, keys: LoadedKeys, log: Log): ChatTokens {
  const { serverUrl, namespace } = settings
  if (!serverUrl) {
    throw new TypeError('IMKIT_BASE_URL is missing: with the store it says where the users’ logouts are found')
  }
  const mint = mintOf(settings, keys)
  const tokens = inSettings(() =>
    createChatTokens({
      serverUrl,
      namespace,
      store: storeOf(settings),
      mode: external({ mint }),
      logger: { warn: (message) => log.write('warn', message) },
    }),
  )
  tokens.on('storeDown', () => log.write('warn', 'the store does not answer: /verify refuses everybody with 503'))
  tokens.on('storeUp', () => log.write('info', 'the store answers again'))
  return tokens
}

function storeOf({ redisUrl, redisPrefix: prefix, encryptionKeys, signSecrets }: Settings): TokenStore {
  if (redisUrl) {
    if (isRedisUrl(redisUrl)) return redisStore({ url: redisUrl, prefix, encryptionKeys })
    throw new TypeError('REDIS_URL must be a URL such as redis://user:password@host:6379/0, or rediss:// for TLS')
  }
  if (signSecrets.length > 0) return memoryStore()
  throw new TypeError('REDIS_URL is missing: without the store of the app’s servers, no token and no logout is known')
}

/** Checked here: what clients say about a bad one may quote it, and the password that it holds. */
function isRedisUrl(text: string): boolean {
  try {
    const { protocol, hostname, pathname, username, password } = new URL(text)
    decodeURIComponent(username + password)
    return /^rediss?:$/.test(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname)
  } catch {
    return false
  }
}

function mintOf({ signSecrets, issuer, audience, ttl, maxAge }: Settings, { signing }: LoadedKeys): Mint {
  if (signSecrets.length === 0) return signsNothing
  if (!signing) throw new TypeError('SIGN_PATH_SECRET needs a key that can sign, and JWKS_FILE has public keys only')
  if (ttl > maxAge) throw new TypeError(`${titleOf('ttl')} must not be more than ${titleOf('maxAge')}`)
  return jwtMinter({ ...signing, ttl, ...(issuer && { issuer }), ...(audience && { audience }) })
}

function signsNothing(): never {
  throw new Error('this service verifies only')
}
