import {
  type ChatTokens,
  ChatTokenError,
  httpAnswer,
  jsonBody,
  type RequestBody,
  tokenDigest,
  UnusableBody,
} from '@imkit-auth/core'
import { MAX_TOKEN_LENGTH, type Verifier } from '../verifier.js'
import { answer, failure, type ServiceResponse } from './answer.js'
import { Callers } from './callers.js'
import { RateLimit } from './rate-limit.js'
import type { ServiceEvent } from './service-event.js'

export interface AuthServiceOptions {
  /** Decides about tokens: `createVerifier`, `remoteJwks`, `introspection`, `verifyWith`, or your own. */
  readonly verifier: Verifier
  /** Where it is reached, such as `/chat-auth`: then the chat server's `AUTH` ends in `/chat-auth/verify`. @default '' */
  readonly path?: string
  /**
   * Who may ask `/verify`: whoever shows one of these secrets, as `/verify/<secret>` (IMKIT's `AUTH` is a mere URL) or as
   * `Authorization: Bearer <secret>`. Each 16 to 256 letters, digits and `-._~`.
   * @default [] (everybody; a token still tells no more than whose it is)
   */
  readonly callerSecrets?: readonly string[]
  /**
   * Turns `POST /sign {id, nickname?, avatarUrl?}` on, which answers `{token, expirationDate}` (IMKIT's `AUTH_SIGN`). Whoever may call it
   * can act as anybody: it has secrets of its own, at least one.
   */
  readonly sign?: { readonly tokens: Pick<ChatTokens, 'provision'>; readonly callerSecrets: readonly string[] }
  /** How often one caller, known by their address, may ask in a minute. `Infinity` for no limit. @default 60_000 */
  readonly requestsPerMinute?: number
  /** Hears of everything that happens: for logs and counters. It is never told a token. */
  readonly onEvent?: (event: ServiceEvent) => void
}

/** The parts of an HTTP request that the service looks at. */
export interface ServiceRequest extends RequestBody {
  readonly method: string
  /** As in the request line, with or without query. */
  readonly url: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Where it came from, if that is known. */
  readonly address: string | undefined
}

type Handle = (request: ServiceRequest, secret: string | undefined) => Promise<ServiceResponse>

interface Route {
  readonly methods: readonly string[]
  readonly handle: Handle
}

/** The largest body that is read, in bytes. */
const MAX_BODY = 8 * 1024
/** When to come back to a service that could not decide, in seconds. */
const COME_BACK = { 'retry-after': '5' }
const NOT_VALID = 'The token is not valid.'

/**
 * What an IMKIT chat server asks about its users' tokens, free of any framework: handlers translate their requests into
 * `respond`. Everything that they must agree on is decided here.
 */
export class AuthService {
  readonly #verifier: Verifier
  readonly #prefix: string
  readonly #verifyCallers: Callers
  readonly #sign: Signing | undefined
  readonly #limit: RateLimit
  readonly #onEvent: (event: ServiceEvent) => void
  readonly #routes: ReadonlyMap<string, Route>

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(options: AuthServiceOptions) {
    const { verifier, path = '', callerSecrets = [], sign, requestsPerMinute = 60_000, onEvent = () => {} } = options
    if (typeof verifier?.verify !== 'function') {
      throw new TypeError('verifier must be createVerifier(…), remoteJwks(…), introspection(…) or verifyWith(…)')
    }
    if (!/^(\/[\w.~-]+)*$/.test(path)) throw new TypeError('path must be empty or a path such as /chat-auth')
    this.#verifier = verifier
    this.#prefix = path
    this.#verifyCallers = new Callers('callerSecrets', callerSecrets)
    this.#sign = sign && signing(sign, callerSecrets)
    this.#limit = new RateLimit(requestsPerMinute)
    if (typeof onEvent !== 'function') throw new TypeError('onEvent must be a function')
    this.#onEvent = onEvent
    this.#routes = this.#table()
  }

