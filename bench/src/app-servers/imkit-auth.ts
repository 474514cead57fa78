import { createChatTokens, issue } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { Redis } from 'ioredis'
import type { SharedCache } from '../peers/shared-caches.js'

export const imkitAuth: SharedCache = {
  name: 'imkit-auth provision()',
  open({ redis, chatServer }) {
    const tokens = createChatTokens({
      serverUrl: chatServer.url,
      apiKey: chatServer.apiKey,
      mode: issue(),
      store: redisStore({ client: new Redis(redis.url) }),
      // This Redis keeps nothing on disk, and need not.
      logger: { warn() {} },
    })
    return async (userId) => (await tokens.provision({ id: userId })).token
  },
}
