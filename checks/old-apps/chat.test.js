'use strict'
/* global describe, it, before, after */

const assert = require('assert')
const { createChatTokens, issue } = require('@imkit-auth/core')
const { startEmulator } = require('@imkit-auth/emulator')
const createApp = require('../app')

describe('the chat', function () {
  let emulator, tokens, server, cookie

  before(async function () {
    emulator = await startEmulator()
    tokens = createChatTokens({ serverUrl: emulator.url, apiKey: emulator.apiKey, mode: issue() })
    server = createApp(tokens).listen(0)
  })
  after(async function () {
    server.closeAllConnections()
    server.close()
    await tokens.close()
    await emulator.close()
  })

  async function post(path, body) {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookie && { cookie }) },
      body: JSON.stringify(body || {}),
    })
    const set = response.headers.getSetCookie().map((line) => line.split(';')[0])
    if (set.length > 0) cookie = set.join('; ')
    const text = await response.text()
    return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : {} }
  }
  const live = () => emulator.clients().flatMap((client) => client.tokens).length

  it('opens at login', async function () {
    const { status, json } = await post('/login', { username: 'amy', password: 'chat' })
    assert.deepStrictEqual([status, json.user, json.chat.userId, live()], [200, 'amy', 'amy', 1])
  })

  it('gives the page its token', async function () {
    const { status, json } = await post('/chat/token')
    assert.deepStrictEqual([status, json.userId], [200, 'amy'])
  })

  it('closes at logout', async function () {
    assert.deepStrictEqual([(await post('/logout')).status, live()], [204, 0])
    assert.strictEqual((await post('/chat/token')).status, 401)
  })
})
