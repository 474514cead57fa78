import {
  ChatTokens,
  type LoginOptions,
  type ProvisionOptions,
  type RevokeOptions,
  type SessionOptions,
} from '../chat-tokens.js'
import type { ChatCredentials } from '../credentials.js'
import type { RevokeOutcome } from '../revoker.js'
import { toUserId } from '../user-id.js'
import { toUser, type ChatUser, type User, type UserId } from '../user.js'

/** A token that was handed out. */
export interface RecordedProvision {
  /** As `identify`, or the caller, gave it. */
  readonly user: User
  readonly session: string | undefined
  readonly token: string
}

/** A logout. */
export interface RecordedRevocation {
  readonly userId: string
  /** `undefined` for a logout everywhere, too. */
  readonly session: string | undefined
}

/** The token life cycle, which remembers what it was asked for. */
export class RecordedChatTokens extends ChatTokens {
  readonly provisions: RecordedProvision[] = []
  readonly revocations: RecordedRevocation[] = []

  override login(user: ChatUser, options: LoginOptions = {}): Promise<ChatCredentials> {
    return this.#recorded(user, options, super.login(user, options))
  }

  override provision(user: ChatUser, options: ProvisionOptions = {}): Promise<ChatCredentials> {
    return this.#recorded(user, options, super.provision(user, options))
  }

  override revoke(userId: UserId, options: RevokeOptions = {}): Promise<RevokeOutcome> {
    const revoked = super.revoke(userId, options)
    this.revocations.push({ userId: toUserId(userId), session: options.session })
    return revoked
  }

  override revokeEverywhere(userId: UserId, options: { waitMs?: number } = {}): Promise<RevokeOutcome> {
    const revoked = super.revokeEverywhere(userId, options)
    this.revocations.push({ userId: toUserId(userId), session: undefined })
    return revoked
  }

  async #recorded(given: ChatUser, { session }: SessionOptions, credentials: Promise<ChatCredentials>) {
    const { token } = await credentials
    this.provisions.push({ user: toUser(given), session, token })
    return credentials
  }
}
