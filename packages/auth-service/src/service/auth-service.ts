import { type ChatTokens, ChatTokenError, type ChatUser, httpAnswer, tokenDigest } from '@imkit-auth/core'
import { MAX_TOKEN_LENGTH, type Verifier } from '../verifier.js'
import { answer, failure, type ServiceResponse } from './answer.js'
import { Callers } from './callers.js'
import { Entrance } from './entrance.js'
import { Routes } from './routes.js'
import type { ServiceEvent } from './service-event.js'
import type { ServiceRequest } from './service-request.js'

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
  readonly sign?: SignOptions
  /**
   * How often one caller, known by their address, may ask in a minute; `Infinity` for no limit. The chat server asks for all
   * of its users: a limit that it reaches locks them out. Strangers, who show no secret, have a share of their own.
   * @default 600_000 (more than one process answers)
   */
  readonly requestsPerMinute?: number
  /** Hears of everything that happens: for logs and counters. It is never told a token. */
  readonly onEvent?: (event: ServiceEvent) => void
}

export interface SignOptions {
  /** What mints: with `mode: external({ mint })`, on the store that the verifier asks. */
  readonly tokens: Pick<ChatTokens, 'provision'>
  /** As `callerSecrets` of the service, and others than those. */
  readonly callerSecrets: readonly string[]
}

/** When to come back to a service that could not decide, in seconds. */
const COME_BACK = { 'retry-after': '5' }
const NOT_VALID = 'The token is not valid.'

/**
 * What an IMKIT chat server asks about its users' tokens, free of any framework: handlers translate their requests into
 * `respond`. Everything that they must agree on is decided here.
 */
export class AuthService {
  readonly #verifier: Verifier
  readonly #routes: Routes
  readonly #onEvent: ((event: ServiceEvent) => void) | undefined

  /** @throws TypeError that names the option, when one is missing or wrong. */
  constructor(options: AuthServiceOptions) {
    const { verifier, path = '', callerSecrets = [], sign, requestsPerMinute = 600_000, onEvent } = options
    if (typeof verifier?.verify !== 'function') {
      throw new TypeError('verifier must be createVerifier(…), remoteJwks(…), introspection(…) or verifyWith(…)')
    }
    if (onEvent !== undefined && typeof onEvent !== 'function') throw new TypeError('onEvent must be a function')
    this.#verifier = verifier
    this.#onEvent = onEvent
    this.#routes = new Routes(path)
    const entrance = new Entrance(requestsPerMinute, (event) => this.#tell(() => event))
    const post = (name: string, callers: Callers, handle: (body: object) => Promise<ServiceResponse>) =>
      this.#routes.post(name, callers.areKnown, entrance.guard(callers, handle))
    post('/verify', new Callers('callerSecrets', callerSecrets), (body) => this.#verify(body))
    if (sign) post('/sign', signers(sign, callerSecrets), (body) => this.#sign(sign.tokens, body))
    this.#routes.get('/healthz', async () => answer(200, { status: 'ok' }))
    this.#routes.get('/readyz', () => this.#ready())
    if (verifier.jwks) this.#routes.get('/.well-known/jwks.json', () => this.#jwks())
  }

  /** The answer; `undefined` when the path is none of the service's. Never rejects. */
  async respond(request: ServiceRequest): Promise<ServiceResponse | undefined> {
    const found = this.#routes.find(request.url)
    if (!found) return undefined
    const { methods, handle } = found.route
    if (!methods.includes(request.method)) return failure(405, `Use ${methods[0]}.`, { allow: methods.join(', ') })
    try {
      return await handle(request, found.secret)
    } catch (error) {
      return this.#unavailable(error)
    }
  }

  async #verify(body: object): Promise<ServiceResponse> {
    const token: unknown = Object.hasOwn(body, 'token') ? Reflect.get(body, 'token') : undefined
    if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN_LENGTH) return failure(401, NOT_VALID)
    const { user, refused } = await this.#verifier.verify(token)
    if (!user) {
      this.#tell(() => ({ type: 'refused', token: tokenDigest(token), why: refused }))
      return failure(401, NOT_VALID)
    }
    this.#tell(() => ({ type: 'verified', token: tokenDigest(token) }))
    const { id, nickname, avatarUrl } = user
    return answer(200, { id, nickname, avatarUrl })
  }

  async #sign(tokens: Pick<ChatTokens, 'provision'>, body: object): Promise<ServiceResponse> {
    const { id, nickname, avatarUrl } = body as ChatUser
    try {
      const { userId, token, expirationDate } = await tokens.provision({ id, nickname, avatarUrl })
      this.#tell(() => ({ type: 'signed', userId }))
      return answer(200, { token, expirationDate })
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
    this.#tell(() => ({ type: 'unavailable', why: ours ? error.message : 'the verifier threw' }))
    const headers = ours ? { ...COME_BACK, ...httpAnswer(error).headers } : COME_BACK
    return failure(503, 'This cannot be decided now. Try again later.', headers)
  }

  /** What an event says of a token takes time: it is found out only where somebody listens. */
  #tell(event: () => ServiceEvent): void {
    try {
      this.#onEvent?.(event())
    } catch {
      // Whoever listens cannot break what they hear of.
    }
  }
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

function signers({ tokens, callerSecrets }: SignOptions, others: readonly string[]): Callers {
  if (typeof tokens?.provision !== 'function') throw new TypeError('sign.tokens must come from createChatTokens()')
  const callers = new Callers('sign.callerSecrets', callerSecrets)
  if (!callers.areKnown) {
    throw new TypeError('sign.callerSecrets must hold at least one secret: /sign gives out tokens for anybody')
  }
  if (!callerSecrets.some((secret) => others.includes(secret))) return callers
  throw new TypeError('sign.callerSecrets must differ from callerSecrets: who may ask may not sign')
}
