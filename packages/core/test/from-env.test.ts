import { chatTokensFromEnv, external } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { describe, expect, test } from 'vitest'

const complaint = (env: Record<string, string | undefined>) => {
  try {
    chatTokensFromEnv({ env })
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
    expect(() => chatTokensFromEnv({ env: { IMKIT_BASE_URL: 'https://x.imkit.io', IM_API_KEY: 'a b' }, mode })).toThrow(
      /IM_API_KEY/,
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
