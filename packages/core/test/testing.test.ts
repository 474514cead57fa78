import { createTestChat } from '@imkit-auth/core/testing'
import { expect, onTestFinished, test } from 'vitest'

async function testChat(options?: Parameters<typeof createTestChat>[0]) {
  const chat = await createTestChat(options)
  onTestFinished(() => chat.close())
  return chat
}

test('tokens tell whose they are, and every one that is handed out is recorded', async () => {
  const chat = await testChat()
  const { token } = await chat.tokens.login({ id: 'amy', nickname: 'Amy' }, { session: 's1' })
  await chat.tokens.provision({ id: 'amy' }, { session: 's1' })
  expect(token).toBe('chat-token-of-amy-1')
  expect(chat.liveTokens('amy')).toEqual([token])
  expect(chat.provisions).toEqual([
    { user: { id: 'amy', nickname: 'Amy' }, session: 's1', token },
    { user: { id: 'amy' }, session: 's1', token },
  ])
})

test('a logout is recorded, ends the token, and the next login gets another one', async () => {
  const chat = await testChat()
  await chat.tokens.login({ id: 'amy' }, { session: 's1' })
  expect(await chat.tokens.revoke('amy', { session: 's1' })).toBe('confirmed')
  expect(await chat.tokens.revokeEverywhere('bob')).toBe('confirmed')
  expect(chat.revocations).toEqual([
    { userId: 'amy', session: 's1' },
    { userId: 'bob', session: undefined },
  ])
  expect(chat.liveTokens('amy')).toEqual([])
  expect(await chat.tokens.login({ id: 'amy' })).toMatchObject({ token: 'chat-token-of-amy-2' })
})

test.each([
  ['unreachable', 'UNAVAILABLE'],
  ['unauthorized', 'UNAUTHORIZED'],
] as const)('a chat server that is %s fails logins with %s, until it recovers', async (fault, code) => {
  const errors: string[] = []
  const note = (message: string) => void errors.push(message)
  const chat = await testChat({ logger: { warn: note, error: note } })
  chat.fail(fault)
  await expect(chat.tokens.login({ id: 'amy' })).rejects.toMatchObject({ code })
  expect(chat.provisions).toEqual([])
  chat.recover()
  expect(await chat.tokens.login({ id: 'amy' })).toMatchObject({ userId: 'amy' })
})
