import { createChatTokens, issue, memoryStore, type TokenStore } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { expect, onTestFinished, test } from 'vitest'

/** A promise as some libraries make it: it can be waited for, and is no `Promise`. */
function promiseLike(value: unknown): PromiseLike<unknown> {
  // oxlint-disable-next-line unicorn/no-thenable
  return { then: (done, failed) => Promise.resolve(value).then(done, failed) }
}

/** Answers every step in such a way. */
function storeOf(store: TokenStore): TokenStore {
  return {
    ...store,
    open: (options) =>
      new Proxy(store.open(options), {
        get: (space, name) => {
          const step = Reflect.get(space, name) as (...args: unknown[]) => unknown
          return (...args: unknown[]) => promiseLike(step.apply(space, args))
        },
      }),
  }
}

test('a store may answer with promises of its own kind', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const { url: serverUrl, apiKey } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: storeOf(memoryStore()) })
  const { token } = await tokens.login({ id: 'amy' }, { session: 's1' })
  expect(await tokens.current('amy', { session: 's1' })).toMatchObject({ token })
  expect(await tokens.revoke('amy', { session: 's1' })).toBe('confirmed')
  await expect(tokens.provision({ id: 'amy' }, { session: 's1' })).rejects.toMatchObject({ code: 'LOGGED_OUT' })
  await tokens.close()
})
