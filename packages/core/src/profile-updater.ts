import type { ChatServer } from './chat-server/chat-server.js'
import { hasCode } from './errors.js'
import type { Events } from './events.js'
import { callDeadline } from './horizon.js'
import type { Settings } from './options.js'
import type { TokenSpace } from './store/token-space.js'

import type { User } from './user.js'

type KnownProfile = Pick<User, 'nickname' | 'avatarUrl'>

/** Brings a changed nickname or picture to the chat server, beside the login and never in its way. */
export class ProfileUpdater {
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #server: ChatServer
  readonly #events: Events
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(settings: Settings, space: TokenSpace, server: ChatServer, events: Events) {
    this.#settings = settings
    this.#space = space
    this.#server = server
    this.#events = events
  }

  /** Sends a profile now; a field not given stays as it is. Throws when the chat server does not take it. */
  async send({ id, nickname, avatarUrl }: User, known: KnownProfile): Promise<void> {
    // Without an API key it reaches the chat server with the next answer of `/verify`.
    if (this.#settings.apiKey) {
      await this.#server.updateProfile({ id, nickname, avatarUrl }, callDeadline(this.#settings))
    }
    await this.#remember({ id, nickname: nickname ?? known.nickname, avatarUrl: avatarUrl ?? known.avatarUrl })
    this.#events.emit('profileUpdated', { userId: id })
  }

  /** Starts an update when the user's profile is another than the one known; a field not given has not changed. */
  check(user: User, known: KnownProfile): void {
    const nickname = user.nickname ?? known.nickname
    const avatarUrl = user.avatarUrl ?? known.avatarUrl
    if (nickname === known.nickname && avatarUrl === known.avatarUrl) return
    if (this.#underWay.has(user.id)) return
    const update = this.#update({ id: user.id, nickname, avatarUrl }).finally(() => this.#underWay.delete(user.id))
    this.#underWay.set(user.id, update)
  }

  /** Resolves once the updates that are under way now have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values())
  }

  async #update(user: User): Promise<void> {
    try {
      await this.send(user, {})
    } catch (error) {
      // A profile that the chat server refuses would only be repeated at every login. For anything else the next login
      // makes up, also for a store that fails here.
      if (hasCode(error, 'REJECTED', 'USER_EXISTS')) await this.#remember(user).catch(() => {})
    }
  }

  async #remember({ id, nickname, avatarUrl }: User): Promise<void> {
    await this.#space.profile(id, { nickname, avatarUrl })
  }
}
