import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createVerifier, type VerificationKey, type VerifierOptions } from '@imkit-auth/auth-service'
import { external, type Mint, memoryStore, type TokenStore } from '@imkit-auth/core'
import { type JwtAlgorithm, jwtMinter } from '@imkit-auth/core/jwt'
import { interceptedStore } from '@imkit-auth/testkit'
import { SignJWT } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { AMY, central, mint, minting, SECRET, serviceOf } from './service.js'

const KEYS: Readonly<Record<string, { publicKey: KeyObject; privateKey: KeyObject }>> = {
  EdDSA: generateKeyPairSync('ed25519'),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

/** A verifier of what `mint` mints, and a user's token. */
async function minted(given: Mint, keys: readonly VerificationKey[], more: Partial<VerifierOptions> = {}) {
  const tokens = minting(memoryStore(), external({ mint: given }))
  const verifier = createVerifier({ tokens, keys, ...more })
  return { tokens, verifier, token: (await tokens.provision(AMY)).token }
}

/** A token that says what a minted one says, but for these claims. */
async function saying(changes: object, ep: number, iat = Math.floor(Date.now() / 1000)): Promise<string> {
  const claims = { id: 'amy', jti: 'x', ep, iat, exp: iat + 3_600, ...changes }
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))
}

describe('createVerifier', () => {
  test.each(['HS256', 'HS384', 'HS512'] as const)('accepts what is signed with %s', async (algorithm) => {
    const key = { secret: SECRET, algorithm }
    const { verifier, token } = await minted(jwtMinter({ ...key, ttl: 60 }), [key])
    expect(await verifier.verify(token)).toEqual({ user: AMY })
  })

  test.each(['EdDSA', 'ES256', 'RS256', 'PS256'] as const)('accepts what is signed with %s', async (algorithm) => {
    const { privateKey, publicKey } = KEYS[algorithm] as (typeof KEYS)[string]
    const key = { publicKey, algorithm, keyId: 'k' }
    const { verifier, token } = await minted(jwtMinter({ privateKey, algorithm, keyId: 'k', ttl: 60 }), [key])
    expect(await verifier.verify(token)).toEqual({ user: AMY })
    const { keys: [jwk = {}] = [] } = (await verifier.jwks?.()) ?? {}
    expect(jwk).toMatchObject({ kid: 'k', alg: algorithm, use: 'sig' })
    expect(Object.keys(jwk)).not.toContain('d')
  })

  test('publishes no shared secret', async () => {
    const { verifier } = await minted(mint, [{ secret: SECRET }])
    expect(await verifier.jwks?.()).toEqual({ keys: [] })
  })

  test('accepts the old and the new key while they are being rotated, each by its kid', async () => {
    const [old, next] = [
      { keyId: '2029', secret: SECRET },
      { keyId: '2030', secret: `another ${SECRET}` },
    ]
    const { tokens, token } = await minted(jwtMinter({ ...old, ttl: 60 }), [old])
    const both = createVerifier({ tokens, keys: [old, next] })
    expect(await both.verify(token)).toHaveProperty('user')
    const { epoch } = await tokens.standing('amy')
    const { token: newer } = await jwtMinter({ ...next, ttl: 60 })({ user: AMY, epoch, now: Date.now() })
    expect(await both.verify(newer)).toHaveProperty('user')
    const after = createVerifier({ tokens, keys: [next] })
    expect(await after.verify(token)).toEqual({ refused: 'its key is not one of ours' })
    expect(await after.verify(newer)).toHaveProperty('user')
  })

  test('does no public-key operation for a hot token, and still notices a logout', async () => {
    const { privateKey, publicKey } = KEYS['EdDSA'] as (typeof KEYS)[string]
    const { tokens, verifier, token } = await minted(jwtMinter({ privateKey, algorithm: 'EdDSA', ttl: 60 }), [
      { publicKey, algorithm: 'EdDSA' },
    ])
    const operations = vi.spyOn(globalThis.crypto.subtle, 'verify')
    for (let i = 0; i < 50; i++) expect(await verifier.verify(token)).toHaveProperty('user')
    expect(operations).toHaveBeenCalledTimes(1)
    await tokens.revoke('amy')
    expect(await verifier.verify(token)).toEqual({ refused: 'it is from before a logout' })
    operations.mockRestore()
  })

  test('a hot token ends with its time, and with the maximum age', async () => {
    let time = Date.now()
    const now = () => time
    const { verifier, token } = await minted(mint, [{ secret: SECRET }], { now })
    expect(await verifier.verify(token)).toHaveProperty('user')
    time += 3_600_000
    expect(await verifier.verify(token)).toHaveProperty('user')
    time += 6_000
    expect(await verifier.verify(token)).toEqual({ refused: 'it has expired' })
    time = Date.now()
    const strict = await minted(mint, [{ secret: SECRET }], { now, maxAge: 3_600, clockTolerance: 0 })
    expect(await strict.verifier.verify(strict.token)).toHaveProperty('user')
    const young = await minted(mint, [{ secret: SECRET }], { now, maxAge: 3_599 })
    expect(await young.verifier.verify(young.token)).toEqual({ refused: 'it would live too long' })
  })

  test('wants issuer and audience when it is told which', async () => {
    const named = jwtMinter({ secret: SECRET, ttl: 60, issuer: 'me', audience: ['chat', 'web'] })
    const keys = [{ secret: SECRET }]
    const { tokens, token } = await minted(named, keys)
    const verdict = (more: object) => createVerifier({ tokens, keys, ...more }).verify(token)
    expect(await verdict({ issuer: 'me', audience: 'chat' })).toHaveProperty('user')
    expect(await verdict({ audience: ['other', 'web'] })).toHaveProperty('user')
    expect(await verdict({ issuer: 'you' })).toEqual({ refused: 'its claim iss is missing or wrong' })
    expect(await verdict({ audience: 'other' })).toEqual({ refused: 'its claim aud is missing or wrong' })
  })

  test('a token in another spelling is another token, and worth nothing', async () => {
    const { verify, tokens } = await central()
    const { token } = await tokens.provision(AMY)
    const spellings = [`${token}=`, ` ${token}`, `Bearer ${token}`, token.replaceAll('.', '%2E'), token]
    const answers = await Promise.all(spellings.map(verify))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 200])
  })

  test.each<[string, object]>([
    ['no id', { id: undefined }],
    ['no jti', { jti: undefined }],
    ['no epoch', { ep: undefined }],
    ['no iat', { iat: undefined }],
    ['no exp', { exp: undefined }],
    ['an id that is a number', { id: 7 }],
    ['an id that is no user id', { id: '..' }],
    ['an empty jti', { jti: '' }],
    ['an epoch in words', { ep: 'now' }],
    ['a time in the future', { iat: Date.now() / 1000 + 60 }],
    ['a time to come', { nbf: Date.now() / 1000 + 60 }],
    ['a life of ten years', { exp: Date.now() / 1000 + 315_576_000 }],
    ['a birth long ago', { iat: 0 }],
  ])('refuses a well-signed token with %s', async (_name, changes) => {
    const { tokens, verify, events } = await central()
    const { epoch } = await tokens.standing('amy')
    expect((await verify(await saying({}, epoch))).status).toBe(200)
    expect((await verify(await saying(changes, epoch))).status).toBe(401)
    expect(events.at(-1)).toMatchObject({ type: 'refused', why: expect.stringMatching(/^its? /) })
  })

  test('refuses a token that was reported invalid, and accepts the next', async () => {
    const { tokens, verify } = await central()
    const { token } = await tokens.provision(AMY)
    await tokens.reportInvalid('amy', token)
    expect((await verify(token)).status).toBe(401)
    expect((await verify((await tokens.provision(AMY)).token)).status).toBe(200)
  })

  test('answers with the newest profile, also for an older token', async () => {
    const { tokens, verify } = await central()
    const { token } = await tokens.provision(AMY)
    await tokens.updateProfile({ id: 'amy', nickname: 'Amelia' })
    expect((await verify(token)).json).toEqual({ ...AMY, nickname: 'Amelia' })
  })
})

