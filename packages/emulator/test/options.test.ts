import { describe, expect, it } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../src/index.js'
import { admin, codeOf, issued, tokensOf } from './call.js'
import { started } from './started.js'

describe('singleToken', () => {
  it.each([
    ['an issue', 'POST /admin/clients', { _id: 'amy', issueAccessToken: true }],
    ['an assignment', 'POST /admin/clients', { _id: 'amy', token: 'mine' }],
    ['an update', 'PUT /admin/clients/amy/token', { token: 'mine' }],
  ])('lets %s kill the older token of that client', async (_, target, body) => {
    const emulator = await started({ singleToken: true })
    const old = await issued(emulator, 'amy')
    const other = await issued(emulator, 'bob')
    expect((await admin(emulator, target, body)).status).toBe(200)
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
    expect(tokensOf(emulator, 'amy')).not.toContain(old)
    expect(tokensOf(emulator, 'bob')).toEqual([other])
  })
})

describe('conflictOnExisting', () => {
  it.each([
    ['an issue', { _id: 'amy', issueAccessToken: true }],
    ['an assignment', { _id: 'amy', token: 'mine' }],
  ])('refuses %s for a client that exists', async (_, body) => {
    const emulator = await started({ conflictOnExisting: true })
    expect((await admin(emulator, 'POST /admin/clients', body)).status).toBe(200)
    const before = emulator.clients()
    const reply = await admin(emulator, 'POST /admin/clients', { ...body, nickname: 'Amy' })
    expect([reply.status, codeOf(reply)]).toEqual([409, 'USER_EXISTS'])
    expect(emulator.clients()).toEqual(before)
  })

  it('still lets a profile be changed', async () => {
    const emulator = await started({ conflictOnExisting: true })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy' })
    expect((await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Amy' })).status).toBe(200)
    expect(emulator.clients()).toMatchObject([{ nickname: 'Amy' }])
  })
})

describe('ignoreDeleteBody', () => {
  it('revokes every token of the client whatever the body says', async () => {
    const emulator = await started({ ignoreDeleteBody: true })
    const first = await issued(emulator, 'amy')
    await issued(emulator, 'amy')
    expect((await admin(emulator, 'DELETE /admin/clients/amy/token', { token: first })).status).toBe(200)
    expect(tokensOf(emulator, 'amy')).toEqual([])
  })
})

describe('strict', () => {
  it.each([
    ['POST /admin/clients', { _id: 'amy', issueAccessToken: true }],
    ['POST /admin/clients', { _id: 'amy', token: 'mine', nickname: '' }],
    ['POST /admin/clients/list', { data: [{ _id: 'amy' }] }],
  ])('makes %s need a nickname', async (target, body) => {
    const emulator = await started({ strict: true })
    const reply = await admin(emulator, target, body)
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
    expect(JSON.stringify(reply.body)).toContain('nickname')
  })
})

describe('options', () => {
  it.each<[keyof EmulatorOptions, unknown]>([
    ['host', ''],
    ['port', -1],
    ['port', '4100'],
    ['controlPort', 65_536],
    ['apiKey', ''],
    ['apiKey', 'two words'],
    ['clientKey', null],
    ['dialect', 'json'],
    ['singleToken', 'yes'],
    ['rateLimit', 1.5],
    ['tokenDays', 0],
    ['tokenDays', '7'],
    ['tokenDays', Number.NaN],
  ])('refuse a bad %s (%j) by name', async (name, value) => {
    const start = startEmulator({ [name]: value })
    await expect(start).rejects.toThrow(TypeError)
    await expect(start).rejects.toThrow(new RegExp(`^${name} `))
  })

  it('refuse a name that is none of theirs', async () => {
    const misspelt: object = { singletoken: true }
    await expect(startEmulator(misspelt)).rejects.toThrow(/^singletoken is not an option/)
  })

  it('name the port that is in use', async () => {
    const { url } = await started()
    const port = Number(new URL(url).port)
    await expect(startEmulator({ port })).rejects.toThrow(`port ${port} `)
    await expect(startEmulator({ controlPort: port })).rejects.toThrow(`port ${port} `)
  })

  it('give back the chat port when the control port is in use', async () => {
    const other = await started()
    const former = await startEmulator()
    await former.close()
    const port = Number(new URL(former.url).port)
    await expect(startEmulator({ port, controlPort: Number(new URL(other.url).port) })).rejects.toThrow('in use')
    expect((await started({ port })).url).toBe(former.url)
  })
})
