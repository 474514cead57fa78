import type { RevokeOutcome } from '@imkit-auth/core'
import type { AppServer } from './app-server.js'
import type { Answer } from './calls.js'
import { History, shortened } from './history.js'
import { disturbs, type Operation } from './operation.js'

/** So long the logout of a process that has died may still be on its way into Redis, in ms. */
const LAST_WORDS = 500

/** What a user can be sure of. */
type Standing =
  /** Logged out, and nothing has been asked for since. */
  | { readonly kind: 'out' }
  /** Logged in: all of these work. */
  | { readonly kind: 'in'; readonly tokens: readonly string[] }
  /** A logout was asked for, and nobody can say whether it was done. */
  | { readonly kind: 'in doubt'; readonly session: string; readonly promisedBy: AppServer | undefined }
  /** A login that failed or was overtaken by a logout: there may be a token, or none. */
  | { readonly kind: 'open' }

/**
 * What one user has been told, and what follows from that alone: which tokens must work, and which must not. A logout that
 * was answered `volatile` is kept in the memory of one process; until a later one is durable nothing is certain.
 */
export class Account {
  readonly #user: string
  readonly #live: () => readonly string[]
  readonly #violated: (what: string) => void
  readonly #underWay = new Set<Operation>()
  readonly #seen = new Set<string>()
  #ended: ReadonlySet<string> = new Set()
  readonly #closedSessions = new Set<string>()
  readonly #history = new History()
  #standing: Standing = { kind: 'open' }
  #volatile = false
  #quietFrom = 0

  constructor(user: string, live: () => readonly string[], violated: (what: string) => void) {
    this.#user = user
    this.#live = live
    this.#violated = violated
  }

  get standing(): Standing {
    return this.#standing
  }

  /** A login, or the page of a session, asks for the token. Returns what to do with the answer. */
  asks(kind: 'login' | 'page', session: string): (answer: Answer<string>) => void {
    const operation = this.#begin(kind, session)
    const ended = this.#ended
    const isGone = kind === 'page' && this.#closedSessions.has(session)
    return (answer) => {
      this.#end(operation, answer)
      if (answer.kind !== 'done') {
        if (kind === 'login' || !this.#closedSessions.has(session)) this.#mayHaveToken()
        return
      }
      const token = answer.value
      this.#seen.add(token)
      if (isGone) this.#violation('I7 the page of a session that has logged out got a token')
      if (ended.has(token)) this.#violation('I1 a token from before the logout was handed out')
      if (!operation.alone || this.#volatile || operation.beganAt < this.#quietFrom) {
        // The logout that went on beside the page of its own session has the last word.
        if (this.#standing.kind !== 'out' || kind === 'login') this.#standing = { kind: 'open' }
        return
      }
      if (!this.#live().includes(token)) this.#violation('I4 a dead token was handed out')
      const before = this.#standing.kind === 'in' ? this.#standing.tokens : []
      this.#standing = { kind: 'in', tokens: [...new Set([...before, token])] }
    }
  }

  /** A session logs out at that app server. */
  logsOut(session: string, at: AppServer): (answer: Answer<RevokeOutcome>) => void {
    const operation = this.#begin('logout', session)
    const before = new Set([...this.#seen, ...this.#live()])
    return (answer) => {
      this.#end(operation, answer)
      if (answer.kind === 'done' && answer.value !== 'volatile') {
        this.#ended = new Set([...this.#ended, ...before])
        this.#closedSessions.add(session)
        this.#volatile = false
        this.#standing = operation.alone ? { kind: 'out' } : { kind: 'open' }
        if (answer.value !== 'confirmed') return
        if (this.#live().some((token) => before.has(token))) this.#violation('a logout was confirmed that was not done')
        return
      }
      if (answer.kind === 'died') this.#quietFrom = performance.now() + LAST_WORDS
      const promised = answer.kind === 'done' && operation.alone
      this.#volatile ||= answer.kind !== 'died'
      this.#standing = { kind: 'in doubt', session, promisedBy: promised ? at : undefined }
    }
  }

  /** A page says that its token does not work. */
  reports(token: string): (answer: Answer<void>) => void {
    const { standing } = this
    return (answer) => {
      this.#note(`report of ${shortened(token)}`, answer)
      if (answer.kind === 'failed' && answer.code === 'RENEWED_TOO_OFTEN') return
      if (answer.kind === 'died') this.#quietFrom = performance.now() + LAST_WORDS
      if (this.#standing !== standing || standing.kind !== 'in') return
      if (answer.kind === 'done' && standing.tokens.at(-1) === token) this.#ended = new Set([...this.#ended, token])
      this.#standing = { kind: 'in', tokens: standing.tokens.filter((other) => other !== token) }
    }
  }

  /** Everything has come to rest, and the store has this token for the user. */
  rests(stored: string | undefined): void {
    const live = this.#live()
    if (live.some((token) => this.#ended.has(token))) this.#violation('I3 a token outlived its logout')
    if (stored !== undefined && !live.includes(stored)) this.#violation('I4 the store rests on a dead token')
    if (stored !== undefined && this.#ended.has(stored))
      this.#violation('I1 the store has a token from before the logout')
    const { standing } = this
    if (standing.kind === 'out' || standing.kind === 'in doubt') {
      if (live.length > 0) this.#violation('I3 a user who has logged out has a token that works')
      if (stored !== undefined) this.#violation('I1 the store has a token for a user who has logged out')
    } else if (standing.kind === 'in') {
      if (!standing.tokens.every((token) => live.includes(token)))
        this.#violation('I2 a token that a login handed out was revoked')
    }
  }

  /** A request that failed may have left a token at the chat server. */
  #mayHaveToken(): void {
    const { standing } = this
    if (standing.kind === 'out') this.#standing = { kind: 'open' }
    if (standing.kind === 'in doubt') this.#standing = { ...standing, promisedBy: undefined }
  }

  #begin(kind: Operation['kind'], session: string): Operation {
    const operation: Operation = { kind, session, beganAt: performance.now(), alone: true }
    for (const other of this.#underWay) {
      if (disturbs(operation, other)) other.alone = false
      if (disturbs(other, operation)) operation.alone = false
    }
    this.#underWay.add(operation)
    return operation
  }

  #end(operation: Operation, answer: Answer<string>): void {
    this.#underWay.delete(operation)
    const { kind, session, alone, beganAt } = operation
    const took = (performance.now() - beganAt).toFixed(0)
    this.#note(`${kind} ${session}${alone ? '' : ', not alone'}, ${took} ms`, answer)
  }

  #note(what: string, answer: Answer<unknown>): void {
    this.#history.add(what, answer)
    if (answer.kind === 'failed' && answer.code.startsWith('a bug')) this.#violation(answer.code)
  }

  #violation(what: string): void {
    const alive = this.#live().map(shortened).join(', ')
    this.#violated(`${what}: ${this.#user} is ${this.#standing.kind}, alive: ${alive}\n${this.#history.text}`)
  }
}