describe('a verifier and its store', () => {
  const stalling = (stalled: () => Promise<void>): TokenStore =>
    interceptedStore(memoryStore(), async (step, run) => {
      if (step === 'read') await stalled()
      return run()
    })

  test('a logout that ends while a token is being checked is seen', async () => {
    let [stall, reached] = [false, false]
    let resume!: () => void
    const held = new Promise<void>((resolve) => (resume = resolve))
    const tokens = minting(
      stalling(async () => {
        if (!stall) return
        reached = true
        await held
      }),
    )
    const { verify } = await serviceOf({ verifier: createVerifier({ tokens, keys: [{ secret: SECRET }] }) })
    const { token } = await tokens.provision(AMY)
    stall = true
    const checked = verify(token)
    await vi.waitFor(() => expect(reached).toBe(true))
    await tokens.revoke('amy')
    resume()
    expect((await checked).status).toBe(401)
  })

  test('nobody is let in while the store cannot be read', async () => {
    let down = false
    const tokens = minting(
      stalling(async () => {
        if (down) throw new Error('s3cret')
      }),
    )
    const verifier = createVerifier({ tokens, keys: [{ secret: SECRET }] })
    const { verify, call, events } = await serviceOf({ verifier })
    const { token } = await tokens.provision(AMY)
    expect((await call('GET', '/readyz')).status).toBe(200)
    down = true
    const { status, headers, text } = await verify(token)
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([503, true])
    expect([(await call('GET', '/readyz')).status, (await call('GET', '/healthz')).status]).toEqual([503, 200])
    expect((await verify('nonsense')).status).toBe(401)
    expect(text + JSON.stringify(events)).not.toMatch(/s3cret|eyJ/)
    down = false
    expect((await verify(token)).status).toBe(200)
  })
})

