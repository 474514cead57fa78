import type { Awaitable } from './awaitable.js'
import type { Purpose, RequestBudget } from './request-budget.js'
import type { StoreListener } from './token-store.js'

/** A database for `recordStore(driver)`: it loads rows, and replaces one if nobody else has. docs/stores.md writes one. */
export interface StoreDriver {
  /**
   * Opens the rows of one chat server and namespace. `space` names them: printable ASCII without spaces, quotes and braces. It
   * is opened again by every `createChatTokens` of the process.
   */
  records(space: string, listener: DriverListener): RecordDriver

  /** A budget of the database's own. @default a row of the same driver */
  budget?(options: { server: string; perMinute: number; now: () => number }): RequestBudget

  /** The last space has closed. A logout may come later all the same. */
  close?(): Awaitable<void>
}

/** How a driver tells what becomes of its database. */
export interface DriverListener extends StoreListener {
  /** Rows can be written again: what waits in this process is written before this resolves. Call it before `up()`. */
  recovered(): Promise<void>
}

/** A user's record as a database keeps it. */
export interface Row {
  /** 16 characters of base64url, which no two writes ever share. */
  readonly version: string
  /** Text, which begins with the version. Of a user with many sessions up to some 100 KB. */
  readonly value: string
}

/** What replaces a row, and what the database has to know of it without reading it. Times are epoch ms. */
export interface Change extends Row {
  /** The time of the step. */
  readonly now: number
  /** The row may be deleted after it. */
  readonly keepUntil: number
  /** When the user's first revocation is due; `none`: nothing waits any more; `undefined`: as before. */
  readonly dueAt: number | 'none' | undefined
  /** The database's clock (`now()`) has to be within these, or nothing is written: nobody waits for what comes later. */
  readonly notBefore: number
  readonly notAfter: number
  /** Whether the user's lease has become free: those who wait for it can be told. */
  readonly released: boolean
  /** Whether the caller has to know that the row survives a failover. */
  readonly confirm: boolean
}

export type Swapped =
  | {
      readonly kind: 'done'
      /** Whether it survives a crash of the database and a failover, where `confirm` asked. */
      readonly durable: boolean
    }
  /** Somebody else has written: the row as it is now, or `undefined` when there is none. */
  | { readonly kind: 'conflict'; readonly row: Row | undefined }
  /** The database's clock is not within the change's limits; `now()` knows better from here on. */
  | { readonly kind: 'clock' }

export interface Due {
  readonly userIds: readonly string[]
  /** Ms until it is worth asking again; `undefined` when nothing waits. */
  readonly nextInMs: number | undefined
}

/** The rows of one space: one for each user, and when a revocation of theirs is due. What throws counts as not known. */
export interface RecordDriver {
  /** Whether each call ends by itself, at the latest with the `timeout` of the store. @default false: then it is not waited for longer */
  readonly endsInTime?: boolean

  /** The time by the database's clock as the last answer told it, in epoch ms. Too early by a little does no harm, too late does. */
  now(): number

  /** The row as it is now: never older than any `swap` that was answered before. */
  load(userId: string): Awaitable<Row | undefined>

  /** ATOMIC: writes the row if it still has this version (`''`: if there is none), and otherwise says what is there. */
  swap(userId: string, version: string, change: Change): Awaitable<Swapped>

  /** Users whose `dueAt` has come by `now`, the first due first. It may name too many, and must not forget anybody for ever. */
  due(options: { now: number; limit: number }): Awaitable<Due>

  /** Everybody who has a `dueAt`, some at a time. */
  waiting(): AsyncIterable<readonly string[]>

  /** Resolves when the user's lease may have been released, or after `withinMs`. @default it is asked again every 50 ms */
  released?(userId: string, withinMs: number): Promise<void>

  /** Calls `wake` whenever it hears that the user's lease was released, until the returned function is called. */
  listen?(userId: string, wake: () => void): () => void

  /** Takes a request out of the budget beside a swap that leads to it. What it resolves to gives it back. */
  takeAhead?(purpose: Purpose): Promise<(() => void) | undefined>

  /** Nobody uses this space any more in this process. A logout may come later all the same. */
  close?(): Awaitable<void>
}
