// A user's way through the chat and every way in which the chat server fails, on any runtime: `node`, `bun` or
// `deno run -A life-cycle.mjs`, in a folder that has the packages and Express.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { assign, createChatTokens, gracefulShutdown, issue } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { createTestChat } from '@imkit-auth/core/testing'
import { startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import express from 'express'

const AMY = { id: 'amy', nickname: 'Amy' }
const emulator = await startEmulator()
const { url: serverUrl, apiKey } = emulator
const opened = []
const quiet = { warn() {} }

/** The life cycle of an app that has just started. */
function chatTokens(options) {
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), logger: quiet, ...options })
  opened.push(tokens)
  return tokens
}

/** Lets the next requests meet a fault. */
const fault = (kind, more) => emulator.fault({ match: '*', kind, ...more })
const live = (id) => emulator.clients().find(({ _id }) => _id === id)?.tokens.length ?? 0
const sent = (since = 0) => emulator.requests(since).map(({ method, path }) => `${method} ${path}`)

const steps = {
  'a login, a cached one, a renewal, a logout': () => lifeCycle(chatTokens(), 'amy'),

  'the same with tokens that the app mints'() {
    const mint = jwtMinter({ secret: 'a-secret-for-checks-of-32-bytes-at-least', ttl: 3_600 })
    return lifeCycle(chatTokens({ mode: assign({ mint }) }), 'ann')
  },

  async 'ids arrive as they are'() {
    const tokens = chatTokens()
    for (const id of ['amy@example.com', 'team/amy', 'ämy ~*!(1)', "o'amy", 'a+b=c&d;e,f', '100%']) {
      await tokens.login({ id })
      const since = sent().length
      assert.equal(await tokens.revoke(id), 'confirmed', id)
      assert.deepEqual(sent(since), [`DELETE /admin/clients/${encodeURIComponent(id)}/token`])
    }
  },

  async 'revokeEverywhere ends tokens that this app has never seen'() {
    await chatTokens().login({ id: 'eve' })
    const tokens = chatTokens()
    assert.equal(await tokens.revokeEverywhere('eve'), 'confirmed')
    assert.equal(live('eve'), 0)
  },

  async 'a hundred logins at once, on fifty connections'() {
    const tokens = chatTokens()
    const ids = Array.from({ length: 100 }, (_, n) => `user-${n}`)
    fault('slow-headers', { ms: 200 })
    const logins = Promise.all(ids.map((id) => tokens.login({ id })))
    await sleep(150)
    assert.ok(sent().length <= 50, `${sent().length} requests at once`)
    assert.equal(new Set((await logins).map(({ token }) => token)).size, 100)
  },

  async 'a chat server that is away certainly did not act'() {
    const gone = await startEmulator()
    await gone.close()
    await refused(chatTokens({ serverUrl: gone.url }).login(AMY), { code: 'UNAVAILABLE', ambiguous: false })
  },

  async 'one that redirects is not followed'() {
    for (const status of [301, 302, 303, 307, 308]) {
      fault('redirect', { status })
      await refused(chatTokens().login(AMY), { code: 'MISCONFIGURED', ambiguous: false })
      emulator.clearFaults()
    }
    assert.deepEqual(emulator.redirected(), [])
  },

  async 'one that hangs, at once or in the middle, is left at the deadline'() {
    for (const [kind, more] of [['hang'], ['slow-body', { ms: 60_000 }]]) {
      fault(kind, more)
      const startedAt = performance.now()
      await refused(chatTokens({ deadline: 300 }).login(AMY), { code: 'UNAVAILABLE', ambiguous: true })
      assert.ok(performance.now() - startedAt < 2_000, kind)
      emulator.clearFaults()
    }
  },

  async 'one that breaks off may have acted, and only we decide whether it is asked again'() {
    for (const kind of ['reset-before', 'reset-after-acting', 'truncate']) {
      const tokens = chatTokens()
      // Leaves a connection that a runtime may keep, and on which it may send a request twice.
      await tokens.login({ id: 'before' })
      const since = sent().length
      fault(kind)
      await refused(tokens.login(AMY), { code: 'UNAVAILABLE', ambiguous: true })
      assert.deepEqual(sent(since), ['POST /admin/clients'], kind)
      emulator.clearFaults()
    }
    for (const kind of ['reset-before', 'reset-after-acting']) {
      const tokens = chatTokens()
      await tokens.login({ id: 'before' })
      const since = sent().length
      fault(kind, { times: 1 })
      await tokens.revoke('before')
      const [first, second] = emulator.requests(since)
      // What we repeat, we repeat after a pause.
      assert.ok(!second || second.at - first.at >= 25, `${kind}: a DELETE was sent twice`)
    }
  },

  async 'an answer that is too large, or packed, is not read'() {
    for (const [kind, bytes] of [
      ['huge', 50_000_000],
      ['gzip-bomb', 50_000_000],
      ['gzip-bomb', 2_000],
    ]) {
      fault(kind, { bytes })
      const before = process.memoryUsage().rss
      await refused(chatTokens().login(AMY), { code: 'UNAVAILABLE', ambiguous: true })
      emulator.clearFaults()
      assert.ok(process.memoryUsage().rss - before < 40_000_000, `${kind} takes memory`)
    }
  },

  async 'a refused key, a limit and a failure are told apart'() {
    await refused(chatTokens({ apiKey: 'another-key' }).login(AMY), { code: 'UNAUTHORIZED' })
    fault('status', { status: 429, retryAfter: 7, times: 1 })
    await refused(chatTokens().login(AMY), { code: 'RATE_LIMITED', retryAfter: 7 })
    fault('status', { status: 503, times: 9 })
    await refused(chatTokens().login(AMY), { code: 'UNAVAILABLE', ambiguous: false })
    emulator.clearFaults()
  },

  async 'an Express app logs in, hands out tokens and logs out'() {
    const tokens = chatTokens()
    const who = (req) => req.get('x-user')
    const chat = imkitChat(tokens, { identify: (req) => who(req) && { id: who(req) }, session: who })
    const app = express()
    app.post('/login', chat.login(), (req, res) => res.json({ chat: req.chat }))
    app.post('/logout', chat.logout(), (_req, res) => res.sendStatus(204))
    app.post('/slow', chat.logout(), (_req, res) => void setTimeout(() => res.sendStatus(204), 1_500))
    app.post('/chat/token', chat.token())
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const shutDown = gracefulShutdown(server, tokens, { withinMs: 6_000 })
    const url = `http://127.0.0.1:${server.address().port}`
    const headers = { 'x-user': 'zoe', 'content-type': 'application/json' }
    const post = (path, body = {}) =>
      fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body), keepalive: false })

    const { chat: first } = await (await post('/login')).json()
    const again = await (await post('/chat/token')).json()
    assert.equal(again.token, first.token)
    const renewed = await (await post('/chat/token', { invalid: first.token })).json()
    assert.notEqual(renewed.token, first.token)
    assert.equal((await post('/logout')).status, 204)
    assert.equal(live('zoe'), 0)
    assert.equal((await post('/chat/token')).status, 401)
    assert.equal((await post('/login')).status, 200)
    const underWay = post('/slow')
    await once(server, 'request')
    const { pending } = await shutDown()
    assert.equal((await underWay).status, 204)
    assert.equal(live('zoe'), 0)
    assert.deepEqual(pending, [])
    await assert.rejects(post('/login'))
  },

  async 'the chat of an app’s own tests'() {
    const chat = await createTestChat()
    const { token } = await chat.tokens.login(AMY)
    assert.equal(token, 'chat-token-of-amy-1')
    chat.fail('unreachable')
    await refused(chat.tokens.login({ id: 'bob' }), { code: 'UNAVAILABLE', ambiguous: false })
    chat.recover()
    await chat.close()
  },
}

