import { eventually } from '@imkit-auth/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCluster, withoutRedis } from './run-cluster.js'
import { type Answer, Visitor } from './visitor.js'

describe.skipIf(withoutRedis())('two processes and one Redis', () => {
  let cluster: Awaited<ReturnType<typeof runCluster>>
  let amy: Visitor

  beforeAll(async () => {
    cluster = await runCluster()
  })
  beforeEach(async () => {
    amy = new Visitor(cluster.url)
    await vi.waitUntil(async () => (await cluster.scene()).processes.every(({ up }) => up), { timeout: 10_000 })
  })
  afterAll(() => cluster.stop())

  const inTurn = async (count: number, ask: () => Promise<Answer>) => {
    const answers: Answer[] = []
    while (answers.length < count) answers.push(await ask())
    return answers
  }
  const countOf = (answers: readonly Answer[]) =>
    ['A', 'B'].map((name) => answers.filter(({ by }) => by === name).length)
  const control = (path: string, body: object) => new Visitor(cluster.url).post(`/scene/${path}`, body)
  const chatServer = async () => (await cluster.scene()).chatServer

  test('take turns, and give one token', async () => {
    const { json } = await amy.login()
    const answers = await inTurn(4, () => amy.token())
    expect(countOf(answers)).toEqual([2, 2])
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, json: { token: json.chat.token } })
    await amy.logout()
  })

  test('ask the chat server once for 20 logins at the same time', async () => {
    const { issues } = await chatServer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => new Visitor(cluster.url).login()))
    expect(countOf(answers)).toEqual([10, 10])
    expect(new Set(answers.map(({ json }) => json.chat.token)).size).toBe(1)
    expect(await chatServer()).toEqual({ up: true, issues: issues + 1, liveTokens: 1 })
  })

  test('both know of a logout', async () => {
    await amy.login()
    expect(await amy.logout()).toMatchObject({ json: { chat: 'confirmed' } })
    const answers = await inTurn(4, () => amy.token())
    expect(countOf(answers)).toEqual([2, 2])
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(await chatServer()).toMatchObject({ liveTokens: 0 })
  })

  test('go on when one is killed, and it comes back', async () => {
    const { json } = await amy.login()
    const [before] = (await cluster.scene()).processes
    await control('kill', { name: 'A' })
    for (const answer of await inTurn(6, () => amy.token())) {
      expect(answer).toMatchObject({ by: 'B', status: 200, json: { token: json.chat.token } })
    }
    await eventually(async () => {
      const [after] = (await cluster.scene()).processes
      expect(after).toMatchObject({ name: 'A', up: true })
      expect(after?.pid).not.toBe(before?.pid)
    })
    expect(countOf(await inTurn(4, () => amy.token()))).toEqual([2, 2])
  })

  test('are started again when both are dead, and have forgotten nothing', async () => {
    const { json } = await amy.login()
    const { issues } = await chatServer()
    await control('kill', { name: 'A' })
    await control('kill', { name: 'B' })
    expect(await amy.token()).toMatchObject({ by: null, status: 503 })
    await eventually(async () =>
      expect(await amy.token()).toMatchObject({ status: 200, json: { token: json.chat.token } }),
    )
    expect(await chatServer()).toMatchObject({ issues })
  })

  test('finish a revocation that waited for the chat server, though its process is dead', async () => {
    await amy.login()
    await control('chat-server', { up: false })
    const { by, json } = await amy.logout()
    expect(json).toEqual({ chat: 'pending' })
    await control('kill', { name: String(by) })
    await control('chat-server', { up: true })
    expect(await chatServer()).toMatchObject({ up: true, liveTokens: 1 })
    await eventually(async () => expect(await chatServer()).toMatchObject({ liveTokens: 0 }), 25_000)
  })
})
