import type { OutboxEntry } from './duties.js'
import type { LiveToken } from './live-token.js'
import type { Readable } from './records.js'
import type { SessionKey, UserState } from './token-store.js'
import { UserRecord } from './user-record.js'

const NONE: readonly never[] = []
const KNOWN = 1
const UNSURE = 2
const FRESH = 4
const EXTERNAL = 8

/**
 * A user without duties and with one plain token at most, as nearly all of a million are: one object, which readers are handed as
 * it is. Nobody changes it: who changes the user changes a record made of it.
 */
export class IdleUser implements Readable, UserState {
  readonly epoch: number
  readonly nickname: string | undefined
  readonly avatarUrl: string | undefined
  readonly #text: string | undefined
  readonly #expiresAt: number
  readonly #renewBefore: number
  readonly #flags: number

  private constructor({ epoch, nickname, avatarUrl, known, unsure, fresh, token }: UserRecord) {
    this.epoch = epoch
    this.nickname = nickname
    this.avatarUrl = avatarUrl
    this.#text = token?.token
    this.#expiresAt = token?.expiresAt ?? 0
    this.#renewBefore = token?.renewBefore ?? 0
    this.#flags = (known ? KNOWN : 0) | (unsure ? UNSURE : 0) | (fresh ? FRESH : 0) | (token?.external ? EXTERNAL : 0)
  }

  /** A record without duties as it is kept. */
  static of(record: UserRecord): IdleUser | UserRecord {
    const { token, tokens } = record
    const isPlain = token?.session === undefined && token?.settlesAt === undefined
    return tokens.length < 2 && isPlain ? new IdleUser(record) : record
  }

  get token(): LiveToken | undefined {
    const token = this.#text
    if (token === undefined) return undefined
    const expiresAt = this.#expiresAt
    const renewBefore = this.#renewBefore
    return this.#flags & EXTERNAL
      ? { token, expiresAt, renewBefore, external: true }
      : { token, expiresAt, renewBefore }
  }

  get loggedOut(): false {
    return false
  }

  get denied(): readonly never[] {
    return NONE
  }

  get outbox(): readonly OutboxEntry[] {
    return NONE
  }

  get namesSessions(): false {
    return false
  }

  state(key: SessionKey, clock: () => number): UserState {
    const isExternal = (this.#flags & EXTERNAL) > 0
    const isAsked = !key.ownToken && (this.#text === undefined || isExternal === (key.external ?? false))
    return isAsked ? this : this.toRecord().state(key, clock)
  }

  /** The same, to be changed. */
  toRecord(): UserRecord {
    const record = new UserRecord(this.epoch)
    record.nickname = this.nickname
    record.avatarUrl = this.avatarUrl
    record.known = (this.#flags & KNOWN) > 0
    record.unsure = (this.#flags & UNSURE) > 0
    record.fresh = (this.#flags & FRESH) > 0
    record.token = this.token
    return record
  }
}
