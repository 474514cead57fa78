import { generateKeyPairSync } from 'node:crypto'
import { jwtMinter } from '@imkit-auth/core/jwt'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'

const SECRET = 'a-secret-for-tests-of-32-bytes-at-least'
const KEY = new TextEncoder().encode(SECRET)
const context = { user: { id: 'amy', nickname: 'Amy' }, epoch: 1_234, now: Date.now() }

describe('jwtMinter', () => {
  test('signs what IMKIT’s SDK and a verifier need', async () => {
    const minter = jwtMinter({ secret: SECRET, ttl: 60, issuer: 'me', audience: ['chat'], keyId: 'k1' })
    const { token, expiresAt } = await minter(context)
    const { payload } = await jwtVerify(token, KEY, { issuer: 'me', audience: 'chat', algorithms: ['HS256'] })
    const iat = Math.floor(context.now / 1000)
    expect(payload).toEqual({
      id: 'amy',
      nickname: 'Amy',
      ep: 1_234,
      iat,
      exp: iat + 60,
      jti: expect.any(String),
      iss: 'me',
      aud: ['chat'],
    })
    expect(expiresAt).toBe((iat + 60) * 1000)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' })
  })

  test('never signs the same token twice', async () => {
    const minter = jwtMinter({ secret: SECRET, ttl: 60 })
    expect((await minter(context)).token).not.toBe((await minter(context)).token)
  })

  test.each([
    ['EdDSA', generateKeyPairSync('ed25519')],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ] as const)('signs with %s', async (algorithm, { privateKey, publicKey }) => {
    const { token } = await jwtMinter({ privateKey, algorithm, ttl: 60 })(context)
    const { payload } = await jwtVerify(token, publicKey, { algorithms: [algorithm] })
    expect(payload['id']).toBe('amy')
  })

  test('takes random bytes for what they are, whatever they spell', () => {
    const secret = Buffer.concat([Buffer.from('<changeme>'), Buffer.from(Array.from({ length: 40 }, (_, i) => i * 6))])
    expect(() => jwtMinter({ secret, ttl: 60 })).not.toThrow()
  })

  test.each<[string, object, RegExp]>([
    ['no key', { ttl: 60 }, /secret or privateKey/],
    ['a short secret', { secret: 'short', ttl: 60 }, /32 bytes/],
    ['a published secret', { secret: 'a-string-secret-at-least-256-bits-long', ttl: 60 }, /documentation/],
    ['a placeholder', { secret: 'please-CHANGE-ME-before-you-go-live', ttl: 60 }, /documentation/],
    ['a secret that repeats itself', { secret: 'secret'.repeat(9), ttl: 60 }, /repeats/],
    ['a secret in PEM', { secret: `-----BEGIN PUBLIC KEY-----\n${'MCowBQ'.repeat(9)}`, ttl: 60 }, /PEM/],
    ['an asymmetric algorithm with a secret', { secret: SECRET, algorithm: 'RS256', ttl: 60 }, /privateKey/],
    ['PEM text', { privateKey: '-----BEGIN PRIVATE KEY-----', algorithm: 'RS256', ttl: 60 }, /KeyObject/],
    [
      'a private key without algorithm',
      { privateKey: generateKeyPairSync('ed25519').privateKey, ttl: 60 },
      /algorithm/,
    ],
    ['a public key', { privateKey: generateKeyPairSync('ed25519').publicKey, algorithm: 'EdDSA', ttl: 60 }, /private/],
    ['no ttl', { secret: SECRET }, /ttl/],
    ['an endless ttl', { secret: SECRET, ttl: Infinity }, /ttl/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => jwtMinter(options as never)).toThrow(message)
  })
})
