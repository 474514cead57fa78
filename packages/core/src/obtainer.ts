import type { ChatServer } from './chat-server/chat-server.js'
import type { TokenWithExpiry } from './chat-server/client-document.js'
import type { Deadline } from './deadline.js'
import { ChatTokenError } from './errors.js'
import { leaseMs } from './horizon.js'
import { claimsOf } from './jwt-claims.js'
import type { Mode } from './modes/mode.js'
import type { Settings } from './options.js'
import type { LiveToken } from './store/live-token.js'
import type { TokenSpace } from './store/token-space.js'
import type { Acquired, Intent, SessionKey } from './store/token-store.js'
import type { User } from './user.js'

/** How often a waiter looks again by itself, should nobody wake it. In ms. */
const LOOK_AGAIN = 50

export interface ObtainRequest {
  readonly user: User
  readonly key: SessionKey
  /** The epoch under which the caller's request began. */
  readonly epoch: number
}

/** Obtains one token for one user: lease, intent, chat server, commit. What the store decides, it decides atomically. */
export class Obtainer {
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #server: ChatServer
  #shapeChecked = false

  constructor(settings: Settings, space: TokenSpace, server: ChatServer) {
    this.#settings = settings
    this.#space = space
    this.#server = server
  }

  /**
   * The user's fresh token; `superseded` when a logout came in between and the result must not be handed out; `newcomer` when
   * another process wrote the user's first record before, so that the epoch has to be read again.
   */
  async obtain(request: ObtainRequest, deadline: Deadline): Promise<LiveToken | 'superseded' | 'newcomer'> {
    const { user, key, epoch } = request
    const minted = await this.#mint(this.#settings.mode, request)
    const acquired = await this.#acquire(request, minted, deadline)
    if (acquired.kind === 'superseded') return acquired.newcomer ? 'newcomer' : 'superseded'
    if (acquired.kind === 'hit') return acquired.token

    const { fence, revokeAllFirst } = acquired
    const begin = (next: TokenWithExpiry | undefined, cleared: boolean) =>
      this.#space.begin(user.id, {
        fence,
        epoch,
        cleared,
        leaseMs: leaseMs(this.#settings),
        intent: this.#intent(key, next),
      })
    let mayHaveActed = false
    try {
      // What the chat server is not told of, it does not revoke with all others: those are revoked in their own time.
      if (revokeAllFirst && !this.#settings.isExternal) {
        await this.#server.revokeAll(user.id, deadline)
        if (!(await begin(minted, true))) return 'superseded'
      }
      const { value, ambiguous } = await this.#settings.mode.obtain({
        server: this.#server,
        user,
        minted,
        deadline,
        mintAgain: async (mode) => {
          const next = await this.#mint(mode, request)
          if (next && (await begin(next, false))) return next
          throw new Superseded()
        },
      })
      mayHaveActed = ambiguous
      return await this.#commit(request, fence, value, ambiguous)
    } catch (error) {
      if (error instanceof Superseded) return 'superseded'
      mayHaveActed ||= !(error instanceof ChatTokenError) || error.ambiguous
      await this.#space.release(user.id, {
        fence,
        holdForMs: mayHaveActed ? this.#settings.ambiguityHorizon : undefined,
      })
      throw error
    }
  }

  async #commit(request: ObtainRequest, fence: number, obtained: TokenWithExpiry, ambiguous: boolean) {
    const { user, key, epoch } = request
    const { ambiguityHorizon, isExternal, now } = this.#settings
    const { token: text, expiresAt } = obtained
    const plain = {
      token: text,
      expiresAt,
      renewBefore: Math.floor((expiresAt - now()) / 2),
    }
    // There may be many: what says nothing takes no room.
    const session = key.ownToken ? key.session : undefined
    const token: LiveToken =
      key.ownToken || isExternal ? { ...plain, session, external: isExternal || undefined } : plain
    const { nickname, avatarUrl } = user
    const holdForMs = ambiguous ? ambiguityHorizon : undefined
    const outcome = await this.#space.commit(user.id, { fence, epoch, token, holdForMs, nickname, avatarUrl })
    return outcome === 'stored' ? token : 'superseded'
  }

  /** Takes the lease, waiting for others until the deadline. */
  async #acquire(
    { user, key, epoch }: ObtainRequest,
    minted: TokenWithExpiry | undefined,
    deadline: Deadline,
  ): Promise<Exclude<Acquired, { kind: 'busy' }>> {
    const { renewBefore } = this.#settings
    const step = { key, epoch, intent: this.#intent(key, minted), leaseMs: leaseMs(this.#settings), renewBefore }
    for (;;) {
      const acquired = await this.#space.acquire(user.id, step)
      if (acquired.kind !== 'busy') return acquired
      const { heldForMs } = acquired
      if (heldForMs !== undefined && heldForMs > deadline.remaining) {
        throw new ChatTokenError('BUSY', 'Whether an earlier request took effect is not known yet. Try again then.', {
          retryAfter: Math.ceil(heldForMs / 1_000),
        })
      }
      if (deadline.passed) {
        throw new ChatTokenError('BUSY', 'Another request is obtaining the token of this user. Try again shortly.', {
          retryAfter: 1,
        })
      }
      await this.#space.released(user.id, Math.min(LOOK_AGAIN, deadline.remaining))
    }
  }

  /** What a crash from here on may leave at the chat server: nothing, when it is told of no token. */
  #intent({ session, ownToken }: SessionKey, minted: TokenWithExpiry | undefined): Intent | undefined {
    return this.#settings.isExternal ? undefined : { session: ownToken ? session : undefined, minted }
  }

  async #mint(mode: Mode, { user, epoch }: ObtainRequest): Promise<TokenWithExpiry | undefined> {
    const minted = await mode.prepare({ user, epoch, now: this.#settings.now() })
    if (minted && !this.#shapeChecked) {
      this.#shapeChecked = true
      if (typeof claimsOf(minted.token)['id'] !== 'string') {
        this.#settings.logger.warn(
          "imkit-auth: mint() returned a token that is not a JWT with a string `id`. IMKIT's newest web SDK needs one and shows an empty list otherwise.",
        )
      }
    }
    return minted
  }
}

/** A logout came, or the lease was lost, while a second token was being minted. */
class Superseded extends Error {}
