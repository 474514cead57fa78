import { LRUCache } from 'lru-cache'
import { ChatTokenError } from '../errors.js'
import { Newcomers } from './newcomers.js'
import type { RowCodec } from './row-codec.js'
import { isOlder } from './row-version.js'
import { parseRecord } from './stored-record.js'
import type { Row } from './store-driver.js'
import type { StoreListener } from './token-store.js'
import { type StoredUser, UserRecord } from './user-record.js'

/** A user's row as this process saw it last. */
export interface Seen {
  /** `''`: there was none. */
  readonly version: string
  /** The record. `undefined`: nothing was written of the user. */
  readonly text: string | undefined
  /** When it was written, in epoch ms. */
  readonly changedAt: number
  /** Until when it has to be there, in epoch ms. */
  readonly keepUntil: number
  /** Whether it is not what the row holds: the next write has to say so. */
  readonly isRepaired: boolean
  /** The record, to look at. Nobody changes it. */
  view?: UserRecord
}

/** How many rows are remembered, and how many characters of them. */
const REMEMBERED = { max: 1_000, maxSize: 8_000_000 }

const OLDER =
  'a record in the database is older than one that was there before, or gone: a failover that lost writes, or somebody put it back. That user’s tokens are revoked.'
const BROKEN =
  'a record in the database is not what this library wrote there, or the key it was sealed with is lost. That user’s tokens are revoked.'

/** Opens rows, and remembers them: the next write begins with what was seen last, and nobody can put back what was there before. */
export class SeenRows {
  readonly #codec: RowCodec
  readonly #listener: StoreListener
  readonly #rows = new LRUCache<string, Seen>({
    ...REMEMBERED,
    sizeCalculation: ({ text = '' }) => Math.max(1, text.length),
  })
  readonly #newcomers = new Newcomers()

  constructor(codec: RowCodec, listener: StoreListener) {
    this.#codec = codec
    this.#listener = listener
  }

  get(userId: string): Seen | undefined {
    return this.#rows.get(userId)
  }

  forget(userId: string): void {
    this.#rows.delete(userId)
  }

  /** A row that this process has just written. */
  wrote(userId: string, version: string, record: { text: string; changedAt: number; keepUntil: number }): void {
    this.#newcomers.forget(userId)
    this.#rows.set(userId, { version, isRepaired: false, ...record })
  }

  /** To be looked at. */
  view(userId: string, seen: Seen, now: number): UserRecord {
    return seen.text === undefined ? this.recordOf(userId, seen, now) : (seen.view ??= this.recordOf(userId, seen, now))
  }

  /** To be changed. */
  recordOf(userId: string, { text }: Seen, now: number): UserRecord {
    if (text === undefined) return this.#newcomers.record(userId, now)
    // It was looked at when it was opened, or written here.
    return UserRecord.from(JSON.parse(text) as StoredUser)
  }

  /**
   * A row as it is now. `before` is what was seen of it before it was asked for.
   *
   * @throws ChatTokenError `UNAVAILABLE` when it is another process's: it is left as it is.
   */
  open(userId: string, row: Row | undefined, before: Seen | undefined, now: number): Seen {
    const last = this.#rows.get(userId)
    if (row && row.version === last?.version) return last
    const seen = this.#isOlder(row, before, now) ? this.#restored(row, before, now) : this.#opened(userId, row, now)
    if (seen.text !== undefined) this.#newcomers.forget(userId)
    // A write of ours may have been answered since.
    if (!last || last === before) this.#rows.set(userId, seen)
    return seen
  }

  #isOlder(row: Row | undefined, before: Seen | undefined, now: number): before is Seen {
    if (before?.text === undefined) return false
    return row ? isOlder(row.version, before.version) : now < before.keepUntil
  }

  #opened(userId: string, row: Row | undefined, now: number): Seen {
    if (!row) return { version: '', text: undefined, changedAt: now, keepUntil: 0, isRepaired: false }
    const opened = this.#codec.decode(userId, row)
    if (opened.kind === 'foreign') {
      this.#listener.alert(`a user's record cannot be read here, and is left as it is: ${opened.reason}.`)
      throw new ChatTokenError('UNAVAILABLE', `The record of this user cannot be read here: ${opened.reason}.`)
    }
    const { changedAt, text } = opened.kind === 'broken' ? NOTHING : split(opened.text)
    const record = parseRecord(text)
    if (record && opened.kind === 'text') {
      const keepUntil = record.keepUntil(changedAt)
      return { version: row.version, text, changedAt, keepUntil, isRepaired: false, view: record }
    }
    this.#listener.alert(BROKEN)
    return repaired(row.version, record, now)
  }

  #restored(row: Row | undefined, before: Seen, now: number): Seen {
    this.#listener.alert(OLDER)
    return repaired(row?.version ?? '', parseRecord(before.text ?? ''), now)
  }
}

/** The text of a record, and when it was written. */
export function join(text: string, changedAt: number): string {
  return `${Math.floor(changedAt)} ${text}`
}

const NOTHING = { changedAt: 0, text: '' }

function split(joined: string): { changedAt: number; text: string } {
  const at = joined.indexOf(' ')
  const changedAt = Number(joined.slice(0, at))
  return Number.isSafeInteger(changedAt) ? { changedAt, text: joined.slice(at + 1) } : NOTHING
}

/** Nobody can say what was there: all tokens go. What is left of a record may still refuse whom it refused. */
function repaired(version: string, left: UserRecord | undefined, now: number): Seen {
  const record = new UserRecord(left?.epoch ?? Math.floor(now))
  record.raiseEpoch(now)
  record.unsure = true
  record.duties.enqueueAll(record.epoch, now)
  for (const tombstone of left?.tombstones ?? []) record.duties.restore(tombstone)
  const text = JSON.stringify(record)
  return { version, text, changedAt: now, keepUntil: record.keepUntil(now), isRepaired: true }
}
