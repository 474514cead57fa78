const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const authHosts = require('./auth-hosts.cjs')
const hosts = require('./hosts.cjs')
const redisClients = require('./redis-clients.cjs')

const AMY = { id: 'amy', nickname: 'Amy' }
const { REDIS_URL } = process.env

/** Uses what has been loaded of every package once, and prints what came of it. Redis only where there is one. */
module.exports = async function tour(loadedBy, packages, frameworks, libraries) {
  const { authService, services, core, jwt, emulator, redis } = packages
  const server = await emulator.startEmulator()
  const mode = core.assign({ mint: jwt.jwtMinter({ secret: randomUUID(), ttl: 3600 }) })
  const chatServer = { serverUrl: server.url, apiKey: server.apiKey, mode }

  async function provisionAndRevoke(tokens) {
    const { userId } = await tokens.provision(AMY)
    const issued = server.clients()[0].tokens.length
    const revoked = await tokens.revoke(AMY.id)
    assert.deepEqual([userId, issued, revoked, server.clients()[0].tokens], ['amy', 1, 'confirmed', []])
  }

  const tokens = core.createChatTokens(chatServer)
  await provisionAndRevoke(tokens)

  const stores = REDIS_URL ? Object.entries(redisClients) : []
  for (const [, connect] of stores) {
    const { options, end } = await connect(libraries, REDIS_URL)
    // A machine that is busy is not what is looked at here, nor how a Redis is configured.
    const store = redis.redisStore({ ...options, prefix: `check-${randomUUID()}`, commandTimeout: 10_000 })
    const shared = core.createChatTokens({ ...chatServer, store, logger: { warn() {} } })
    await provisionAndRevoke(shared)
    await shared.close()
    end()
  }

  for (const [name, host] of Object.entries(hosts)) {
    const app = await host(packages[name], frameworks, tokens, () => AMY)
    const response = await fetch(`http://127.0.0.1:${app.address().port}/chat/token`, { method: 'POST' })
    assert.deepEqual([name, response.status, (await response.json()).userId], [name, 200, 'amy'])
    app.close().closeAllConnections()
  }
  await tokens.close()

  const secret = randomUUID()
  const mint = jwt.jwtMinter({ secret, ttl: 3600 })
  const minting = core.createChatTokens({ serverUrl: server.url, mode: core.external({ mint }) })
  const options = { verifier: authService.createVerifier({ tokens: minting, keys: [{ secret }] }) }
  for (const [name, host] of Object.entries(authHosts)) {
    const asked = await host(services, frameworks, authService.createAuthService(options), options)
    server.verifyAt(`http://127.0.0.1:${asked.address().port}/verify`)
    const { token } = await minting.provision(AMY)
    const me = async () => {
      const headers = { 'im-client-key': server.clientKey, 'im-authorization': token }
      return (await fetch(`${server.url}/me`, { headers })).status
    }
    const before = await me()
    await minting.revoke(AMY.id)
    assert.deepEqual([name, before, await me()], [name, 200, 401])
    asked.close().closeAllConnections()
  }
  await minting.close()
  await server.close()
  const used = [...stores.map(([name]) => `Redis by ${name}`), ...Object.keys(hosts)]
  console.log(
    `${loadedBy} in Node ${process.version}: provisioned, confirmed, ${used.join(', ')}, verified by ${Object.keys(authHosts).join(', ')}`,
  )
}