  /** The answer; `undefined` when the path is none of the service's. Never rejects. */
  async respond(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    const [path = ''] = request.url.split('?', 1)
    if (!path.startsWith(`${this.#prefix}/`)) return undefined
    const below = path.slice(this.#prefix.length)
    const exact = this.#routes.get(below)
    const [, name = '', secret, ...more] = below.split('/')
    const route = exact ?? (more.length === 0 ? this.#routes.get(`/${name}/*`) : undefined)
    if (!route) return undefined
    if (!route.methods.includes(request.method)) {
      return failure(405, `Use ${route.methods[0]}.`, { allow: route.methods.join(', ') })
    }
    try {
      return await route.handle(request, exact ? undefined : secret)
    } catch (error) {
      return this.#unavailable(error)
    }
  }

  #table(): ReadonlyMap<string, Route> {
    const routes = new Map<string, Route>([
      ['/healthz', { methods: ['GET', 'HEAD'], handle: async () => answer(200, { status: 'ok' }) }],
      ['/readyz', { methods: ['GET', 'HEAD'], handle: () => this.#ready() }],
    ])
    const post = (path: string, callers: Callers, handle: (body: object) => Promise<ServiceResponse>) => {
      const route = { methods: ['POST'], handle: this.#guarded(callers, handle) }
      routes.set(path, route)
      if (callers.areKnown) routes.set(`${path}/*`, route)
    }
    post('/verify', this.#verifyCallers, (body) => this.#verify(body))
    if (this.#sign) post('/sign', this.#sign.callers, (body) => this.#signFor(body))
    if (this.#verifier.jwks) {
      routes.set('/.well-known/jwks.json', { methods: ['GET', 'HEAD'], handle: () => this.#jwks() })
    }
    return routes
  }

  /** Lets nobody through who asks too often, or may not ask; then reads the body, which must be a JSON object. */
  #guarded(callers: Callers, handle: (body: object) => Promise<ServiceResponse>): Handle {
    return async (request, secret) => {
      const { address, headers } = request
      const isKnown = !callers.areKnown || callers.knows(secret ?? bearer(headers))
      // Strangers at the same address, such as that of a proxy, must not use up what the chat server may ask.
      const waitSeconds = await this.#limit.take(`${isKnown ? 'caller' : 'stranger'} ${address}`)
      if (waitSeconds !== undefined) {
        this.#tell({ type: 'limited', address })
        return failure(429, 'Too many requests.', { 'retry-after': String(waitSeconds) })
      }
      if (!isKnown) {
        this.#tell({ type: 'callerRefused', address })
        return failure(403, 'This caller may not ask.')
      }
      const type = headers['content-type']
      if (type !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(String(type))) {
        return failure(415, 'Send JSON, with content-type: application/json.')
      }
      if (Number(headers['content-length']) > MAX_BODY)
        return failure(413, `The body is larger than ${MAX_BODY} bytes.`)
      const body = await jsonBody(request, MAX_BODY)
      if (body instanceof UnusableBody) return failure(body.status, body.message)
      if (typeof body !== 'object' || body === null) return failure(400, 'The body must be a JSON object.')
      return handle(body)
    }
  }

  async #verify(body: object): Promise<ServiceResponse> {
    const token: unknown = Object.hasOwn(body, 'token') ? Reflect.get(body, 'token') : undefined
    if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN_LENGTH) return failure(401, NOT_VALID)
    const { user, refused } = await this.#verifier.verify(token)
    if (!user) {
      this.#tell({ type: 'refused', token: tokenDigest(token), why: refused })
      return failure(401, NOT_VALID)
    }
    this.#tell({ type: 'verified', token: tokenDigest(token) })
    const { id, nickname, avatarUrl } = user
    return answer(200, { id, nickname, avatarUrl })
  }

  async #signFor(body: object): Promise<ServiceResponse> {
    const { id, nickname, avatarUrl } = body as { id: string; nickname?: string; avatarUrl?: string }
    try {
      const credentials = await this.#sign?.tokens.provision({ id, nickname, avatarUrl })
      this.#tell({ type: 'signed', userId: id })
      return answer(200, { token: credentials?.token, expirationDate: credentials?.expirationDate })
    } catch (error) {
      if (error instanceof ChatTokenError && error.code === 'INVALID_USER') return failure(400, error.message)
      throw error
    }
  }

  async #ready(): Promise<ServiceResponse> {
    await this.#verifier.ready()
    return answer(200, { status: 'ready' })
  }

  async #jwks(): Promise<ServiceResponse> {
    const keys = (await this.#verifier.jwks?.()) ?? { keys: [] }
    return answer(200, keys, { 'cache-control': 'public, max-age=300' })
  }

  /** Nobody is let in while nobody knows. What is thrown may quote a token, unless it is ours. */
  #unavailable(error: unknown): ServiceResponse {
    const ours = error instanceof ChatTokenError
    this.#tell({ type: 'unavailable', why: ours ? error.message : 'the verifier threw' })
    const headers = ours ? { ...COME_BACK, ...httpAnswer(error).headers } : COME_BACK
    return failure(503, 'This cannot be decided now. Try again later.', headers)
  }

  #tell(event: ServiceEvent): void {
    try {
      this.#onEvent(event)
    } catch {
      // Whoever listens cannot break what they hear of.
    }
  }
}

interface Signing {
  readonly tokens: Pick<ChatTokens, 'provision'>
  readonly callers: Callers
}

function signing(
  { tokens, callerSecrets }: NonNullable<AuthServiceOptions['sign']>,
  verifySecrets: readonly string[],
): Signing {
  if (typeof tokens?.provision !== 'function') throw new TypeError('sign.tokens must come from createChatTokens()')
  const callers = new Callers('sign.callerSecrets', callerSecrets)
  if (!callers.areKnown) {
    throw new TypeError('sign.callerSecrets must hold at least one secret: /sign gives out tokens for anybody')
  }
  if (callerSecrets.some((secret) => verifySecrets.includes(secret))) {
    throw new TypeError('sign.callerSecrets must differ from callerSecrets: who may ask may not sign')
  }
  return { tokens, callers }
}

/**
 * Creates the service that an IMKIT chat server with `AUTH` asks about every token. Mount it with a handler from
 * `@imkit-auth/auth-service/express`, `/koa`, `/nestjs`, `/node` or `/web`.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const service = createAuthService({ verifier: createVerifier({ tokens, keys: [{ secret }] }), path: '/chat-auth' })
 * app.use(authServiceHandler(service))
 */
export function createAuthService(options: AuthServiceOptions): AuthService {
  return new AuthService(options)
}

function bearer(headers: ServiceRequest['headers']): string | undefined {
  return /^Bearer +(\S+)$/i.exec(String(headers['authorization'] ?? ''))?.[1]
}
