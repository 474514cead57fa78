import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ChatTokens, createChatTokens, external, memoryStore } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { redisStore } from '@imkit-auth/redis'
import { authServiceListener } from '../handlers/node.js'
import { createAuthService } from '../service/auth-service.js'
import { createVerifier } from '../verifiers/create-verifier.js'
import { loadKeys, type LoadedKeys } from './load-keys.js'
import type { Log } from './log.js'
import type { Settings } from './settings.js'

export interface RunningService {
  readonly url: string
  /** Takes no more connections, lets what is under way finish, and ends. */
  close(): Promise<void>
}

/** How long requests under way may take at the end, in ms. */
const PATIENCE = 5_000

/** @throws TypeError that names the setting; what `listen` throws when the port cannot be had. */
export async function startService(settings: Settings, log: Log): Promise<RunningService> {
  const { issuer, audience, maxAge, verifySecrets, signSecrets, perMinute } = settings
  const keys = loadKeys(settings)
  const tokens = createTokens(settings, keys, log)
  const service = createAuthService({
    verifier: createVerifier({
      tokens,
      keys: keys.verifying,
      issuer: issuer || undefined,
      audience: audience || undefined,
      maxAge,
    }),
    callerSecrets: named('VERIFY_PATH_SECRET', verifySecrets),
    ...(signSecrets.length > 0 && { sign: { tokens, callerSecrets: named('SIGN_PATH_SECRET', signSecrets) } }),
    requestsPerMinute: perMinute,
    onEvent: log.event,
  })
  const server = createServer(authServiceListener(service))
  Object.assign(server, { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 })
  server.listen(settings.port, settings.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    await tokens.close({ withinMs: 0 })
    throw error
  }
  const { address, family, port } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      await end(server)
      await tokens.close({ withinMs: PATIENCE })
    },
  }
}

function createTokens(settings: Settings, { signing }: LoadedKeys, log: Log): ChatTokens {
  const { serverUrl, namespace, redisUrl, redisPrefix, encryptionKeys, signSecrets, issuer, audience, ttl } = settings
  if (!serverUrl) {
    throw new TypeError('IMKIT_BASE_URL is missing: with the store it says where the users’ logouts are found')
  }
  const signs = signSecrets.length > 0
  if (signs && !signing)
    throw new TypeError('SIGN_PATH_SECRET needs a key that can sign, and JWKS_FILE has public keys only')
  if (!redisUrl && !signs) {
    throw new TypeError('REDIS_URL is missing: without the store of the app’s servers, no token and no logout is known')
  }
  if (!redisUrl) log.write('warn', 'without REDIS_URL this process alone knows of its tokens, until it ends')
  const names = { ...(issuer && { issuer }), ...(audience && { audience }) }
  const tokens = createChatTokens({
    serverUrl,
    namespace,
    store: redisUrl ? redisStore({ url: redisUrl, prefix: redisPrefix, encryptionKeys }) : memoryStore(),
    mode: external({ mint: signs && signing ? jwtMinter({ ...signing, ...names, ttl }) : signsNothing }),
    logger: { warn: (message) => log.write('warn', message) },
  })
  tokens.on('storeUp', () => log.write('info', 'the store answers again'))
  return tokens
}

function signsNothing(): never {
  throw new Error('this service verifies only')
}

/** Errors are to name the variable, not the option that it becomes. */
function named(variable: string, secrets: readonly string[]): readonly string[] {
  const bad = secrets.some((secret) => !/^[\w.~-]{16,256}$/.test(secret))
  if (!bad) return secrets
  throw new TypeError(
    `${variable} must hold 16 to 256 letters, digits and -._~, such as \`openssl rand -hex 24\` prints`,
  )
}

async function end(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const giveUp = setTimeout(() => server.closeAllConnections(), PATIENCE)
  await closed
  clearTimeout(giveUp)
}
