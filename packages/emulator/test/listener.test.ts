import { Agent, request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../src/index.js'
import { admin, call } from './call.js'
import { started } from './started.js'

describe('the chat port', () => {
  it('refuses connections and later takes them again, with what it knew', async () => {
    const emulator = await started()
    await admin(emulator, 'POST /admin/clients', { _id: 'amy' })
    await emulator.accept(false)
    await emulator.accept(false)
    await expect(admin(emulator, 'GET /admin/clients')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await emulator.accept(true)
    await emulator.accept(true)
    expect((await admin(emulator, 'GET /admin/clients')).status).toBe(200)
    expect(emulator.clients()).toHaveLength(1)
  })

  it('keeps connections alive, and closes at once though one is open', async () => {
    const emulator = await startEmulator()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports: (number | undefined)[] = []
    for (let n = 0; n < 2; n += 1) {
      await new Promise<void>((resolve, reject) => {
        const outgoing = request(`${emulator.url}/me`, { agent }, (response) => response.resume().on('end', resolve))
        outgoing
          .on('error', reject)
          .on('socket', (socket) => socket.once('connect', () => ports.push(socket.localPort)))
        outgoing.end()
      })
    }
    expect(ports).toHaveLength(1)
    const before = performance.now()
    await emulator.close()
    expect(performance.now() - before).toBeLessThan(1000)
    await expect(call(emulator.controlUrl, 'GET /')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    agent.destroy()
  })

  it('may be closed twice', async () => {
    const emulator = await startEmulator()
    await emulator.close()
    await expect(emulator[Symbol.asyncDispose]()).resolves.toBeUndefined()
  })

  it('tells where the control port is, whatever faults there are', async () => {
    const emulator = await started()
    emulator.fault({ match: '*', kind: 'hang' })
    const reply = await call(emulator.url, 'GET /.well-known/imkit-emulator')
    expect([reply.status, reply.body]).toEqual([200, { emulator: true, controlUrl: emulator.controlUrl }])
    expect(emulator.requests()).toEqual([])
  })

  it("dates its answers by the emulator's clock", async () => {
    const emulator = await started()
    emulator.advance(86_400_000)
    const reply = await call(emulator.url, 'GET /me')
    expect(Math.abs(Date.parse(String(reply.headers['date'])) - emulator.now())).toBeLessThan(5000)
    expect(emulator.now() - Date.now()).toBeGreaterThan(86_000_000)
  })
})
