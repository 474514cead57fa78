import type { ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type DialectName, startEmulator } from '../src/index.js'
import { authService, says } from './auth-service.js'
import { admin, call, client, codeOf, issued, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const AMY = { id: 'amy', nickname: 'Amy', avatarUrl: 'https://example.com/amy' }
const TOKEN = 'a-token-of-the-app-itself'

describe.each<DialectName>(['envelope', 'bare'])(
  'a token that the auth service judges in the %s dialect',
  (dialect) => {
    it('is that of the client whom it names, who is created', async () => {
      const { url } = await authService(says(200, AMY))
      const emulator = await started({ dialect, authVerifyUrl: url })
      const reply = await client(emulator, 'GET /me', TOKEN)
      expect(reply.status).toBe(200)
      expect(resultOf(reply, dialect)).toMatchObject({ _id: 'amy', ...AMY })
      const { id: _id, ...profile } = AMY
      expect(emulator.clients()).toEqual([{ _id, ...profile, tokens: [] }])
    })

    it('is refused with 401 and RC', async () => {
      const { url } = await authService(says(401, AMY))
      const emulator = await started({ dialect, authVerifyUrl: url })
      const reply = await client(emulator, 'GET /me', TOKEN)
      expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHORIZED'])
      expect(reply.body).toMatchObject({ RC: 401 })
      expect(emulator.clients()).toEqual([])
    })

    it('is good for nothing, with 503 and RC, while it does not judge', async () => {
      const { url } = await authService(says(500, AMY))
      const emulator = await started({ dialect, authVerifyUrl: url })
      const reply = await client(emulator, 'GET /me', TOKEN)
      expect([reply.status, codeOf(reply)]).toEqual([503, 'AUTH_SERVICE_UNAVAILABLE'])
      expect(reply.body).toMatchObject({ RC: 503 })
      expect(emulator.clients()).toEqual([])
    })
  },
)

describe('the profile', () => {
  it.each([
    [{ nickname: 'Amy' }, { nickname: 'Amy', avatarUrl: 'https://example.com/old' }],
    [{ avatarUrl: '' }, { nickname: 'Old', avatarUrl: '' }],
    [{ role: 'owner' }, { nickname: 'Old', avatarUrl: 'https://example.com/old' }],
  ])('of a client changes by %j alone', async (fields, profile) => {
    const { url } = await authService(says(200, { id: 'amy', ...fields }))
    const emulator = await started({ authVerifyUrl: url })
    await admin(emulator, 'POST /admin/clients', { _id: 'amy', nickname: 'Old', avatarUrl: 'https://example.com/old' })
    expect(resultOf(await client(emulator, 'GET /me', TOKEN))).toMatchObject(profile)
    expect(emulator.clients()).toEqual([{ _id: 'amy', ...profile, tokens: [] }])
  })
})

describe('the auth service', () => {
  it.each([
    ['IM-Authorization', ''],
    ['IM-Authorization', 'Bearer '],
    ['Authorization', ''],
    ['Authorization', 'bearer '],
  ])('is asked once for each request, with the token from %s after %j', async (name, scheme) => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    const headers = { 'IM-CLIENT-KEY': emulator.clientKey, [name]: scheme + TOKEN }
    for (const target of ['GET /me', 'GET /me/', 'POST /me/logout', 'POST /me/logout-others']) {
      asked.splice(0)
      expect((await call(emulator.url, target, { headers })).status).toBe(200)
      expect(asked).toEqual([
        {
          method: 'POST',
          path: '/verify?app=1',
          body: JSON.stringify({ token: TOKEN }),
          headers: expect.objectContaining({ 'content-type': 'application/json' }),
        },
      ])
      expect(asked[0]?.headers).not.toHaveProperty('authorization')
      expect(JSON.stringify(asked[0]?.headers)).not.toContain(emulator.clientKey)
    }
  })

  it('is not asked without the right client key', async () => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    for (const key of [{}, { 'IM-CLIENT-KEY': 'wrong' }]) {
      const reply = await call(emulator.url, 'GET /me', { headers: { ...key, 'IM-Authorization': TOKEN } })
      expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHORIZED'])
    }
    expect(asked).toEqual([])
  })

  it('is not asked without a token', async () => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    for (const none of [{}, { 'IM-Authorization': '' }]) {
      const reply = await call(emulator.url, 'GET /me', { headers: { 'IM-CLIENT-KEY': emulator.clientKey, ...none } })
      expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHORIZED'])
    }
    expect(asked).toEqual([])
  })

  it('is not asked for anything but calls of chat clients', async () => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    const headers = {
      'IM-API-KEY': emulator.apiKey,
      'IM-CLIENT-KEY': emulator.clientKey,
      'IM-Authorization': TOKEN,
    }
    const targets = ['GET /admin/clients', 'GET /admin/connection-count', 'OPTIONS /me', 'GET /mean']
    for (const target of targets) await call(emulator.url, target, { headers })
    expect(asked).toEqual([])
  })

  it('has the only word on tokens that the chat server issued', async () => {
    const { url, asked } = await authService(says(401, {}))
    const emulator = await started()
    const token = await issued(emulator, 'amy')
    expect((await client(emulator, 'GET /me', token)).status).toBe(200)
    emulator.verifyAt(url)
    expect((await client(emulator, 'GET /me', token)).status).toBe(401)
    expect(asked).toHaveLength(1)
    expect(tokensOf(emulator, 'amy')).toEqual([token])
  })
})

