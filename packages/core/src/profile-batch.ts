import type { ChatServer } from './chat-server/chat-server.js'
import { sleep } from './deadline.js'
import { ChatTokenError, hasCode } from './errors.js'
import { callDeadline } from './horizon.js'
import type { Settings } from './options.js'
import { type ChatUser, toUser, type User } from './user.js'

export interface ProfileProgress {
  /** Profiles that the chat server took. */
  readonly accepted: number
  /** Profiles that it did not. */
  readonly failed: number
}

export interface ProvisionProfilesOptions {
  /** Called after each request. */
  readonly onProgress?: (progress: ProfileProgress) => void
  /** Stops between two requests: what has been sent stays sent, and the report says how far it came. */
  readonly signal?: AbortSignal
}

/** Profiles that did not get through together, and why. */
export interface ProfileFailure {
  readonly userIds: readonly unknown[]
  readonly error: ChatTokenError
}

export interface ProfileReport extends ProfileProgress {
  readonly failures: readonly ProfileFailure[]
  /** Whether `signal` ended it before everything was sent. */
  readonly aborted: boolean
}

/** The chat server's documentation advises no more in one request. */
const CHUNK = 100

/** Sends many profiles, a hundred at a time, one request after the other: what fails is reported, the rest goes on. */
export class ProfileBatch {
  readonly #server: ChatServer
  readonly #settings: Settings
  readonly #options: ProvisionProfilesOptions
  readonly #failures: ProfileFailure[] = []
  #accepted = 0
  #failed = 0

  constructor(settings: Settings, server: ChatServer, options: ProvisionProfilesOptions) {
    this.#server = server
    this.#settings = settings
    this.#options = options
  }

  async send(users: Iterable<ChatUser> | AsyncIterable<ChatUser>): Promise<ProfileReport> {
    let chunk: User[] = []
    for await (const given of users) {
      if (this.#aborted) break
      const user = this.#checked(given)
      if (!user) continue
      chunk.push(user)
      if (chunk.length < CHUNK) continue
      await this.#sendChunk(chunk)
      chunk = []
    }
    if (chunk.length > 0 && !this.#aborted) await this.#sendChunk(chunk)
    return { ...this.#progress, failures: this.#failures, aborted: this.#aborted }
  }

  get #aborted(): boolean {
    return this.#options.signal?.aborted ?? false
  }

  get #progress(): ProfileProgress {
    return { accepted: this.#accepted, failed: this.#failed }
  }

  #checked(given: ChatUser): User | undefined {
    try {
      return toUser(given, this.#settings.leftOut)
    } catch (error) {
      this.#fail([given?.id], error)
      return undefined
    }
  }

  async #sendChunk(chunk: readonly User[]): Promise<void> {
    try {
      const taken = await this.#patiently(chunk)
      if (taken < chunk.length) {
        throw new ChatTokenError('REJECTED', `The chat server took ${taken} of these ${chunk.length} profiles.`)
      }
      this.#accepted += chunk.length
    } catch (error) {
      const ids = chunk.map(({ id }) => id)
      this.#fail(ids, error)
    }
    this.#options.onProgress?.(this.#progress)
  }

  /** Logins come first: however long the chat server or the budget makes profiles wait, they wait. */
  async #patiently(chunk: readonly User[]): Promise<number> {
    for (;;) {
      try {
        return await this.#server.updateProfiles(chunk, callDeadline(this.#settings))
      } catch (error) {
        const wait = hasCode(error, 'RATE_LIMITED') ? error.retryAfter : undefined
        if (wait === undefined || this.#aborted) throw error
        await sleep(wait * 1_000, this.#options.signal)
        if (this.#aborted) throw error
      }
    }
  }

  #fail(userIds: readonly unknown[], error: unknown): void {
    if (!(error instanceof ChatTokenError)) throw error
    this.#failed += userIds.length
    this.#failures.push({ userIds, error })
  }
}
