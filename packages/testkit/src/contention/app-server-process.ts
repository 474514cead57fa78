import { type ChatTokens, ChatTokenError, createChatTokens, issue } from '@imkit-auth/core'
import { redisStore } from '@imkit-auth/redis'
import { createClient } from 'redis'
import { interceptedStore } from '../intercepted-store.js'
import type { AppServerSettings, Order, Outcome, Report } from './messages.js'

// One app server whose users have a token for each session: it does what it is told over IPC, until its parent is gone.

const { redisUrl, deadline, commandTimeout, serverUrl, apiKey } = JSON.parse(process.argv[2] ?? '') as AppServerSettings
const incidents: string[] = []

const client = createClient({ url: redisUrl })
client.on('error', (error: Error) => incidents.push(`the Redis client: ${error.message}`))
await client.connect()

const store = interceptedStore(redisStore({ client, commandTimeout }), async (step, run) => {
  try {
    return await run()
  } catch (error) {
    incidents.push(`${String(step)} failed: ${messageOf(error)}`)
    throw error
  }
})

const tokens: ChatTokens = createChatTokens({
  serverUrl,
  apiKey,
  mode: issue(),
  scope: 'session',
  store,
  deadline,
  requestsPerMinute: Infinity,
  logger: { warn: (message) => incidents.push(message) },
})

async function logIn(user: string, session: string): Promise<Outcome> {
  const [began, wallBegan] = [performance.now(), Date.now()]
  try {
    const { token } = await tokens.login({ id: user }, { session })
    return { kind: 'admitted', session, token }
  } catch (error) {
    const code = error instanceof ChatTokenError ? error.code : 'a bug'
    const [afterMs, wallMs] = [performance.now() - began, Date.now() - wallBegan]
    return { kind: 'refused', session, code, message: messageOf(error), afterMs, wallMs }
  }
}

async function obey({ kind, user, sessions }: Order): Promise<Report> {
  const isLogin = kind === 'log in'
  const outcomes = isLogin ? await Promise.all(sessions.map((session) => logIn(user, session))) : []
  const looks = isLogin ? [] : sessions.map(async (session) => (await tokens.current(user, { session }))?.token)
  return { outcomes, tokens: await Promise.all(looks), incidents: incidents.splice(0) }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => void obey(order).then((report) => process.send?.(report)))
process.send?.('ready')