describe('a bad answer of the auth service', () => {
  it.each([
    ['201', says(201, AMY)],
    ['204', says(204, '')],
    ['400', says(400, AMY)],
    ['403', says(403, AMY)],
    ['404', says(404, AMY)],
    ['429', says(429, AMY)],
    ['500', says(500, AMY)],
    ['503', says(503, AMY)],
    ['an HTML page', says(200, '<!DOCTYPE html><h1>Sign in</h1>', { 'Content-Type': 'text/html' })],
    ['nothing', says(200, '')],
    ['half of the JSON', says(200, JSON.stringify(AMY).slice(0, -1))],
    ['null', says(200, null)],
    ['an array', says(200, [AMY])],
    ['no id', says(200, { nickname: 'Amy' })],
    ['an empty id', says(200, { ...AMY, id: '' })],
    ['an id that is a number', says(200, { ...AMY, id: 7 })],
    ['a nickname that is null', says(200, { ...AMY, nickname: null })],
    ['an avatarUrl that is a number', says(200, { ...AMY, avatarUrl: 7 })],
    ['more than 64 KiB', says(200, { ...AMY, padding: ' '.repeat(65_536) })],
  ])('such as %s is 503 and changes nothing', async (_, answer) => {
    const { url, asked } = await authService(answer)
    const emulator = await started({ authVerifyUrl: url })
    const token = await issued(emulator, 'amy')
    const before = emulator.clients()
    const reply = await client(emulator, 'GET /me', token)
    expect([reply.status, codeOf(reply)]).toEqual([503, 'AUTH_SERVICE_UNAVAILABLE'])
    expect(asked).toHaveLength(1)
    expect(emulator.clients()).toEqual(before)
  })

  it.each([301, 302, 303, 307, 308])('such as a redirect with %i is 503, and not followed', async (status) => {
    const other = await authService(says(200, AMY))
    const { url } = await authService(says(status, '', { Location: other.url }))
    const emulator = await started({ authVerifyUrl: url })
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(503)
    expect(other.asked).toEqual([])
  })

  it('is none when it has nearly 64 KiB', async () => {
    const { url } = await authService(says(200, { ...AMY, padding: ' '.repeat(65_000) }))
    const emulator = await started({ authVerifyUrl: url })
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(200)
  })

  it('of one that is down is 503', async () => {
    const service = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: service.url })
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(200)
    await service.stop()
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(503)
  })

  it('of one that hangs up is 503', async () => {
    const { url } = await authService((response) => response.destroy())
    const emulator = await started({ authVerifyUrl: url })
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(503)
  })

  it('that does not end within 5 s is 503', { timeout: 15_000 }, async () => {
    const silent = await authService(() => {})
    const stuck = await authService((response) => response.writeHead(200).write('{'))
    const before = performance.now()
    const statuses = [silent, stuck].map(async ({ url }) => {
      const emulator = await started({ authVerifyUrl: url })
      return (await client(emulator, 'GET /me', TOKEN)).status
    })
    expect(await Promise.all(statuses)).toEqual([503, 503])
    expect(performance.now() - before).toBeGreaterThan(4900)
    expect(performance.now() - before).toBeLessThan(8000)
  })
})

describe('a logout with an auth service', () => {
  it.each(['POST /me/logout', 'POST /me/logout-others'])('by %s says yes and revokes nothing', async (target) => {
    const { url } = await authService(says(200, { id: 'amy' }))
    const emulator = await started({ authVerifyUrl: url })
    const tokens = [await issued(emulator, 'amy'), await issued(emulator, 'amy')]
    const reply = await client(emulator, target, tokens[0] ?? '')
    expect([reply.status, resultOf(reply)]).toEqual([200, { success: true }])
    expect(tokensOf(emulator, 'amy')).toEqual(tokens)
    expect((await client(emulator, 'GET /me', tokens[0] ?? '')).status).toBe(200)
  })

  it('is refused when the auth service refuses the token', async () => {
    const { url } = await authService(says(401, {}))
    const emulator = await started({ authVerifyUrl: url })
    expect((await client(emulator, 'POST /me/logout', TOKEN)).status).toBe(401)
  })
})

