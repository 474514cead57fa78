import { ChatHandler, ChatTokens, chatTokensFromEnv, external } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { describe, expect, test } from 'vitest'

const complaint = (env: Record<string, string | undefined>) => {
  try {
    chatTokensFromEnv({ env }).check()
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as Error).message
  }
}

describe('chatTokensFromEnv', () => {
  test.each(['IMKIT_API_KEY', 'IM_API_KEY'])('is all that an app needs, with the key in %s', async (name) => {
    const emulator = await startEmulator()
    const { url, apiKey, clientKey } = emulator
    const tokens = chatTokensFromEnv({ env: { IMKIT_BASE_URL: url, [name]: apiKey, IMKIT_CLIENT_KEY: clientKey } })
    expect(await tokens.provision({ id: 'amy' })).toMatchObject({ userId: 'amy', serverUrl: url, clientKey })
    await tokens.close()
    await emulator.close()
  })

  test('needs no API key with external()', async () => {
    const mode = external({ token: () => null })
    const tokens = chatTokensFromEnv({ env: { IMKIT_BASE_URL: 'https://app.imkit.io' }, mode })
    await tokens.close()
    const wrong = chatTokensFromEnv({ env: { IMKIT_BASE_URL: 'https://x.imkit.io', IM_API_KEY: 'a b' }, mode })
    expect(() => wrong.check()).toThrow(/IM_API_KEY/)
  })

  test('may stand at the top of a module that is loaded without an environment, and complains when a binding is mounted', async () => {
    const tokens = chatTokensFromEnv({ env: {} })
    expect(tokens).toBeInstanceOf(ChatTokens)
    expect(await (async () => tokens)()).toBe(tokens)
    expect(() => new ChatHandler(tokens, { identify: () => null })).toThrow(
      /^The environment does not configure the chat/,
    )
  })

  test('names everything that is missing in one error', () => {
    const message = complaint({})
    expect(message).toContain('IMKIT_BASE_URL')
    expect(message).toContain('IMKIT_API_KEY')
    expect(message).not.toContain('IMKIT_CLIENT_KEY')
  })

  test('names everything that is wrong, and repeats no key', () => {
    const message = complaint({
      IMKIT_BASE_URL: 'http://chat.example.com',
      IM_API_KEY: 'se cret',
      IMKIT_CLIENT_KEY: 'pub lic',
    })
    expect(message).toMatch(/IMKIT_BASE_URL.*https/)
    expect(message).toContain('IM_API_KEY')
    expect(message).toContain('IMKIT_CLIENT_KEY')
    expect(message).not.toMatch(/se cret|pub lic/)
  })

  test('is content without a client key', () => {
    expect(complaint({ IMKIT_BASE_URL: 'https://app.imkit.io', IMKIT_API_KEY: 'key', IMKIT_CLIENT_KEY: '' })).toBe('')
  })
})
