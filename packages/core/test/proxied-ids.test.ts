import { assign, type ChatTokenError, createChatTokens, type ChatTokens } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { PATH_PROXIES, type PathProxy, type ProxyProcess } from '@imkit-auth/testkit/proxies'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const PARTS = 'an empty, "." or ".." part between slashes, which proxies take away'
const ENCODED = 'a percent-encoded character, which proxies may decode'
const QUERY = 'a slash and a "?" or "#", at which proxies may cut a path off'

/** Ids that are refused wherever they would go, and what is said to be wrong with them. */
const REFUSED = [
  { what: 'an empty part', ids: ['/amy', 'amy/', 'amy//', 'x//amy', '/', '//'], because: PARTS },
  { what: 'a dot part', ids: ['./amy', 'amy/.', 'x/../amy', '../clients/amy'], because: PARTS },
  // Neither nginx nor HAProxy takes them for slashes, but whoever parses URLs as browsers do.
  { what: 'such parts between backslashes', ids: ['a\\..\\amy', '\\amy', 'amy\\', 'x/..\\amy'], because: PARTS },
  { what: 'an encoded dot part', ids: ['%2e', '%2E%2e', '%2e%2e/amy', '..%2famy', 'x%2F..%5Camy'], because: PARTS },
  { what: 'an encoded empty part', ids: ['%2famy', 'amy%2F', 'x%2F/amy'], because: PARTS },
  { what: 'a part encoded twice', ids: ['x%252f%252e%252e%252famy', '%252e%252e%252famy'], because: PARTS },
  { what: 'a part encoded eighty times', ids: [`x/.%${'25'.repeat(79)}2e/amy`], because: PARTS },
  { what: 'a dot part encoded in pieces', ids: ['x/%2e%%32e/amy', 'x%2f%2e%2e%2famy'], because: PARTS },
  { what: 'such parts beside what is malformed', ids: ['%zz/%2e./amy', '%C3%2F%2Famy', '100%//amy'], because: PARTS },
  // Servers in Java take them off first.
  { what: 'parameters', ids: ['x/..;/amy', 'x/..%3Ba=b/amy', ';/amy', '..;a'], because: PARTS },
  { what: 'an encoded letter', ids: ['%61my', '%2561my', '%C3%A9', '%F0%9F%A6%8A', '%C3%41'], because: ENCODED },
  { what: 'an encoded sign', ids: ['amy%40example.com', 'a%2Fb', 'team%2famy', '100%25'], because: ENCODED },
  { what: 'an encoded query', ids: ['amy%2Ftoken?', 'amy%3f', 'amy%23'], because: ENCODED },
  { what: 'an encoded line break', ids: ['amy%00', 'a%0d%0aX: y', 'a%250d%250aX: y'], because: ENCODED },
  { what: 'a query behind a slash', ids: ['amy/token?', 'amy/token#x', 'amy\\token?x=y'], because: QUERY },
].flatMap(({ ids, ...why }) => ids.map((id) => ({ id, ...why })))

/** Ids with good parts, or of one part that means nothing else. */
const ALLOWED = [
  { what: 'one part', ids: ['amy', 'amy.', '...', 'amy@example.com', 'é', 'a b', 'a+b', 'a;b'] },
  { what: 'good parts', ids: ['team/amy', 'CORP\\amy', 'amy/..x', '.well-known/amy', 'amy/token'] },
  { what: 'what cannot be decoded', ids: ['100%', '100%/amy', '%', '%zz', '%C3', '%E3%81/amy', '%C0%AE'] },
  { what: 'what only looks like dots', ids: ['．．/amy'] },
  { what: 'a query', ids: ['a?b', 'amy?', 'amy#1234'] },
].flatMap(({ ids, what }) => ids.map((id) => ({ id, what })))

let emulator: Emulator
let minted = 0

beforeAll(async () => {
  // Whoever reaches the wrong user does as much harm as they can.
  emulator = await startEmulator({ rateLimit: 0, conflictOnExisting: true, ignoreDeleteBody: true })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  await emulator.reset()
  await reaching(emulator.url, (tokens) => tokens.provision({ id: 'amy' }))
})

/** What an app server does that reaches the chat server at this address. */
async function reaching<T>(serverUrl: string, act: (tokens: ChatTokens) => Promise<T>): Promise<T> {
  const tokens = createChatTokens({
    serverUrl,
    apiKey: emulator.apiKey,
    mode: assign({ mint: ({ now }) => ({ token: `e.e.${++minted}`, expiresAt: now + 3_600_000 }) }),
    requestsPerMinute: Infinity,
    deadline: 5_000,
    logger: { warn() {} },
  })
  try {
    return await act(tokens)
  } finally {
    await tokens.close({ withinMs: 0 })
  }
}