describe('verifyAt', () => {
  it('sets, changes and turns off', async () => {
    const [amys, bobs] = [await authService(says(200, AMY)), await authService(says(200, { id: 'bob' }))]
    const emulator = await started()
    const own = await issued(emulator, 'carol')
    const whose = async (): Promise<unknown> => resultOf(await client(emulator, 'GET /me', own))['id']
    const seen = [await whose()]
    for (const url of [amys.url, bobs.url, '']) {
      emulator.verifyAt(url)
      seen.push(await whose())
    }
    expect(seen).toEqual(['carol', 'amy', 'bob', 'carol'])
    expect([amys.asked.length, bobs.asked.length]).toEqual([1, 1])
  })

  it('turns off what the option has set', async () => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    emulator.verifyAt('')
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(401)
    expect(asked).toEqual([])
  })

  it('survives a reset', async () => {
    const { url } = await authService(says(200, AMY))
    const emulator = await started()
    emulator.verifyAt(url)
    await emulator.reset()
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(200)
  })

  it.each(['nowhere', 'ftp://example.com/', 'http://amy:secret@example.com/', 'http://amy@example.com/'])(
    'refuses %s without quoting it, and changes nothing',
    async (url) => {
      const emulator = await started()
      const token = await issued(emulator, 'amy')
      expect(() => emulator.verifyAt(url)).toThrow(TypeError)
      expect(() => emulator.verifyAt(url)).toThrow(/^authVerifyUrl must be an http or https URL without user name/)
      expect((await client(emulator, 'GET /me', token)).status).toBe(200)
    },
  )
})

describe('a request that the auth service judges', () => {
  it('is logged without its token, and the question not at all', async () => {
    const { url } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    await client(emulator, 'GET /me', TOKEN)
    expect(emulator.requests()).toMatchObject([{ n: 1, path: '/me', body: null, status: 200 }])
    expect(emulator.requests()).toHaveLength(1)
    expect(JSON.stringify(emulator.requests())).not.toContain(TOKEN)
  })

  it('meets a fault that answers in place of the chat server', async () => {
    const { url } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    emulator.fault({ match: 'GET /me', kind: 'status', status: 418 })
    expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(418)
    expect(emulator.clients()).toEqual([])
  })

  it('meets a fault that changes the answer', async () => {
    const { url } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    emulator.fault({ match: 'GET /me', kind: 'wrong-id' })
    expect(resultOf(await client(emulator, 'GET /me', TOKEN))['_id']).toBe('not-amy')
    expect(emulator.clients()).toHaveLength(1)
  })

  it('meets a fault that breaks the connection after acting', async () => {
    const { url } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    emulator.fault({ match: 'GET /me', kind: 'reset-after-acting' })
    await expect(client(emulator, 'GET /me', TOKEN)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(emulator.clients()).toHaveLength(1)
  })

  it('meets a fault that lets it wait, and is judged before the wait', async () => {
    const { url, asked } = await authService(says(200, AMY))
    const emulator = await started({ authVerifyUrl: url })
    emulator.fault({ match: 'GET /me', kind: 'delay-before', ms: 60_000 })
    const reply = client(emulator, 'GET /me', TOKEN)
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    emulator.advance(59_000)
    await admin(emulator, 'GET /admin/clients')
    expect(emulator.clients()).toEqual([])
    emulator.advance(1000)
    expect((await reply).status).toBe(200)
    expect(emulator.clients()).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('may be one of many, without a warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning')
    onTestFinished(() => warned.mockRestore())
    const waiting: ServerResponse[] = []
    const { url } = await authService((response) => waiting.push(response))
    const emulator = await started({ authVerifyUrl: url })
    const replies = Array.from({ length: 20 }, () => client(emulator, 'GET /me', TOKEN))
    await vi.waitFor(() => expect(waiting).toHaveLength(20))
    for (const response of waiting) says(200, AMY)(response)
    expect(new Set((await Promise.all(replies)).map(({ status }) => status))).toEqual(new Set([200]))
    expect(warned).not.toHaveBeenCalled()
  })

  it.each(['reset', 'close'] as const)('is cut by a %s while it waits', async (end) => {
    let hungUp = false
    const { url, asked } = await authService((response) => response.on('close', () => (hungUp = true)))
    const emulator = await started({ authVerifyUrl: url })
    const reply = client(emulator, 'GET /me', TOKEN).catch((error: NodeJS.ErrnoException) => error.code)
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    await emulator[end]()
    expect(await reply).toBe('ECONNRESET')
    await vi.waitFor(() => expect(hungUp).toBe(true))
    expect(emulator.clients()).toEqual([])
  })
})

it.each([
  'nowhere',
  '//example.com/verify',
  'ftp://example.com/',
  'http://amy:secret@example.com/',
  'https://amy@example.com/',
  7,
  null,
])('the option authVerifyUrl refuses %j by name', async (authVerifyUrl) => {
  const options: object = { authVerifyUrl }
  await expect(startEmulator(options)).rejects.toThrow(TypeError)
  await expect(startEmulator(options)).rejects.toThrow(/^authVerifyUrl must be an http or https URL without user name/)
})

it.each([{}, { authVerifyUrl: '' }])('nobody is asked with the options %j', async (options) => {
  const emulator = await started(options)
  expect((await client(emulator, 'GET /me', await issued(emulator, 'amy'))).status).toBe(200)
  expect((await client(emulator, 'GET /me', TOKEN)).status).toBe(401)
})
