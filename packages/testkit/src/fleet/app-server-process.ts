import { setTimeout as sleep } from 'node:timers/promises'
import { assign, type ChatTokens, ChatTokenError, createChatTokens, issue } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { redisStore } from '@imkit-auth/redis'
import { createClient } from 'redis'
import type { Answer, AppServerSettings, CallName, Calls, Received, Sent } from './calls.js'
import { DeadlyDispatcher } from './deadly-dispatcher.js'
import { deadlyStore } from './deadly-store.js'
import { KillSwitch } from './kill-switch.js'

// One app server of a fleet: it does what it is asked for over IPC, until its parent is gone.

/** So long the connection to Redis is waited for, in ms: an app server must also come up without. */
const CONNECT_WITHIN = 300

const killSwitch = new KillSwitch()
let started: ChatTokens | undefined

function tokens(): ChatTokens {
  if (!started) throw new Error('this app server has not been started')
  return started
}

async function start({ redisUrl, mode, commandTimeout, ...settings }: AppServerSettings): Promise<void> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => {})
  await Promise.race([client.connect(), sleep(CONNECT_WITHIN)])
  started = createChatTokens({
    ...settings,
    mode:
      mode === 'issue'
        ? issue()
        : assign({ mint: jwtMinter({ secret: 'a secret of thirty-two bytes or more', ttl: 7_200 }) }),
    store: deadlyStore(redisStore({ client, commandTimeout }), killSwitch),
    dispatcher: new DeadlyDispatcher(killSwitch),
    logger: { warn() {} },
  })
}

async function crowd({ user, size }: Calls['crowd']['given']): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const logIn = async () => {
    const came = await answer({ id: 0, name: 'provision', given: { user, session: 's', resume: false } })
    const what = came.kind === 'done' ? String(came.value) : came.kind === 'failed' ? came.code : came.kind
    counts[what] = (counts[what] ?? 0) + 1
  }
  await Promise.all(Array.from({ length: size }, logIn))
  return counts
}

const does: { [Name in CallName]: (given: Calls[Name]['given']) => Promise<Calls[Name]['answer']> } = {
  start,
  arm: async (point) => killSwitch.arm(point),
  provision: async ({ user, session, resume }) =>
    (await tokens()[resume ? 'provision' : 'login']({ id: user, nickname: user }, { session })).token,
  crowd,
  current: async ({ user, session }) => (await tokens().current(user, { session }))?.token,
  revoke: ({ user, ...options }) => tokens().revoke(user, options),
  report: ({ user, token, session }) => tokens().reportInvalid(user, token, { session }),
  pending: async () => (await tokens().pendingRevocations()).length,
  stats: async () => tokens().stats(),
  close: async (options) => (await tokens().close(options)).pending.length,
}

async function answer({ name, given }: Sent): Promise<Answer<unknown>> {
  try {
    return { kind: 'done', value: await does[name](given as never) }
  } catch (error) {
    return { kind: 'failed', code: error instanceof ChatTokenError ? error.code : `a bug: ${String(error)}` }
  }
}

process.on('disconnect', () => process.exit())
process.on('message', (sent: Sent) => {
  void answer(sent).then((answered) => process.send?.({ id: sent.id, answer: answered } satisfies Received))
})
