import { createChatTokens, issue, type RecordDriver, recordStore, type StoreDriver } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { expect, onTestFinished, test } from 'vitest'
import { mapDriver } from './map-driver.js'

/** A promise as some libraries make it: it can be waited for, and is no `Promise`. */
function promiseLike(value: unknown): PromiseLike<unknown> {
  // oxlint-disable-next-line unicorn/no-thenable
  return { then: (done, failed) => Promise.resolve(value).then(done, failed) }
}

/** Answers every call in such a way. */
function promising(driver: StoreDriver): StoreDriver {
  return {
    records(space, listener) {
      const records = driver.records(space, listener)
      const answers = (name: 'load' | 'swap' | 'due') => {
        const call = records[name].bind(records) as (...args: unknown[]) => unknown
        return (...args: unknown[]) => promiseLike(call(...args))
      }
      const slow = { load: answers('load'), swap: answers('swap'), due: answers('due') }
      return { ...records, ...(slow as unknown as Partial<RecordDriver>) }
    },
  }
}

test('a driver may answer with promises of its own kind', async () => {
  const emulator = await startEmulator()
  onTestFinished(() => emulator.close())
  const { url: serverUrl, apiKey } = emulator
  const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: recordStore(promising(mapDriver())) })
  const { token } = await tokens.login({ id: 'amy' }, { session: 's1' })
  expect(await tokens.current('amy', { session: 's1' })).toMatchObject({ token })
  expect(await tokens.revoke('amy', { session: 's1' })).toBe('confirmed')
  await expect(tokens.provision({ id: 'amy' }, { session: 's1' })).rejects.toMatchObject({ code: 'LOGGED_OUT' })
  await tokens.close()
})
