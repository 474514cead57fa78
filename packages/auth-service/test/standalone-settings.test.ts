import { spawn } from 'node:child_process'
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { listening } from '@imkit-auth/testkit'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { SECRET } from './service.js'

const COMMAND = fileURLToPath(new URL('../bin/imkit-auth-service.js', import.meta.url))
const PASSWORD = 'redis-password-of-a-test'
/** With these it would start. Nobody listens on that port. */
const GOOD = {
  JWT_SECRET: SECRET,
  IMKIT_BASE_URL: 'https://app.imkit.io',
  REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:1`,
  PORT: '0',
}

type Env = Readonly<Record<string, string | undefined>>

const dir = mkdtempSync(join(tmpdir(), 'imkit-auth-service-'))
afterAll(() => rmSync(dir, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

/** What becomes of it, when it ends by itself. */
async function outcome(env: Env, ...flags: readonly string[]) {
  const child = spawn(process.execPath, [COMMAND, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { stdout, stderr, code: code as number | null }
}

/** Checks that it ends with one line that says `why`, and quotes neither values nor files. */
async function expectRefused(why: RegExp, env: Env, flags: readonly string[] = [], hidden: readonly string[] = []) {
  const { stdout, stderr, code } = await outcome({ ...GOOD, ...env }, ...flags)
  expect(stderr).toMatch(why)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(code).toBe(2)
  const values = Object.values({ ...GOOD, ...env }).filter((value) => value && value.length > 3)
  for (const value of [...values, PASSWORD, ...hidden]) expect(stderr).not.toContain(value)
}

describe('imkit-auth-service --help', () => {
  test('names every flag and variable, also where nothing is set', async () => {
    const { stdout, stderr, code } = await outcome({}, '--help')
    expect([code, stderr]).toEqual([0, ''])
    for (const name of [
      '--port',
      'PORT',
      '--jwks-file',
      'JWKS_FILE',
      'JWT_SECRET ',
      'REDIS_URL',
      'VERIFY_PATH_SECRET',
    ]) {
      expect(stdout).toContain(name)
    }
    expect(stdout).toContain('(3110)')
  })
})

describe('imkit-auth-service does not start', () => {
  test.each<[string, Env, RegExp]>([
    ['without any key', { JWT_SECRET: undefined }, /JWT_SECRET, JWT_SECRET_FILE or JWKS_FILE is missing/],
    ['with an empty secret', { JWT_SECRET: '' }, /JWT_SECRET, JWT_SECRET_FILE or JWKS_FILE is missing/],
    ['with a short secret', { JWT_SECRET: 'hunter2' }, /JWT_SECRET must be at least 32 bytes/],
    ['with IMKIT’s own default', { JWT_SECRET: 'secret' }, /JWT_SECRET must be at least 32 bytes/],
    [
      'with a secret from documentation',
      { JWT_SECRET: 'your-super-secret-jwt-token-with-at-least-32-characters-long' },
      /JWT_SECRET is a text that others know/,
    ],
    ['with a repetitive secret', { JWT_SECRET: 'abcabc'.repeat(10) }, /JWT_SECRET repeats itself/],
    [
      'with PEM as its secret',
      { JWT_SECRET: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString() },
      /JWT_SECRET is a key in PEM/,
    ],
    ['without a store', { REDIS_URL: undefined }, /REDIS_URL is missing/],
    ['without the chat server', { IMKIT_BASE_URL: undefined }, /IMKIT_BASE_URL is missing/],
    [
      'with a chat server on plain http',
      { IMKIT_BASE_URL: 'http://chat.example.com' },
      /IMKIT_BASE_URL\) .* use https/,
    ],
    ['with a chat server that is no URL', { IMKIT_BASE_URL: 'chat.example.com' }, /IMKIT_BASE_URL\) .* not a URL/],
    ['with a short path secret', { VERIFY_PATH_SECRET: 'hunter2' }, /VERIFY_PATH_SECRET must hold texts of 16 to 256/],
    [
      'with a path secret that is no path',
      { VERIFY_PATH_SECRET: 'with/slashes/in/between' },
      /VERIFY_PATH_SECRET must/,
    ],
    ['with nothing but a comma as path secret', { VERIFY_PATH_SECRET: ',' }, /VERIFY_PATH_SECRET must hold/],
    ['with an empty second path secret', { VERIFY_PATH_SECRET: '0123456789abcdef,' }, /VERIFY_PATH_SECRET must/],
    ['with a short secret for /sign', { SIGN_PATH_SECRET: 'hunter2' }, /SIGN_PATH_SECRET must hold texts of 16 to 256/],
    [
      'with one path secret for asking and for signing',
      { SIGN_PATH_SECRET: '0123456789abcdef', VERIFY_PATH_SECRET: 'fedcba9876543210,0123456789abcdef' },
      /SIGN_PATH_SECRET must differ from VERIFY_PATH_SECRET/,
    ],
    [
      'when it would sign what it refuses',
      { SIGN_PATH_SECRET: '0123456789abcdef', JWT_TTL: '7200', JWT_MAX_AGE: '3600' },
      /--ttl \(JWT_TTL\) must not be more than --max-age \(JWT_MAX_AGE\)/,
    ],
    ['with a port that is no number', { PORT: 'http' }, /--port \(PORT\) must be a whole number from 0 to 65535/],
    ['with a port that nobody has', { PORT: '70000' }, /--port \(PORT\) must/],
    ['with a port in another spelling', { PORT: '0x10' }, /--port \(PORT\) must/],
    ['with half a second', { JWT_TTL: '1.5' }, /--ttl \(JWT_TTL\) must be a whole number from 1/],
    ['with tokens that live no time', { JWT_MAX_AGE: '0' }, /--max-age \(JWT_MAX_AGE\) must be a whole number from 1/],
    ['with a negative limit', { REQUESTS_PER_MINUTE: '-1' }, /--requests-per-minute \(REQUESTS_PER_MINUTE\) must/],
    ['with an unknown log level', { LOG_LEVEL: 'trace' }, /--log-level \(LOG_LEVEL\) must be debug, info, warn/],
    ['with a prefix in braces', { REDIS_PREFIX: '{imkit}' }, /--redis-prefix \(REDIS_PREFIX\) must be a text without/],
    ['with a bad encryption key', { REDIS_ENCRYPTION_KEYS: 'hunter2' }, /REDIS_ENCRYPTION_KEYS must hold keys of 32/],
    ['with another scheme than redis', { REDIS_URL: 'https://:hunter2@127.0.0.1' }, /REDIS_URL must be a URL such as/],
    ['with a host and no scheme', { REDIS_URL: 'hunter2@127.0.0.1:6379' }, /REDIS_URL must be a URL such as/],
    ['with a password that is not encoded', { REDIS_URL: 'redis://:hunter2%zz@127.0.0.1' }, /REDIS_URL must be a URL/],
    ['with a database that is no number', { REDIS_URL: 'redis://:hunter2@127.0.0.1/app' }, /REDIS_URL must be a URL/],
    ['without a host of Redis', { REDIS_URL: 'redis:///7' }, /REDIS_URL must be a URL/],
  ])('%s', async (_name, env, why) => expectRefused(why, env, [], ['hunter2']))

  test.each<[string, RegExp]>([
    ['--unknown', /--unknown/],
    ['--jwt-secret=hunter2', /--jwt-secret/],
    ['--redis-url=redis://:hunter2@127.0.0.1', /--redis-url/],
    ['--port', /--port/],
    ['--port=', /--port needs a value/],
    ['--namespace=', /--namespace needs a value/],
    ['--port=abc', /--port \(PORT\) must be a whole number/],
    ['--log-level=loud', /--log-level \(LOG_LEVEL\) must be/],
    ['hunter2', /only flags such as --port are understood/],
  ])('with the argument %s', async (flag, why) => expectRefused(why, {}, [flag], ['hunter2']))
})

describe('imkit-auth-service and files of keys', () => {
  const jwk = (key: { export(options: { format: 'jwk' }): JsonWebKey }, more: object = {}) =>
    Object.assign(key.export({ format: 'jwk' }), more)
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const oct = (bytes: string, more: object = {}) => ({
    kty: 'oct',
    k: Buffer.from(bytes).toString('base64url'),
    ...more,
  })

  test.each<[string, string, RegExp]>([
    ['is empty', '\n', /JWT_SECRET_FILE must be at least 32 bytes/],
    ['holds a short secret', 'hunter2\n', /JWT_SECRET_FILE must be at least 32 bytes/],
    ['holds a repetitive secret', `${'hunter2'.slice(0, 5).repeat(10)}\n`, /JWT_SECRET_FILE repeats itself/],
  ])('refuses a JWT_SECRET_FILE that %s', async (name, content, why) => {
    const JWT_SECRET_FILE = file(name, content)
    await expectRefused(why, { JWT_SECRET: undefined, JWT_SECRET_FILE }, [], [content.trim()].filter(Boolean))
  })

  test('refuses a JWT_SECRET_FILE of raw bytes, of which a text would keep few', async () => {
    const JWT_SECRET_FILE = file('bytes', '')
    writeFileSync(JWT_SECRET_FILE, Buffer.from(Array.from({ length: 64 }, (_, i) => 128 + i)))
    await expectRefused(/JWT_SECRET_FILE must hold text/, { JWT_SECRET: undefined, JWT_SECRET_FILE })
  })

  test('refuses JWT_SECRET together with JWT_SECRET_FILE, as a flag too', async () => {
    const path = file('secret', SECRET)
    await expectRefused(/JWT_SECRET and JWT_SECRET_FILE say the same/, { JWT_SECRET_FILE: path })
    await expectRefused(/JWT_SECRET and JWT_SECRET_FILE say the same/, {}, ['--jwt-secret-file', path])
  })

  test.each(['JWT_SECRET_FILE', 'JWKS_FILE'])('refuses a %s that cannot be read', async (variable) => {
    const why = new RegExp(`${variable} names a file that cannot be read: E`)
    await expectRefused(why, { JWT_SECRET: undefined, [variable]: join(dir, 'absent') })
    await expectRefused(why, { JWT_SECRET: undefined, [variable]: dir })
    const locked = file('locked', SECRET)
    chmodSync(locked, 0)
    // Nothing is locked for root.
    if (process.getuid?.() !== 0) await expectRefused(why, { JWT_SECRET: undefined, [variable]: locked })
  })

  const set = (...keys: readonly unknown[]) => JSON.stringify({ keys })
  test.each<[string, string, RegExp]>([
    ['is no JSON', 'hunter2', /JWKS_FILE must hold a JWK set/],
    ['is null', 'null', /JWKS_FILE must hold a JWK set/],
    ['is one key and no set', JSON.stringify(jwk(ed25519)), /JWKS_FILE must hold a JWK set/],
    ['has no keys', '{"keys": []}', /JWKS_FILE must hold a JWK set/],
    ['has keys that are no list', '{"keys": {"a": 1}}', /JWKS_FILE must hold a JWK set/],
    ['holds something else than a key', set(null), /JWKS_FILE: key 1 is no JWK/],
    ['has an unknown kty', set(jwk(ed25519), { kty: 'constructor', kid: 'b' }), /JWKS_FILE: key 2: kty must be oct/],
    ['has an alg that is not supported', set(jwk(ed25519, { alg: 'ES512' })), /JWKS_FILE: key 1: alg must be EdDSA/],
    ['has an alg of another kty', set(oct(SECRET, { alg: 'RS256' })), /JWKS_FILE: key 1: alg must be HS256 or/],
    ['has alg none', set(oct(SECRET, { alg: 'none' })), /JWKS_FILE: key 1: alg must be HS256 or/],
    ['has a key for encryption', set(jwk(p256, { use: 'enc' })), /JWKS_FILE: key 1 is not for signatures/],
    ['has a broken key', set(jwk(p256, { x: 'AAAA' })), /JWKS_FILE: key 1 cannot be used/],
    ['has another curve', set(jwk(p384)), /JWKS_FILE: key 1 cannot be used: it must be Ed25519, EC P-256, or RSA/],
    ['has a short RSA key', set(jwk(rsa1024)), /JWKS_FILE: key 1 cannot be used: .* at least 2048 bits/],
    ['has a short secret', set(oct('hunter2')), /JWKS_FILE: key 1 must be at least 32 bytes/],
    ['has a secret without k', set({ kty: 'oct' }), /JWKS_FILE: key 1 must be at least 32 bytes/],
    ['has an empty kid', set(jwk(p256, { kid: '' })), /JWKS_FILE: key 1: kid must be a text/],
    ['has a kid that is no text', set(jwk(p256, { kid: 7 })), /JWKS_FILE: key 1: kid must be a text/],
    ['has one kid twice', set(jwk(p256, { kid: 'a' }), jwk(ed25519, { kid: 'a' })), /JWKS_FILE: key 2 needs a kid of/],
    ['has two keys without kid', set(jwk(p256), jwk(ed25519)), /JWKS_FILE: key 2 needs a kid of its own/],
  ])('refuses a JWKS_FILE that %s', async (name, content, why) => {
    const secrets = [...content.matchAll(/"(?:d|k|p|q)":"([^"]+)"/g)].map(([, value = '']) => value)
    const JWKS_FILE = file(`${name}.json`, content)
    await expectRefused(why, { JWT_SECRET: undefined, JWKS_FILE }, [], ['hunter2', ...secrets])
  })

  test('refuses a key without kid beside JWT_SECRET, which has none either', async () => {
    const JWKS_FILE = file('beside.json', set(jwk(ed25519)))
    await expectRefused(/JWKS_FILE: key 1 needs a kid of its own/, { JWKS_FILE })
  })

  test('refuses to sign when it has public keys only', async () => {
    const publicKey = generateKeyPairSync('ed25519').publicKey
    const JWKS_FILE = file('public.json', set(jwk(publicKey)))
    const SIGN_PATH_SECRET = '0123456789abcdef'
    await expectRefused(/SIGN_PATH_SECRET needs a key that can sign/, {
      JWT_SECRET: undefined,
      JWKS_FILE,
      SIGN_PATH_SECRET,
    })
  })
})

describe('imkit-auth-service that cannot listen', () => {
  test('names the port that is in use, and ends', async () => {
    const { url, close } = await listening(createServer().listen(0, '127.0.0.1'))
    onTestFinished(async () => void (await close()))
    const { port } = new URL(url)
    const { code, stderr, stdout } = await outcome({ ...GOOD, PORT: port })
    expect(stderr).toBe(`imkit-auth-service: port ${port} is in use: choose another one with --port (PORT)\n`)
    expect([code, stdout]).toEqual([1, ''])
  })

  test('names the setting of an address that this machine does not have, and ends', async () => {
    const { code, stderr } = await outcome({ ...GOOD, HOST: '192.0.2.1' })
    expect(stderr).toMatch(/^imkit-auth-service: cannot listen .*EADDRNOTAVAIL.* --host \(HOST\).*\n$/)
    expect(code).toBe(1)
  })
})
