const assert = require('node:assert/strict')
const { randomUUID } = require('node:crypto')
const hosts = require('./hosts.cjs')

const AMY = { id: 'amy', nickname: 'Amy' }

/** Uses what has been loaded of every package once, and prints what came of it. */
module.exports = async function tour(loadedBy, packages, frameworks) {
  const { core, jwt, emulator } = packages
  const server = await emulator.startEmulator()
  const mode = core.assign({ mint: jwt.jwtMinter({ secret: randomUUID(), ttl: 3600 }) })
  const tokens = core.createChatTokens({ serverUrl: server.url, apiKey: server.apiKey, mode })

  const { userId } = await tokens.provision(AMY)
  const revoked = await tokens.revoke(AMY.id)
  assert.deepEqual([userId, revoked, server.clients()[0].tokens], ['amy', 'confirmed', []])

  for (const [name, host] of Object.entries(hosts)) {
    const app = await host(packages[name], frameworks, tokens, () => AMY)
    const response = await fetch(`http://127.0.0.1:${app.address().port}/chat/token`, { method: 'POST' })
    assert.deepEqual([name, response.status, (await response.json()).userId], [name, 200, 'amy'])
    app.close().closeAllConnections()
  }
  await tokens.close()
  await server.close()
  console.log(`${loadedBy} in Node ${process.version}: provisioned, ${revoked}, ${Object.keys(hosts).join(', ')}`)
}
