import { jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { createTokenIssuer } from '../src/token-issuer.js'

const secret = new Uint8Array(32).fill(7)

it('an issued token is a JWT that another library verifies', async () => {
  const issuer = createTokenIssuer(7, secret)
  const at = Date.now()
  const { token, expiresAt } = issuer.issue('ämy', { nickname: 'Ämy 😀' }, at)
  const { payload, protectedHeader } = await jwtVerify(token, secret, { algorithms: ['HS256'] })
  expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
  const [iat, exp] = [Math.floor(at / 1000), Math.floor(expiresAt / 1000)]
  expect(payload).toEqual({ id: 'ämy', nickname: 'Ämy 😀', jti: expect.any(String), iat, exp })
  expect(expiresAt - at).toBe(7 * 86_400_000)
})

it('no two issues give the same token', () => {
  const issuer = createTokenIssuer(7, secret)
  const tokens = Array.from({ length: 1000 }, () => issuer.issue('amy', {}, 0).token)
  expect(new Set(tokens).size).toBe(1000)
})

it('no two issuers sign with the same secret', async () => {
  const { token } = createTokenIssuer(7).issue('amy', {}, Date.now())
  await expect(jwtVerify(token, secret)).rejects.toThrow('signature')
})
