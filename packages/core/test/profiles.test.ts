import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatUser, ProfileProgress } from '@imkit-auth/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { World } from '@imkit-auth/testkit'

const LIST = 'POST /admin/clients/list'

let world: World
beforeEach(async () => {
  world = await World.create()
})
afterEach(() => world.end())

const users = (count: number): ChatUser[] =>
  Array.from({ length: count }, (_, i) => ({ id: `user ${i}`, nickname: `U${i}` }))
const profile = (id: string) => world.emulator.clients().find(({ _id }) => _id === id)

describe('provisionProfiles', () => {
  test('sends a hundred profiles in a request, and tells how it gets on', async () => {
    const seen: ProfileProgress[] = []
    const report = await world.instance().tokens.provisionProfiles(users(250), { onProgress: (at) => seen.push(at) })
    expect(report).toEqual({ accepted: 250, failed: 0, failures: [], aborted: false })
    expect(seen.map(({ accepted }) => accepted)).toEqual([100, 200, 250])
    expect(world.calls(LIST)).toBe(3)
    expect(profile('user 249')).toMatchObject({ nickname: 'U249', tokens: [] })
  })

  test('takes users as they come, such as rows of a database', async () => {
    async function* rows() {
      for (const user of users(120)) yield user
    }
    expect((await world.instance().tokens.provisionProfiles(rows())).accepted).toBe(120)
  })

  test('reports whom it could not send and why, and goes on with the rest', async () => {
    world.emulator.fault({ match: LIST, kind: 'status', status: 400, times: 1 })
    const list = [...users(200), { id: '..' }, { id: 7.5 }]
    const report = await world.instance().tokens.provisionProfiles(list)
    expect(report).toMatchObject({ accepted: 100, failed: 102 })
    expect(report.failures.map(({ userIds, error }) => [userIds.length, error.code])).toEqual([
      [100, 'REJECTED'],
      [1, 'INVALID_USER'],
      [1, 'INVALID_USER'],
    ])
  })

  test('does not call profiles accepted that the chat server left out', async () => {
    world.emulator.fault({ match: LIST, kind: 'status', status: 200, body: { RC: 0, RM: 'OK', result: { count: 2 } } })
    const report = await world.instance().tokens.provisionProfiles(users(3))
    expect(report).toMatchObject({
      accepted: 0,
      failed: 3,
      failures: [{ error: { message: expect.stringContaining('2 of these 3') } }],
    })
  })

  test('waits as long as the chat server asks for', async () => {
    const body = { error: 'RATE_LIMIT_EXCEEDED', retryAfter: 1 }
    world.emulator.fault({ match: LIST, kind: 'status', status: 429, body, times: 1 })
    const { tokens } = world.instance({ deadline: 900 })
    expect((await tokens.provisionProfiles(users(5))).accepted).toBe(5)
    expect(world.calls(LIST)).toBe(2)
  })

  test('stops between two requests when it is aborted, also while it waits', async () => {
    const stop = new AbortController()
    const { tokens } = world.instance()
    const report = await tokens.provisionProfiles(users(300), { signal: stop.signal, onProgress: () => stop.abort() })
    expect(report).toMatchObject({ accepted: 100, aborted: true })
    world.emulator.fault({
      match: LIST,
      kind: 'status',
      status: 429,
      body: { error: 'RATE_LIMIT_EXCEEDED', retryAfter: 60 },
    })
    const second = new AbortController()
    const waiting = tokens.provisionProfiles(users(300), { signal: second.signal })
    await sleep(100)
    second.abort()
    expect(await waiting).toMatchObject({ accepted: 0, aborted: true })
  })
})

describe('updateProfile', () => {
  test('changes what is given and leaves the rest', async () => {
    const { tokens } = world.instance()
    await tokens.provision({ id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/amy.png' })
    await tokens.updateProfile({ id: 'amy', nickname: 'Amélie' })
    expect(profile('amy')).toMatchObject({ nickname: 'Amélie', avatarUrl: 'https://example.com/amy.png' })
    const before = world.emulator.requests().length
    await tokens.provision({ id: 'amy', nickname: 'Amélie', avatarUrl: 'https://example.com/amy.png' })
    expect(world.emulator.requests()).toHaveLength(before)
  })

  test('says when the chat server does not take it', async () => {
    const { tokens } = world.instance()
    world.emulator.fault({ match: 'POST /admin/clients', kind: 'status', status: 400, times: 1 })
    await expect(tokens.updateProfile({ id: 'amy' })).rejects.toMatchObject({ code: 'REJECTED' })
    await expect(tokens.updateProfile({ id: '' })).rejects.toMatchObject({ code: 'INVALID_USER' })
  })
})
