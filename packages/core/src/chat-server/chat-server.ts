import type { Deadline } from '../deadline.js'
import type { RequestBudget } from '../store/request-budget.js'
import type { User } from '../user.js'
import type { AnswerResult } from './answer.js'
import type { BreakerListener } from './breaker.js'
import { Caller, type Connection } from './caller.js'
import {
  assignedToken,
  expectUser,
  issuedToken,
  isToken,
  onTheWire,
  profileOf,
  revokedTokens,
  type TokenWithExpiry,
} from './client-document.js'
import { clientTokenPath } from './client-path.js'
import type { ChatServerRequest } from './exchange.js'
import type { Settled } from './retry.js'

/** The chat server's admin API: the calls this library makes, and nothing else. */
export class ChatServer {
  readonly #caller: Caller
  readonly #prefix: string
  #ignoresNames = false

  constructor(connection: Connection, budget: RequestBudget, listener: BreakerListener) {
    this.#caller = new Caller(connection, budget, listener)
    this.#prefix = connection.serverUrl.pathname.replace(/\/+$/, '')
  }

  /**
   * Whether the chat server, or a proxy in front of it, has been seen to drop the body of a DELETE: whoever asks it to
   * revoke one token revokes every token of that user.
   */
  get ignoresNames(): boolean {
    return this.#ignoresNames
  }

  /** `POST /admin/clients` with `issueAccessToken: true`: the server creates the token. Never repeated when in doubt. */
  issue(user: User, deadline: Deadline): Promise<Settled<TokenWithExpiry>> {
    return this.#caller.call({
      request: this.#clients({ ...profileOf(user), issueAccessToken: true }),
      read: (result, clock) => issuedToken(expectUser(result, user.id), clock),
      purpose: 'login',
      repeatable: false,
      deadline,
    })
  }

  /** `POST /admin/clients` with our token. The same token twice changes nothing, so it may be repeated. */
  assign(user: User, minted: TokenWithExpiry, deadline: Deadline): Promise<Settled<TokenWithExpiry>> {
    return this.#caller.call({
      request: this.#clients({ ...profileOf(user), issueAccessToken: false, ...onTheWire(minted) }),
      read: (result, clock) => assignedToken(expectUser(result, user.id), minted, clock),
      purpose: 'login',
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
    return this.#caller.call({
      request: { method: 'PUT', path: clientTokenPath(this.#prefix, userId), body: onTheWire(minted) },
      read: (result, clock) => assignedToken(result, minted, clock),
      absent: ['CLIENT_NOT_FOUND'],
      purpose: 'login',
      repeatable: true,
      deadline,
    })
  }

  /** `POST /admin/clients` without a token: brings nickname and picture up to date. */
  async updateProfile(user: User, deadline: Deadline): Promise<void> {
    const request = this.#clients(profileOf(user))
    await this.#caller.call({ request, read: () => {}, purpose: 'profile', repeatable: true, deadline })
  }

  /** `POST /admin/clients/list`: up to 100 profiles (protocol.md). Answers how many the server took. */
  async updateProfiles(users: readonly User[], deadline: Deadline): Promise<number> {
    const path = `${this.#prefix}/admin/clients/list`
    const { value } = await this.#caller.call({
      request: { method: 'POST', path, body: { data: users.map(profileOf) } },
      read: ({ count }: AnswerResult) => (typeof count === 'number' ? count : users.length),
      purpose: 'profile',
      repeatable: true,
      deadline,
    })
    return value
  }

  /**
   * `DELETE /admin/clients/{id}/token` with `{token}`: revokes that one. Already gone counts as done. Answers `all` when
   * the chat server says that it revoked more.
   */
  async revokeToken(userId: string, token: string, deadline: Deadline): Promise<'one' | 'all'> {
    // JSON.stringify({ token: undefined }) is {}, and that would revoke every token of the user.
    if (!isToken(token)) throw new TypeError('revokeToken needs a token')
    const revoked = await this.#delete(userId, { token }, { repeatable: true, deadline })
    if ((revoked.value ?? 1) <= 1) return 'one'
    this.#ignoresNames = true
    return 'all'
  }

  /** `DELETE /admin/clients/{id}/token` without a body: revokes every token of the user. Never repeated when in doubt. */
  async revokeAll(userId: string, deadline: Deadline): Promise<void> {
    await this.#delete(userId, undefined, { repeatable: false, deadline })
  }

  /** Closes the connections this object opened; an injected dispatcher stays open. */
  close(): Promise<void> {
    return this.#caller.close()
  }

  #clients(body: object): ChatServerRequest {
    return { method: 'POST', path: `${this.#prefix}/admin/clients`, body }
  }

  #delete(userId: string, body: object | undefined, options: { repeatable: boolean; deadline: Deadline }) {
    return this.#caller.call({
      request: { method: 'DELETE', path: clientTokenPath(this.#prefix, userId), body },
      read: revokedTokens,
      absent: ['CLIENT_NOT_FOUND', 'TOKEN_NOT_FOUND'],
      purpose: 'revocation',
      ...options,
    })
  }
}
