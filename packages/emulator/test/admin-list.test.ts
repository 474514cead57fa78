import { describe, expect, it } from 'vitest'
import type { DialectName } from '../src/index.js'
import { admin, codeOf, resultOf } from './call.js'
import { started } from './started.js'

const users = (count: number): { _id: string; nickname: string }[] =>
  Array.from({ length: count }, (_, n) => ({ _id: `user-${n}`, nickname: `User ${n}` }))

describe.each<DialectName>(['envelope', 'bare'])('lists of clients in the %s dialect', (dialect) => {
  it('creates and changes up to a hundred clients at once, without tokens', async () => {
    const emulator = await started({ dialect })
    await admin(emulator, 'POST /admin/clients', { _id: 'user-0', avatarUrl: 'https://example.com/0' })
    const reply = await admin(emulator, 'POST /admin/clients/list', { data: users(100) })
    expect([reply.status, resultOf(reply, dialect)]).toEqual([200, { count: 100 }])
    expect(emulator.clients()).toHaveLength(100)
    expect(emulator.clients()[0]).toEqual({
      _id: 'user-0',
      nickname: 'User 0',
      avatarUrl: 'https://example.com/0',
      tokens: [],
    })
  })

  it('shows the clients page by page, without tokens', async () => {
    const emulator = await started({ dialect })
    await admin(emulator, 'POST /admin/clients/list', { data: users(60) })
    const first = resultOf(await admin(emulator, 'GET /admin/clients'), dialect)
    expect(first['totalCount']).toBe(60)
    expect(first['data']).toHaveLength(50)
    const second = resultOf(await admin(emulator, 'GET /admin/clients?skip=59&limit=10'), dialect)
    expect(second['data']).toEqual([
      {
        _id: 'user-59',
        id: 'user-59',
        nickname: 'User 59',
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
        createdAtMS: expect.any(Number),
        updatedAtMS: expect.any(Number),
      },
    ])
  })
})

describe('POST /admin/clients/list', () => {
  it.each([
    ['more than a hundred clients', { data: users(101) }],
    ['no array', { data: 'user-1' }],
    ['a client that is no object', { data: ['user-1'] }],
    ['one client without _id', { data: [...users(2), { nickname: 'Nobody' }] }],
  ])('refuses %s and creates nobody', async (_, body) => {
    const emulator = await started()
    const reply = await admin(emulator, 'POST /admin/clients/list', body)
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
    expect(emulator.clients()).toEqual([])
  })
})

describe('GET /admin/clients', () => {
  it.each(['q={}', 'limit=many', 'skip=-1'])('refuses %s rather than show something else', async (query) => {
    const emulator = await started()
    const reply = await admin(emulator, `GET /admin/clients?${query}`)
    expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
  })
})
