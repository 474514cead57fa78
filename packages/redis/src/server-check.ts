import type { Link } from './link.js'

/** Tells an operator at the start when this Redis would forget what it must not. Where it may not be asked, nothing is said. */
export async function checkServer(link: Link, key: string, warn: (message: string) => void): Promise<void> {
  try {
    await link.commands.loading
  } catch (error) {
    return warn((error as Error).message)
  }
  const policy = await setting(link, key, 'maxmemory-policy')
  if (policy !== undefined && policy !== 'noeviction') {
    warn(
      `Redis may evict logouts and revocations that wait when its memory is full (maxmemory-policy ${policy}). Set maxmemory-policy noeviction.`,
    )
  }
  if ((await setting(link, key, 'appendonly')) === 'no' && (await setting(link, key, 'save')) === '') {
    warn('Redis keeps nothing on disk: revocations that wait are lost when it restarts. Set appendonly yes.')
  }
}

async function setting(link: Link, key: string, name: string): Promise<string | undefined> {
  try {
    const reply = await link.ask(key, ['CONFIG', 'GET', name])
    // A list, or with RESP3 a map.
    const value: unknown = Array.isArray(reply) ? reply[1] : (reply as Record<string, unknown> | null)?.[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
