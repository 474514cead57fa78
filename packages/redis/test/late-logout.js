// A process whose app logs somebody out after it has closed the tokens, and that nothing keeps then.
import { createChatTokens, issue } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'

const [url, serverUrl, apiKey] = process.argv.slice(2)
const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: redisStore({ url }) })
await tokens.provision({ id: 'amy' })
await tokens.close()
await tokens.revoke('amy')
process.disconnect()
