import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SessionKey, TokenStore } from '../store/token-store.js'
import type { TokenSpace } from '../store/token-space.js'
import { DAY, type OpenTwo, SHARED, SILENT } from './steps.js'

const SERVER = 'https://app.imkit.io/'
const MINUTE = 60_000

/** What processes must not be able to do to each other when they take steps of one user at once. Takes a second. */
export function atomicityContract(openTwo: OpenTwo, rounds = 40): void {
  describe('steps of one user at once', () => {
    test('are one after the other', { timeout: 60_000 }, async () => {
      const [one, other] = await openTwo()
      const spaces = [one, other, one, other].map(open)
      const at = (n: number) => spaces[n % spaces.length] as TokenSpace
      const wrong: string[] = []
      for (let round = 0; round < rounds; round++) wrong.push(...(await new Round(at).play()))
      for (const space of spaces) await space.close()
      expect([...new Set(wrong)]).toEqual([])
    })
  })
}

function open(store: TokenStore): TokenSpace {
  return store.open({ server: SERVER, namespace: '', now: Date.now, listener: SILENT })
}

/** One user, at whom several processes work at once. */
class Round {
  readonly #at: (n: number) => TokenSpace
  readonly #user = `user-${randomUUID()}`
  readonly #wrong: string[] = []

  constructor(at: (n: number) => TokenSpace) {
    this.#at = at
  }

  async play(): Promise<readonly string[]> {
    await this.#beKnown()
    const { fence, epoch } = await this.#acquire()
    await this.#commitBesideLogouts(fence, epoch)
    await this.#claimAtOnce()
    return this.#wrong
  }

  /** A user nobody knows has all their tokens revoked first. */
  async #beKnown(): Promise<void> {
    await this.#logOut(0, 'first')
    const { revocations } = await this.#at(0).claim({ limit: 100, visibleForMs: MINUTE })
    for (const revocation of revocations) await this.#at(0).settle(revocation)
  }

  async #acquire(): Promise<{ fence: number; epoch: number }> {
    const { epoch } = await this.#at(1).read(this.#user, SHARED)
    const step = { key: SHARED, epoch, intent: undefined, leaseMs: MINUTE }
    const acquired = await Promise.all(Array.from({ length: 12 }, (_, n) => this.#at(n).acquire(this.#user, step)))
    const leases = acquired.filter(({ kind }) => kind === 'acquired')
    if (leases.length !== 1) this.#wrong.push(`${leases.length} leases`)
    const [lease] = leases
    return { fence: lease?.kind === 'acquired' ? lease.fence : 0, epoch }
  }

  async #commitBesideLogouts(fence: number, epoch: number): Promise<void> {
    const token = { token: `token of ${this.#user}`, expiresAt: Date.now() + DAY, renewBefore: 1 }
    const nobody = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
    const logouts = Array.from({ length: 8 }, (_, n) => this.#logOut(n, `session ${n}`))
    await Promise.all([this.#at(2).commit(this.#user, { fence, epoch, token, ...nobody }), ...logouts])
    const pending = await this.#at(3).pending(this.#user)
    if (!pending.some((revocation) => revocation.token === token.token)) this.#wrong.push('a token was lost')
    for (let n = 0; n < 8; n++) {
      const { loggedOut } = await this.#at(n + 1).read(this.#user, { ...SHARED, session: `session ${n}` })
      if (!loggedOut) this.#wrong.push('a logout was lost')
    }
  }

  async #claimAtOnce(): Promise<void> {
    const claims = [0, 1, 2, 3].map((n) => this.#at(n).claim({ limit: 100, visibleForMs: MINUTE }))
    const handedOut = (await Promise.all(claims)).flatMap(({ revocations }) => revocations)
    const theirs = handedOut.filter(({ userId }) => userId === this.#user)
    if (theirs.length === 0) this.#wrong.push('a revocation was handed out to nobody')
    if (new Set(theirs.map(({ id }) => id)).size < theirs.length) this.#wrong.push('a revocation was handed out twice')
    for (const revocation of theirs) await this.#at(0).settle(revocation)
  }

  #logOut(n: number, session: string): unknown {
    const key: SessionKey = { ...SHARED, session }
    return this.#at(n).logout(this.#user, { key, everything: false, claimForMs: 0 })
  }
}
