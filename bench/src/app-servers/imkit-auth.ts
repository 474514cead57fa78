import { createChatTokens, issue } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { Redis } from 'ioredis'
import { API_KEY } from '../issue-call.js'
import type { SharedCache } from '../peers/shared-caches.js'

export const imkitAuth: SharedCache = {
  name: 'imkit-auth provision()',
  open({ redis, serverUrl }) {
    const tokens = createChatTokens({
      serverUrl,
      apiKey: API_KEY,
      mode: issue(),
      // Four processes on a busy machine are no outage.
      store: redisStore({ client: new Redis(redis.url), commandTimeout: 2_000 }),
      // This Redis keeps nothing on disk, and need not.
      logger: { warn() {} },
    })
    return async (userId) => (await tokens.provision({ id: userId })).token
  },
}
