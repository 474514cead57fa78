import { createAuthService, createVerifier, type AuthService } from '@imkit-auth/auth-service'
import { type ChatTokens, createChatTokens, external, type MintedToken } from '@imkit-auth/core'
import { randomUUID } from 'node:crypto'
import type { Choices } from '../fleet/choices.js'
import { createSigners, headerOf, type Signer } from './signers.js'

/** A token that was really minted, and what became of it. */
export interface Sample {
  readonly token: string
  readonly userId: string
  readonly signer: Signer
  readonly claims: Readonly<Record<string, unknown>>
  readonly expiresAt: number
  /** Whether a logout or a report has ended it: by what was done, not by what the store says of it. */
  ended: boolean
}

const USERS = ['amy', 'bob', 'cleo', 'dora', '__proto__', 'constructor', 'Ünï çødé', 'a/b', 'c?d#e']
const TTL = 3_600
/** How many tokens of the past are remembered. */
const REMEMBERED = 400

/** Users who log in and out, their tokens, and the service that verifies these. */
export class Population {
  readonly service: AuthService
  readonly signers: readonly Signer[] = createSigners()
  readonly #samples = new Map<string, Sample>()
  readonly #tokens: ChatTokens
  readonly #choose: Choices
  #time = Date.parse('2030-01-01T00:00:00Z')

  constructor(choose: Choices) {
    this.#choose = choose
    const now = () => this.#time
    this.#tokens = createChatTokens({
      serverUrl: 'https://app.imkit.io',
      mode: external({ mint: ({ user, epoch }) => this.#mint(user.id, epoch) }),
      now,
    })
    const keys = this.signers.map(({ verification }) => verification)
    const verifier = createVerifier({ tokens: this.#tokens, keys, now, cacheSize: 100 })
    this.service = createAuthService({ verifier, requestsPerMinute: Infinity })
  }

  /** Epoch seconds. */
  get seconds(): number {
    return Math.floor(this.#time / 1000)
  }

  /** Any token that was ever minted, as long as it is remembered; rather a live one, which only the attack makes worthless. */
  any(): Sample {
    const live = this.all().filter((sample) => this.isLive(sample))
    return this.#choose.of(live.length > 0 && this.#choose.isTrue(0.7) ? live : this.all())
  }

  all(): readonly Sample[] {
    return [...this.#samples.values()]
  }

  /** The sample that is exactly this text. */
  find(token: string): Sample | undefined {
    return this.#samples.get(token)
  }

  isLive({ ended, expiresAt }: Sample): boolean {
    // Within the tolerance for clocks it may be either.
    return !ended && expiresAt > this.#time
  }

  isDead({ ended, expiresAt }: Sample): boolean {
    return ended || expiresAt + 5_000 < this.#time
  }

  async begin(): Promise<void> {
    for (const id of USERS) await this.#tokens.provision({ id })
  }

  /** Somebody logs in, out, or reports a token; time passes. */
  async live(): Promise<void> {
    const id = this.#choose.of(USERS)
    const what = this.#choose.weighted({ login: 6, logout: 3, report: 2, wait: 1 })
    if (what === 'login') await this.#tokens.provision({ id })
    if (what === 'logout') {
      await this.#tokens.revoke(id)
      for (const sample of this.#samples.values()) if (sample.userId === id) sample.ended = true
    }
    if (what === 'report') await this.#report(id)
    if (what === 'wait') this.#time += this.#choose.of([1_000, 31_000, 1_800_000, 3_700_000])
  }

  close(): Promise<unknown> {
    return this.#tokens.close({ withinMs: 0 })
  }

  async #report(id: string): Promise<void> {
    const current = await this.#tokens.current(id)
    if (!current) return
    try {
      await this.#tokens.reportInvalid(id, current.token)
    } catch {
      // Too soon after the last one.
      return
    }
    const sample = this.#samples.get(current.token)
    if (sample) sample.ended = true
  }

  #mint(userId: string, ep: number): MintedToken {
    const signer = this.#choose.of(this.signers)
    const iat = this.seconds
    const claims = { id: userId, ep, jti: randomUUID(), iat, exp: iat + TTL }
    const token = signer.sign(JSON.stringify(headerOf(signer)), JSON.stringify(claims))
    const expiresAt = (iat + TTL) * 1000
    this.#samples.set(token, { token, userId, signer, claims, expiresAt, ended: false })
    const [oldest] = this.#samples.keys()
    if (this.#samples.size > REMEMBERED && oldest !== undefined) this.#samples.delete(oldest)
    return { token, expiresAt }
  }
}
