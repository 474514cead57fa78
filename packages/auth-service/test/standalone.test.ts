import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json as jsonOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type ChatTokens, createChatTokens, external } from '@imkit-auth/core'
import { jwtMinter, type JwtMinterOptions } from '@imkit-auth/core/jwt'
import { redisStore, type RedisStoreOptions } from '@imkit-auth/redis'
import { eventually } from '@imkit-auth/testkit'
import { redisMissing, type RedisServer, startProxy, startRedis } from '@imkit-auth/testkit/redis-servers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { AMY, SECRET } from './service.js'

const COMMAND = fileURLToPath(new URL('../bin/imkit-auth-service.js', import.meta.url))
const SERVER = 'https://app.imkit.io'

/** What an app signs with, for an hour unless it says so. */
type MintKey = Partial<JwtMinterOptions>
type Env = Readonly<Record<string, string | undefined>>
type Line = Readonly<Record<string, unknown>>

/** A service in a process of its own, with that environment and nothing else in it. */
class Standalone {
  readonly child: ChildProcess
  /** Exit code and signal. */
  readonly ended: Promise<unknown[]>
  url = ''
  stdout = ''
  stderr = ''

  private constructor(env: Env, flags: readonly string[]) {
    this.child = spawn(process.execPath, [COMMAND, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void this.child.kill('SIGKILL'))
    this.ended = once(this.child, 'close')
    this.child.stdout?.on('data', (chunk) => (this.stdout += String(chunk)))
    this.child.stderr?.on('data', (chunk) => (this.stderr += String(chunk)))
  }

  static async start(env: Env, ...flags: readonly string[]): Promise<Standalone> {
    const service = new Standalone({ PORT: '0', IMKIT_BASE_URL: SERVER, ...env }, flags)
    service.url = String((await service.logged('listening'))['url'])
    return service
  }

  /** What it has logged: every line of its output is an object. */
  lines(): readonly Line[] {
    const whole = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1)
    return whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line)
  }

  /** The first line with that message, once it is there. */
  logged(message: string): Promise<Line> {
    return eventually(() => {
      const line = this.lines().find((each) => each['message'] === message)
      return line ?? expect.fail(`nothing says "${message}": ${this.stdout}${this.stderr}`)
    })
  }

  async call(method: string, path: string, body?: unknown) {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await fetch(this.url + path, { method, ...init })
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, headers: response.headers, json: (await response.json()) as any }
  }

  get(path: string) {
    return this.call('GET', path)
  }

  async verify(token: string, path = '/verify'): Promise<number> {
    return (await this.call('POST', path, { token })).status
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown[]> {
    this.child.kill(signal)
    return this.ended
  }
}

const missing = redisMissing()
if (missing !== undefined) process.stderr.write(`${missing}\n`)

