import { Pool, type Dispatcher } from 'undici'
import type { Deadline } from '../deadline.js'
import type { ChatUser } from '../user.js'
import { type AnswerResult, readAnswer, type RefusalCode } from './answer.js'
import {
  assignedToken,
  expectUser,
  issuedToken,
  isToken,
  onTheWire,
  profileOf,
  type TokenWithExpiry,
} from './client-document.js'
import { clientTokenPath } from './client-path.js'
import { type ChatServerRequest, exchange } from './exchange.js'
import { refusalError } from './refusal.js'
import { RetryBudget, type Settled, withRetries } from './retry.js'

const MAX_CONNECTIONS = 50

/** The chat server's admin API: the calls this library makes, and nothing else. */
export class ChatServer {
  readonly #origin: string
  readonly #prefix: string
  readonly #apiKey: () => string
  readonly #dispatcher: Dispatcher
  readonly #pool: Pool | undefined
  readonly #budget = new RetryBudget()

  constructor(options: { serverUrl: URL; apiKey: () => string; dispatcher: Dispatcher | undefined }) {
    this.#origin = options.serverUrl.origin
    this.#prefix = options.serverUrl.pathname.replace(/\/+$/, '')
    this.#apiKey = options.apiKey
    this.#pool = options.dispatcher
      ? undefined
      : new Pool(this.#origin, { connections: MAX_CONNECTIONS, allowH2: true, headersTimeout: 0, bodyTimeout: 0 })
    this.#dispatcher = options.dispatcher ?? (this.#pool as Pool)
  }

  /** `POST /admin/clients` with `issueAccessToken: true`: the server creates the token. Never repeated when in doubt. */
  issue(user: ChatUser, deadline: Deadline): Promise<Settled<TokenWithExpiry>> {
    return this.#call({
      request: this.#clients({ ...profileOf(user), issueAccessToken: true }),
      read: (result) => issuedToken(expectUser(result, user.id)),
      repeatable: false,
      deadline,
    })
  }

  /** `POST /admin/clients` with our token. The same token twice changes nothing, so it may be repeated. */
  assign(user: ChatUser, minted: TokenWithExpiry, deadline: Deadline): Promise<Settled<TokenWithExpiry>> {
    return this.#call({
      request: this.#clients({ ...profileOf(user), issueAccessToken: false, ...onTheWire(minted) }),
      read: (result) => assignedToken(expectUser(result, user.id), minted),
      repeatable: true,
      deadline,
    })
  }

  /** `PUT /admin/clients/{id}/token`: our token for a user the server has; `undefined` when it has no such user. */
  updateToken(
    userId: string,
    minted: TokenWithExpiry,
    deadline: Deadline,
  ): Promise<Settled<TokenWithExpiry | undefined>> {
    return this.#call({
      request: { method: 'PUT', path: clientTokenPath(this.#prefix, userId), body: onTheWire(minted) },
      read: (result) => assignedToken(result, minted),
      absent: ['CLIENT_NOT_FOUND'],
      repeatable: true,
      deadline,
    })
  }

  /** `POST /admin/clients` without a token: brings nickname and picture up to date. */
  async updateProfile(user: ChatUser, deadline: Deadline): Promise<void> {
    await this.#call({ request: this.#clients(profileOf(user)), read: ignore, repeatable: true, deadline })
  }

  /** `DELETE /admin/clients/{id}/token` with `{token}`: revokes that one. Already gone counts as done. */
  async revokeToken(userId: string, token: string, deadline: Deadline): Promise<void> {
    // JSON.stringify({ token: undefined }) is {}, and that would revoke every token of the user.
    if (!isToken(token)) throw new TypeError('revokeToken needs a token')
    await this.#delete(userId, { token }, { repeatable: true, deadline })
  }

  /** `DELETE /admin/clients/{id}/token` without a body: revokes every token of the user. Never repeated when in doubt. */
  async revokeAll(userId: string, deadline: Deadline): Promise<void> {
    await this.#delete(userId, undefined, { repeatable: false, deadline })
  }

  /** Closes the connections this object opened; an injected dispatcher stays open. */
  async close(): Promise<void> {
    await this.#pool?.destroy()
  }

  #clients(body: object): ChatServerRequest {
    return { method: 'POST', path: `${this.#prefix}/admin/clients`, body }
  }

  #delete(userId: string, body: object | undefined, options: { repeatable: boolean; deadline: Deadline }) {
    const request = { method: 'DELETE', path: clientTokenPath(this.#prefix, userId), body } as const
    return this.#call({ request, read: ignore, absent: ['CLIENT_NOT_FOUND', 'TOKEN_NOT_FOUND'], ...options })
  }

  #call<T>(call: Call<T>): Promise<Settled<T>>
  #call<T>(call: Call<T> & { absent: readonly RefusalCode[] }): Promise<Settled<T | undefined>>
  #call<T>({ request, read, absent, repeatable, deadline }: Call<T>): Promise<Settled<T | undefined>> {
    const attempt = async () => {
      const answer = readAnswer(await exchange(this.#dispatcher, this.#origin, this.#apiKey(), request, deadline))
      if (answer.ok) return read(answer.result)
      if (answer.status === 404 && answer.code !== undefined && absent?.includes(answer.code)) return undefined
      throw refusalError(answer)
    }
    return withRetries(attempt, { repeatable, deadline, budget: this.#budget })
  }
}

interface Call<T> {
  readonly request: ChatServerRequest
  /** Turns the answer's result into ours, or throws when it is not an answer to what we asked. */
  readonly read: (result: AnswerResult) => T
  /** Refusals (404) that mean "there is no such thing" and are no failure of this call. */
  readonly absent?: readonly RefusalCode[]
  /** Whether sending it twice has the same effect as sending it once. */
  readonly repeatable: boolean
  readonly deadline: Deadline
}

function ignore(): void {}
