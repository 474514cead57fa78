import { describe, expect, test } from 'vitest'
import { AMY, central } from './service.js'

describe('POST /verify', () => {
  test('says whose a token is, and nothing else about it', async () => {
    const { tokens, verify } = await central()
    const { token } = await tokens.provision(AMY)
    const { status, json, headers } = await verify(token)
    expect([status, json]).toEqual([200, AMY])
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('refuses a token from before a logout, and takes the next', async () => {
    const { tokens, verify } = await central()
    const { token } = await tokens.provision(AMY)
    expect((await verify(token)).status).toBe(200)
    await tokens.revoke('amy')
    const { status, json } = await verify(token)
    expect(status).toBe(401)
    expect(json).toEqual({
      message: 'The token is not valid.',
      error: { name: 'UnauthorizedError', message: 'The token is not valid.', status: 401 },
    })
    expect((await verify((await tokens.provision(AMY)).token)).status).toBe(200)
  })
})
