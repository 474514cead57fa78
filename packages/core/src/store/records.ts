import type { Awaitable } from './awaitable.js'
import type { Purpose } from './request-budget.js'
import type { LoggedOut, SessionKey, UserState } from './token-store.js'
import type { UserRecord } from './user-record.js'

/** One atomic step: it changes the record and answers. It is synchronous, and may be run again on a newer record. */
export type Step<T> = (record: UserRecord, now: number) => T

/** What is known of a user, to look at. */
export interface Readable extends Pick<UserRecord, 'epoch' | 'outbox' | 'namesSessions'> {
  state(key: SessionKey, clock: () => number): UserState
}

/** What a step is for, where more than the record takes part in it. */
export interface StepPurpose<T> {
  /** What the chat server is asked for next, if the answer says so: it is taken out of the request budget at the same time. */
  readonly leadsTo?: { readonly purpose: Purpose; readonly if: (answer: T) => boolean }
  /** What takes it back, when it may have been done and nobody has heard of it. */
  readonly undo?: (answer: T) => Step<unknown> | undefined
}

/** A logout: `askedAt` is in epoch ms, `Infinity` when it is done at once. */
export type LogoutStep = (record: UserRecord, now: number, askedAt: number, claimForMs: number) => LoggedOut

export interface DueAnswers<T> {
  readonly answers: readonly T[]
  readonly nextInMs: number | undefined
}

/** The users' records, wherever they are: in memory (`MemoryRecords`) or as rows in a database (`SharedRecords`). */
export interface Records {
  /** Whether other processes see them: then no session is named in them, and a logout may come late. */
  readonly isShared: boolean

  read(userId: string): Readable | Promise<Readable>

  /** Nothing else happens to the user between the beginning and the end of the step. */
  change<T>(userId: string, step: Step<T>, purpose?: StepPurpose<T>): Awaitable<T>

  /**
   * As `change`, and it says whether it lasts. Where it cannot be done now it may be `later`: before anything else for that user.
   * Those of one `name` are one.
   */
  logOut(userId: string, logout: { name: string; claimForMs: number }, step: LogoutStep): Awaitable<LoggedOut | 'later'>

  /** Runs a step on some users whose revocations are due. `nextInMs` as in `Claimed`. */
  changeDue<T>(limit: number, step: (userId: string) => Step<readonly T[]>): Awaitable<DueAnswers<T>>

  /** Everybody whose revocations wait, some at a time. */
  waiting(): AsyncIterable<readonly string[]>

  /** Resolves when the user's lease may be free, or after `withinMs`. */
  released(userId: string, withinMs: number): Promise<void>

  /** Calls `wake` when it hears that the user's lease is free, until the returned function is called. */
  listen(userId: string, wake: () => void): () => void

  close(): Awaitable<void>
}