async function lifeCycle(tokens, id) {
  const session = `session-of-${id}`
  const first = await tokens.login({ id }, { session })
  const since = sent().length
  assert.equal((await tokens.login({ id }, { session })).token, first.token)
  assert.equal((await tokens.provision({ id }, { session })).token, first.token)
  assert.deepEqual(sent(since), [])
  await tokens.reportInvalid(id, first.token, { session })
  const second = await tokens.provision({ id }, { session })
  assert.notEqual(second.token, first.token)
  assert.equal(live(id), 1)
  assert.equal(await tokens.revoke(id, { session }), 'confirmed')
  assert.equal(live(id), 0)
  await refused(tokens.provision({ id }, { session }), { code: 'LOGGED_OUT' })
  await tokens.updateProfile({ id, nickname: 'New' })
}

/** It fails with an error of ours, that does not hold the key. */
async function refused(attempt, expected) {
  const error = await attempt.then(
    () => assert.fail(`expected ${expected.code}`),
    (reason) => reason,
  )
  const { code, ambiguous, retryAfter } = error
  const found = { code, ambiguous, retryAfter }
  for (const [name, value] of Object.entries(expected)) assert.equal(found[name], value, `${name}: ${error.stack}`)
  assert.ok(!String(error.stack).includes(apiKey), 'the error holds the API key')
}

for (const [name, step] of Object.entries(steps)) {
  try {
    await step()
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error })
  } finally {
    await emulator.reset()
  }
}
await Promise.all(opened.map((tokens) => tokens.close({ withinMs: 500 })))
await emulator.close()
const { bun, deno, node } = process.versions
console.log(`${Object.keys(steps).length} steps on ${bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node.js ${node}`}`)