// Processes start slowly on a machine that has much to do.
describe.skipIf(missing !== undefined)('imkit-auth-service', { timeout: 20_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'imkit-auth-service-'))
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(async () => {
    await redis?.stop()
    rmSync(dir, { recursive: true })
  })

  /** An app server, which mints. */
  function app(
    key: MintKey = { secret: SECRET },
    store: RedisStoreOptions = { url: redis.url },
    namespace = '',
  ): ChatTokens {
    const mode = external({ mint: jwtMinter({ ttl: 3_600, ...key }) })
    const tokens = createChatTokens({
      serverUrl: SERVER,
      mode,
      store: redisStore(store),
      namespace,
      logger: { warn() {} },
    })
    onTestFinished(async () => void (await tokens.close({ withinMs: 0 })))
    return tokens
  }

  function file(name: string, content: unknown): string {
    const path = join(dir, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  /** Nobody has these, so that a test sees no other test’s logout. */
  const someone = () => ({ id: `user ${randomBytes(8).toString('hex')}`, nickname: 'Somebody' })
  const pathSecret = () => randomBytes(24).toString('hex')

  describe('with JWT_SECRET, REDIS_URL and IMKIT_BASE_URL', () => {
    test('verifies what the app mints, and refuses it as soon as its user has logged out', async () => {
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url })
      const tokens = app()
      const { token } = await tokens.provision(AMY)
      const { status, json } = await service.call('POST', '/verify', { token })
      expect([status, json]).toEqual([200, AMY])
      expect(await tokens.revoke(AMY.id)).toBe('confirmed')
      expect(await service.verify(token)).toBe(401)
      expect(await service.verify((await tokens.provision(AMY)).token)).toBe(200)
      expect((await service.get('/healthz')).status).toBe(200)
      expect((await service.get('/readyz')).status).toBe(200)
      expect((await service.get('/')).status).toBe(404)
      // Nobody has asked for it.
      expect((await service.call('POST', '/sign', AMY)).status).toBe(404)
      await service.logged('refused')
      // That would be a line for every token.
      expect(service.stdout).not.toContain('verified')
    })

    test('logs objects with time, level and message, one a line, and nothing else', async () => {
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url, LOG_LEVEL: 'debug' })
      expect(await service.verify((await app().provision(someone())).token)).toBe(200)
      expect(await service.verify('no token')).toBe(401)
      expect(await service.stop()).toEqual([0, null])
      for (const { time, level, message } of service.lines()) {
        expect(new Date(String(time)).toISOString()).toBe(time)
        expect(['debug', 'info', 'warn']).toContain(level)
        expect(message).toEqual(expect.any(String))
      }
      const told = service.lines().map(({ level, message }) => `${String(level)} ${String(message)}`)
      // Redis is looked at while requests come already.
      const ofRedis = told.filter((line) => line.startsWith('warn imkit-auth: Redis keeps nothing on disk'))
      expect(ofRedis).toHaveLength(1)
      expect(told.filter((line) => !ofRedis.includes(line))).toEqual([
        'info listening',
        expect.stringMatching(/^warn VERIFY_PATH_SECRET is not set/),
        'debug verified',
        'info refused',
        'info closing',
        'info closed',
      ])
      expect(service.lines()[0]).toMatchObject({ url: service.url, verify: `POST ${service.url}/verify` })
      expect(service.stderr).toBe('')
    })

    test('takes flags rather than variables', async () => {
      const env = { JWT_SECRET: SECRET, REDIS_URL: redis.url, PORT: '1', HOST: '192.0.2.1', LOG_LEVEL: 'warn' }
      const service = await Standalone.start(env, '--port=0', '--host=127.0.0.1', '--log-level', 'debug')
      expect(await service.verify((await app().provision(someone())).token)).toBe(200)
      await service.logged('verified')
    })

    test('takes namespace, prefix and encryption keys from the app’s servers, or knows none of their users', async () => {
      const key = randomBytes(32).toString('base64')
      const store = { url: redis.url, prefix: 'our-chat', encryptionKeys: [key] }
      const { token } = await app({ secret: SECRET }, store, 'tenant').provision(AMY)
      const env = { JWT_SECRET: SECRET, REDIS_URL: redis.url, REDIS_PREFIX: 'our-chat', IMKIT_NAMESPACE: 'tenant' }
      const keys = { REDIS_ENCRYPTION_KEYS: `${randomBytes(32).toString('hex')}, ${key}` }
      const service = await Standalone.start({ ...env, ...keys })
      expect((await service.call('POST', '/verify', { token })).json).toEqual(AMY)
      expect(service.stdout).not.toContain('does not open')
      const elsewhere = await Standalone.start({ ...env, ...keys }, '--namespace=other')
      expect(await elsewhere.verify(token)).toBe(401)
    })

    test('wants issuer, audience and age as it is told', async () => {
      const env = { JWT_SECRET: SECRET, REDIS_URL: redis.url, JWT_ISSUER: 'our app', JWT_AUDIENCE: 'chat' }
      const service = await Standalone.start(env, '--max-age=3600')
      const named = { secret: SECRET, issuer: 'our app', audience: 'chat' }
      const verify = async (key: MintKey) => service.verify((await app(key).provision(someone())).token)
      expect(await verify(named)).toBe(200)
      expect(await verify({ ...named, issuer: 'another app' })).toBe(401)
      expect(await verify({ ...named, audience: 'mail' })).toBe(401)
      expect(await verify({ secret: SECRET })).toBe(401)
      expect(await verify({ ...named, ttl: 3_700 })).toBe(401)
    })

    test('counts the requests of a caller, or not', async () => {
      const env = { JWT_SECRET: SECRET, REDIS_URL: redis.url }
      const few = await Standalone.start(env, '--requests-per-minute=2')
      expect([await few.verify('a'), await few.verify('a'), await few.verify('a')]).toEqual([401, 401, 429])
      await few.logged('limited')
      const any = await Standalone.start(env, '--requests-per-minute=0')
      expect([await any.verify('a'), await any.verify('a'), await any.verify('a')]).toEqual([401, 401, 401])
    })
  })

  describe('with keys in files', () => {
    const keys = {
      ed: generateKeyPairSync('ed25519').privateKey,
      ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
      rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      ps: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    }
    const jwk = (privateKey: KeyObject, more: object) => Object.assign(privateKey.export({ format: 'jwk' }), more)
    const oct = { kty: 'oct', kid: 'oct', k: Buffer.from(SECRET).toString('base64url') }
    const four = {
      keys: [
        oct,
        jwk(keys.ed, { kid: 'ed', use: 'sig' }),
        jwk(keys.ec, { kid: 'ec' }),
        jwk(keys.rsa, { kid: 'rsa', alg: 'RS256' }),
        jwk(keys.ps, { kid: 'ps', alg: 'PS256' }),
      ],
    }

    test('reads JWT_SECRET_FILE, without the line break at its end', async () => {
      const JWT_SECRET_FILE = file('secret', `${SECRET}\n`)
      const service = await Standalone.start({ JWT_SECRET_FILE, REDIS_URL: redis.url })
      expect(await service.verify((await app().provision(someone())).token)).toBe(200)
    })

    test('accepts tokens of every key in JWKS_FILE, and of no other', async () => {
      const service = await Standalone.start({ JWKS_FILE: file('four.json', four), REDIS_URL: redis.url })
      const verify = async (key: MintKey) => service.verify((await app(key).provision(someone())).token)
      expect(await verify({ secret: SECRET, keyId: 'oct' })).toBe(200)
      expect(await verify({ privateKey: keys.ed, algorithm: 'EdDSA', keyId: 'ed' })).toBe(200)
      expect(await verify({ privateKey: keys.ec, algorithm: 'ES256', keyId: 'ec' })).toBe(200)
      expect(await verify({ privateKey: keys.rsa, algorithm: 'RS256', keyId: 'rsa' })).toBe(200)
      expect(await verify({ privateKey: keys.ps, algorithm: 'PS256', keyId: 'ps' })).toBe(200)
      expect(await verify({ privateKey: keys.ps, algorithm: 'RS256', keyId: 'rsa' })).toBe(401)
      expect(await verify({ privateKey: keys.ps, algorithm: 'RS256', keyId: 'ps' })).toBe(401)
      expect(await verify({ secret: SECRET, keyId: 'unknown' })).toBe(401)
      expect(await verify({ secret: SECRET })).toBe(401)
    })

    test('publishes the public halves of JWKS_FILE, and nothing of what is secret', async () => {
      const service = await Standalone.start({ JWKS_FILE: file('four.json', four), REDIS_URL: redis.url })
      const { status, json } = await service.get('/.well-known/jwks.json')
      expect(status).toBe(200)
      const published = json.keys as Record<string, unknown>[]
      expect(published.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
        ['ed', 'EdDSA', 'sig'],
        ['ec', 'ES256', 'sig'],
        ['rsa', 'RS256', 'sig'],
        ['ps', 'PS256', 'sig'],
      ])
      const open = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e']
      for (const key of published) expect(open).toEqual(expect.arrayContaining(Object.keys(key)))
      const JWKS_FILE = file('oct.json', { keys: [oct] })
      const shared = await Standalone.start({ JWKS_FILE, REDIS_URL: redis.url })
      expect((await shared.get('/.well-known/jwks.json')).json).toEqual({ keys: [] })
    })

    test('accepts old and new tokens while a key is being replaced', async () => {
      const [before, after] = [{ ...oct, kid: 'before' }, jwk(keys.ed, { kid: 'after' })]
      const { token: old } = await app({ secret: SECRET, keyId: 'before' }).provision(someone())
      const { token: next } = await app({ privateKey: keys.ed, algorithm: 'EdDSA', keyId: 'after' }).provision(
        someone(),
      )
      const seen = []
      for (const set of [[before], [before, after], [after]]) {
        const service = await Standalone.start({ JWKS_FILE: file('set.json', { keys: set }), REDIS_URL: redis.url })
        seen.push([await service.verify(old), await service.verify(next)])
        await service.stop()
      }
      expect(seen).toEqual([
        [200, 401],
        [200, 200],
        [401, 200],
      ])
    })

    test('takes JWT_SECRET for tokens without a kid beside JWKS_FILE', async () => {
      const JWKS_FILE = file('ed.json', { keys: [jwk(keys.ed, { kid: 'ed' })] })
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url }, '--jwks-file', JWKS_FILE)
      const ed = app({ privateKey: keys.ed, algorithm: 'EdDSA', keyId: 'ed' })
      expect(await service.verify((await app().provision(someone())).token)).toBe(200)
      expect(await service.verify((await ed.provision(someone())).token)).toBe(200)
    })
  })

  describe('with path secrets', () => {
    test('answers only who shows one of VERIFY_PATH_SECRET', async () => {
      const [one, two] = [pathSecret(), pathSecret()]
      const { token } = await app().provision(someone())
      for (const [given, known] of [
        [one, [one]],
        [`${one}, ${two}`, [one, two]],
      ] as const) {
        const service = await Standalone.start({
          JWT_SECRET: SECRET,
          REDIS_URL: redis.url,
          VERIFY_PATH_SECRET: given,
        })
        for (const secret of known) expect(await service.verify(token, `/verify/${secret}`)).toBe(200)
        for (const path of ['/verify', `/verify/${pathSecret()}`, '/verify/']) {
          expect(await service.verify(token, path)).toBe(403)
        }
        await service.logged('callerRefused')
        expect(await service.logged('listening')).toMatchObject({ verify: `POST ${service.url}/verify/<secret>` })
        expect(service.stdout).not.toContain('VERIFY_PATH_SECRET is not set')
      }
    })

    test('signs for who shows SIGN_PATH_SECRET, and knows what it has signed', async () => {
      const [ask, sign] = [pathSecret(), pathSecret()]
      const env = { JWT_SECRET: SECRET, REDIS_URL: redis.url, VERIFY_PATH_SECRET: ask, SIGN_PATH_SECRET: sign }
      const service = await Standalone.start({ ...env, JWT_ISSUER: 'us', JWT_AUDIENCE: 'chat' }, '--ttl=60')
      const user = someone()
      for (const path of ['/sign', `/sign/${pathSecret()}`, `/sign/${ask}`]) {
        expect((await service.call('POST', path, user)).status).toBe(403)
      }
      const { status, json } = await service.call('POST', `/sign/${sign}`, user)
      expect(status).toBe(200)
      const life = Date.parse(json.expirationDate) - Date.now()
      expect(life > 0 && life <= 60_000).toBe(true)
      expect(await service.verify(json.token, `/verify/${ask}`)).toBe(200)
      expect(await service.logged('signed')).toMatchObject({ userId: user.id })
      // A logout of the app ends it as any other.
      await app().revoke(user.id)
      expect(await service.verify(json.token, `/verify/${ask}`)).toBe(401)
    })

    test('signs with the first private key of JWKS_FILE', async () => {
      const open = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
      const own = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
      const JWKS_FILE = file('mixed.json', {
        keys: [
          { ...open, kid: 'theirs' },
          { ...own, kid: 'ours' },
        ],
      })
      const secret = pathSecret()
      const service = await Standalone.start({ JWKS_FILE, REDIS_URL: redis.url, SIGN_PATH_SECRET: secret })
      const { json } = await service.call('POST', `/sign/${secret}`, someone())
      const [header = ''] = String(json.token).split('.')
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'EdDSA', kid: 'ours' })
      expect(await service.verify(json.token)).toBe(200)
    })

    test('works alone when it signs and has no REDIS_URL, and says what that means', async () => {
      const secret = pathSecret()
      const service = await Standalone.start({ JWT_SECRET: SECRET, SIGN_PATH_SECRET: secret })
      const { json } = await service.call('POST', `/sign/${secret}`, someone())
      expect(await service.verify(json.token)).toBe(200)
      const warning = await service.logged(
        'REDIS_URL is not set: this process alone knows of its tokens, until it ends',
      )
      expect(warning['level']).toBe('warn')
    })
  })

  describe('when Redis is away', () => {
    test('starts without it, lets nobody in, and lets them in as soon as it is there', async () => {
      const proxy = await startProxy(redis)
      onTestFinished(() => proxy.stop())
      await proxy.refuse()
      const { token } = await app().provision(someone())
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: proxy.url })
      await service.logged('the store does not answer: /verify refuses everybody with 503')
      expect((await service.get('/healthz')).status).toBe(200)
      expect((await service.get('/readyz')).status).toBe(503)
      const { status, headers } = await service.call('POST', '/verify', { token })
      expect(status).toBe(503)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      await proxy.accept()
      await eventually(async () => expect((await service.get('/readyz')).status).toBe(200))
      expect(await service.verify(token)).toBe(200)
      await service.logged('the store answers again')
    })

    test('lets nobody in from when Redis dies until it is back, and logs that', async () => {
      const mortal = await startRedis({ persistence: 'aof-always' })
      onTestFinished(() => mortal.stop())
      const { token } = await app({ secret: SECRET }, { url: mortal.url }).provision(someone())
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: mortal.url })
      expect(await service.verify(token)).toBe(200)
      await mortal.kill()
      expect(await service.verify(token)).toBe(503)
      expect((await service.get('/readyz')).status).toBe(503)
      expect((await service.get('/healthz')).status).toBe(200)
      await service.logged('unavailable')
      await service.logged('the store does not answer: /verify refuses everybody with 503')
      await mortal.restart()
      await eventually(async () => expect(await service.verify(token)).toBe(200))
      await service.logged('the store answers again')
    })

    test('ends all the same', async () => {
      const proxy = await startProxy(redis)
      onTestFinished(() => proxy.stop())
      await proxy.refuse()
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: proxy.url })
      expect(await service.stop()).toEqual([0, null])
      await service.logged('closed')
    })
  })

  test('logs no token and no secret, whatever happens', async () => {
    const password = pathSecret()
    await redis.command('ACL', 'SETUSER', 'service', 'on', `>${password}`, '~*', '&*', '+@all')
    const proxy = await startProxy(redis)
    onTestFinished(() => proxy.stop())
    const [ask, sign, key] = [pathSecret(), pathSecret(), randomBytes(32).toString('hex')]
    const env = { JWT_SECRET: SECRET, VERIFY_PATH_SECRET: ask, SIGN_PATH_SECRET: sign, REDIS_ENCRYPTION_KEYS: key }
    const REDIS_URL = `redis://service:${password}@127.0.0.1:${proxy.port}/0`
    const service = await Standalone.start({ ...env, REDIS_URL, LOG_LEVEL: 'debug' })

    const { token } = (await service.call('POST', `/sign/${sign}`, AMY)).json as { token: string }
    const forged = `${token.slice(0, -9)}AAAAAAAAA`
    expect(await service.verify(token, `/verify/${ask}`)).toBe(200)
    expect(await service.verify(forged, `/verify/${ask}`)).toBe(401)
    expect(await service.verify(token, `/verify/${ask}?token=${token}`)).toBe(200)
    expect(await service.verify(token, `/verify/${ask}x`)).toBe(403)
    expect(await service.verify(token, `/verify/${token}`)).toBe(403)
    expect((await service.get(`/verify/${ask}`)).status).toBe(405)
    expect((await service.call('POST', `/sign/${sign}`, { id: 7.5, token })).status).toBe(400)
    expect((await service.get('/readyz')).status).toBe(200)
    await proxy.refuse()
    expect(await service.verify(token, `/verify/${ask}`)).toBe(503)
    expect((await service.call('POST', `/sign/${sign}`, someone())).status).toBe(503)
    await service.logged('the store does not answer: /verify refuses everybody with 503')
    await proxy.accept()
    await eventually(async () => expect(await service.verify(token, `/verify/${ask}`)).toBe(200))
    // The password is wrong from now on.
    await redis.command('ACL', 'SETUSER', 'service', 'resetpass', '>another')
    await redis.command('CLIENT', 'KILL', 'USER', 'service')
    await eventually(async () => expect(await service.verify(token, `/verify/${ask}`)).toBe(503))
    expect(await service.stop()).toEqual([0, null])

    const told = new Set(service.lines().map(({ message }) => message))
    for (const message of ['verified', 'refused', 'callerRefused', 'unavailable', 'signed', 'closed']) {
      expect(told).toContain(message)
    }
    const output = service.stdout + service.stderr
    const parts = [token, forged].flatMap((each) => each.split('.').slice(1))
    for (const secret of [...parts, SECRET, ask, sign, key, password]) {
      expect(output).not.toContain(secret)
      expect(output).not.toContain(Buffer.from(secret).toString('base64'))
      expect(output).not.toContain(secret.slice(0, 12))
    }
  })

  describe('at its end', () => {
    /** Sends half of a question, and later the rest, on a connection that would be kept. */
    async function half(url: string, token: string) {
      const agent = new Agent({ keepAlive: true })
      onTestFinished(() => agent.destroy())
      const body = JSON.stringify({ token })
      const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' }
      const request = httpRequest(`${url}/verify`, { method: 'POST', agent, headers })
      request.on('error', () => {})
      request.flushHeaders()
      // By now the service knows of it.
      await once(request, 'continue')
      request.write(body.slice(0, 9))
      const answered = once(request, 'response').then(async ([response]: IncomingMessage[]) => {
        return {
          status: response?.statusCode,
          connection: response?.headers.connection,
          json: response && (await jsonOf(response)),
        }
      })
      answered.catch(() => {})
      return { answered, sendRest: () => void request.end(body.slice(9)) }
    }

    test.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('answers what is under way on %s, and ends', async (signal) => {
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url })
      const user = someone()
      const { token } = await app().provision(user)
      const { answered, sendRest } = await half(service.url, token)
      service.child.kill(signal)
      expect(await service.logged('closing')).toMatchObject({ signal })
      await eventually(() => expect(service.get('/healthz')).rejects.toThrow('fetch failed'))
      expect(service.stdout).not.toContain('"closed"')
      sendRest()
      // The connection is not kept for another question, or its end would be waited for.
      expect(await answered).toEqual({ status: 200, connection: 'close', json: user })
      expect(await service.ended).toEqual([0, null])
      expect(service.lines().at(-1)).toMatchObject({ level: 'info', message: 'closed' })
      expect(service.stderr).toBe('')
    })

    test('does not wait long for who never sends the rest', async () => {
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url })
      const { answered } = await half(service.url, 'whatever')
      expect(await service.stop()).toEqual([0, null])
      await expect(answered).rejects.toThrow('socket hang up')
      await service.logged('closed')
    })

    test('ends at once on the second signal', async () => {
      const service = await Standalone.start({ JWT_SECRET: SECRET, REDIS_URL: redis.url })
      await half(service.url, 'whatever')
      service.child.kill('SIGTERM')
      await service.logged('closing')
      expect(await service.stop('SIGTERM')).toEqual([null, 'SIGTERM'])
    })
  })
})