const live = (id: string) =>
  emulator.clients().flatMap(({ _id, tokens }) => (_id === id ? tokens.map(({ token }) => token) : []))
const everybodyBut = (id: string) => emulator.clients().filter(({ _id }) => _id !== id)

/** The code of what came of a call, or what it answered. */
const outcomeOf = (call: Promise<unknown>) => call.catch((error: unknown) => (error as { code?: string }).code)

test.each(REFUSED)(
  'an id with $what is refused by every call, which recommends a hash: $id',
  async ({ id, because }) => {
    const requests = emulator.requests().length
    await reaching(emulator.url, async (tokens) => {
      const calls = [
        tokens.provision({ id }),
        tokens.current(id),
        tokens.revoke(id),
        tokens.revokeEverywhere(id),
        tokens.updateProfile({ id }),
      ]
      for (const call of await Promise.allSettled(calls)) {
        const { code, message } = (call as PromiseRejectedResult).reason as ChatTokenError
        expect(code).toBe('INVALID_USER')
        expect(message).toBe(
          `The user id has ${because}: it could become another user's. ` +
            "Use a hash of it, such as createHash('sha256').update(id).digest('hex').",
        )
      }
    })
    expect(emulator.requests()).toHaveLength(requests)
  },
)

function skipWithout({ missing }: PathProxy): boolean {
  const text = missing()
  if (text !== undefined) process.stderr.write(`${text}\n`)
  return text !== undefined
}

for (const each of PATH_PROXIES) {
  describe.skipIf(skipWithout(each))(`behind ${each.name}`, { timeout: 30_000 }, () => {
    const keepsPaths = each.makesAmyOf.length === 0
    const worksAtLeast = keepsPaths ? { chat: true, logout: 'confirmed' } : {}
    let proxy: ProxyProcess

    beforeAll(async () => {
      proxy = await each.start(Number(new URL(emulator.url).port))
    })
    afterAll(() => proxy.stop())

    test.each(each.makesAmyOf.map((id) => ({ id })))(
      'the path of $id, which is refused, is that of Amy',
      async ({ id }) => {
        expect(REFUSED.map((refused) => refused.id)).toContain(id)
        const path = `/admin/clients/${encodeURIComponent(id)}/token`
        const headers = { 'im-api-key': emulator.apiKey, 'content-type': 'application/json' }
        const body = JSON.stringify({ token: 'e.e.mallory', expirationDate: '2999-01-01T00:00:00Z' })
        await fetch(proxy.url + path, { method: 'PUT', headers, body })
        expect(live('amy')).toContain('e.e.mallory')
        await fetch(proxy.url + path, { method: 'DELETE', headers })
        expect(live('amy')).toEqual([])
      },
    )

    test('no id that is refused gets anywhere', async () => {
      const before = emulator.clients()
      const accepted: string[] = []
      await reaching(proxy.url, async (tokens) => {
        for (const { id } of REFUSED) {
          const outcomes = [await outcomeOf(tokens.provision({ id })), await outcomeOf(tokens.revokeEverywhere(id))]
          if (outcomes.some((outcome) => outcome !== 'INVALID_USER')) accepted.push(id)
        }
      })
      expect(accepted).toEqual([])
      expect(emulator.clients()).toEqual(before)
    })

    test.each(ALLOWED)('an id with $what is that user or nobody: $id', async ({ id }) => {
      const others = everybodyBut(id)
      const waitMs = keepsPaths ? 5_000 : 30
      await reaching(proxy.url, async (tokens) => {
        for (const end of ['revoke', 'revokeEverywhere'] as const) {
          // First a POST, then a PUT, as the chat server has the user by then.
          const login = await tokens.provision({ id }).catch(() => undefined)
          expect(everybodyBut(id)).toEqual(others)
          expect(live(id)).toEqual(expect.arrayContaining(login ? [login.token] : []))
          const logout = await tokens[end](id, { waitMs })
          expect(everybodyBut(id)).toEqual(others)
          expect(logout === 'confirmed' ? live(id) : []).toEqual([])
          expect({ chat: login !== undefined, logout }).toMatchObject(worksAtLeast)
        }
      })
    })
  })
}
