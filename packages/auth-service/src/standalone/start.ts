import { authServiceListener } from '../handlers/node.js'
import { createAuthService } from '../service/auth-service.js'
import { createVerifier } from '../verifiers/create-verifier.js'
import { createTokens } from './create-tokens.js'
import { listen } from './listen.js'
import { loadKeys } from './load-keys.js'
import type { Log } from './log.js'
import { inSettings, type Settings } from './settings.js'

export interface RunningService {
  readonly url: string
  /** Takes no more connections, lets what is under way finish, and ends. */
  close(): Promise<void>
}

/** How long requests under way may take at the end, in ms: less than what containers are given. */
const PATIENCE = 5_000

/**
 * What has been opened when it throws stays open: the process is to end then.
 *
 * @throws TypeError that names the setting; Error when the port cannot be had.
 */
export async function startService(settings: Settings, log: Log): Promise<RunningService> {
  const { issuer, audience, maxAge, verifySecrets, signSecrets, perMinute } = settings
  const keys = loadKeys(settings)
  const tokens = createTokens(settings, keys, log)
  const verifier = inSettings(() =>
    createVerifier({
      tokens,
      keys: keys.verifying,
      issuer: issuer || undefined,
      audience: audience || undefined,
      maxAge,
    }),
  )
  const service = inSettings(() =>
    createAuthService({
      verifier,
      callerSecrets: verifySecrets,
      ...(signSecrets.length > 0 && { sign: { tokens, callerSecrets: signSecrets } }),
      requestsPerMinute: perMinute,
      onEvent: log.event,
    }),
  )
  const server = await listen(authServiceListener(service), settings)
  // When the store does not answer, the log tells it before anybody asks.
  verifier.ready().catch(() => {})
  return {
    url: server.url,
    async close() {
      await server.end(PATIENCE)
      // Nothing is under way any more, and revocations are the app's servers' to send.
      await tokens.close({ withinMs: 0 })
    },
  }
}
