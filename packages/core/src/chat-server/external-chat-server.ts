import type { Deadline } from '../deadline.js'
import { ChatTokenError } from '../errors.js'
import type { RequestBudget } from '../store/request-budget.js'
import type { ChatUser } from '../user.js'
import type { BreakerListener } from './breaker.js'
import type { Connection } from './caller.js'
import { ChatServer } from './chat-server.js'

/**
 * The chat server of `external()`: it asks `/verify` about every token, so a logout has nothing to tell it, and profiles
 * reach it with that answer. It is told of them as well where there is an API key.
 */
export class ExternalChatServer extends ChatServer {
  readonly #hasKey: boolean

  constructor(
    { apiKey, ...connection }: Omit<Connection, 'apiKey'> & { apiKey: (() => string) | undefined },
    budget: RequestBudget,
    listener: BreakerListener,
  ) {
    super({ ...connection, apiKey: apiKey ?? noApiKey }, budget, listener)
    this.#hasKey = apiKey !== undefined
  }

  override async revokeToken(): Promise<'one'> {
    return 'one'
  }

  override async revokeAll(): Promise<void> {}

  override async updateProfile(user: ChatUser, deadline: Deadline): Promise<void> {
    if (this.#hasKey) await super.updateProfile(user, deadline)
  }
}

function noApiKey(): never {
  throw new ChatTokenError('UNAUTHORIZED', 'external() needs no API key, but this call does: give apiKey as well.')
}