describe('the options of createVerifier', () => {
  const ok = { tokens: minting, keys: [{ secret: SECRET }] }
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const { privateKey, publicKey } = KEYS['ES256'] as (typeof KEYS)[string]
  const es = (algorithm: JwtAlgorithm) => [{ publicKey, algorithm }]
  test.each<[string, object, RegExp]>([
    ['no tokens', { tokens: undefined }, /tokens/],
    ['no keys', { keys: [] }, /keys/],
    ['keys that are no list', { keys: { secret: SECRET } }, /keys/],
    ['a key without anything', { keys: [{}] }, /secret or publicKey/],
    ['a short secret', { keys: [{ secret: 'secret' }] }, /32 bytes/],
    ['a published secret', { keys: [{ secret: 'a-string-secret-at-least-256-bits-long' }] }, /documentation/],
    ['PEM as a secret', { keys: [{ secret: publicKey.export({ type: 'spki', format: 'pem' }) }] }, /PEM/],
    ['PEM as a key', { keys: [{ publicKey: '-----BEGIN', algorithm: 'ES256' }] }, /KeyObject/],
    ['a private key', { keys: [{ publicKey: privateKey, algorithm: 'ES256' }] }, /public/],
    ['a public key without algorithm', { keys: [{ publicKey }] }, /algorithm/],
    ['a key of another kind', { keys: es('RS256') }, /RS256/],
    ['a public key for HS256', { keys: es('HS256') }, /algorithm/],
    ['a secret for RS256', { keys: [{ secret: SECRET, algorithm: 'RS256' }] }, /publicKey/],
    ['an algorithm nobody knows', { keys: [{ publicKey, algorithm: 'none' }] }, /algorithm/],
    ['a short RSA key', { keys: [{ publicKey: weak.publicKey, algorithm: 'RS256' }] }, /2048/],
    ['two keys without kid', { keys: [{ secret: SECRET }, { secret: `${SECRET}2` }] }, /keyId/],
    ['the same kid twice', { keys: ['a', 'a'].map((keyId) => ({ keyId, secret: SECRET })) }, /keyId/],
    ['an empty kid', { keys: [{ keyId: '', secret: SECRET }] }, /keyId/],
    ['a maximum age of nothing', { maxAge: 0 }, /maxAge/],
    ['a tolerance of an hour', { clockTolerance: 3_600 }, /clockTolerance/],
    ['a cache of nothing', { cacheSize: 0 }, /cacheSize/],
  ])('are checked at once: %s', (_name, options, message) => {
    const given = { ...ok, tokens: { standing: () => undefined }, ...options }
    expect(() => createVerifier(given as never)).toThrow(TypeError)
    expect(() => createVerifier(given as never)).toThrow(message)
  })
})
