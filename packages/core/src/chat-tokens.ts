import { createHash } from 'node:crypto'
import { type Alert, raiseAlerts } from './alerts.js'
import type { ChatServer } from './chat-server/chat-server.js'
import { openChatServer } from './chat-server/open-chat-server.js'
import { type ChatTokenStats, Counters } from './counters.js'
import { type ChatCredentials, CredentialsFactory } from './credentials.js'
import { Deadline } from './deadline.js'
import { ChatTokenError, closed } from './errors.js'
import { type ChatTokenEvents, Events } from './events.js'
import { type ChatTokensOptions, type Settings, settingsFrom } from './options.js'
import { idOfToken } from './modes/external.js'
import { Obtainer } from './obtainer.js'
import { OutboxWorker } from './outbox-worker.js'
import { type PendingRevocation, pendingRevocation } from './pending-revocation.js'
import { ProfileBatch, type ProfileReport, type ProvisionProfilesOptions } from './profile-batch.js'
import { ProfileUpdater } from './profile-updater.js'
import { Provisioner } from './provisioner.js'
import { Revoker, type RevokeOutcome } from './revoker.js'
import { sessionKey } from './session-key.js'
import { isFresh, isLive } from './store/live-token.js'
import type { TokenSpace } from './store/token-space.js'
import type { StoreListener, UserState } from './store/token-store.js'
import { assertUserId, toUserId } from './user-id.js'
import { type ChatUser, toUser, type User, type UserId } from './user.js'

export interface SessionOptions {
  /** The host app's session id. Give it wherever there is one: it lets a logout stop the requests still under way. */
  readonly session?: string | undefined
}

export interface ProvisionOptions extends SessionOptions {
  /**
   * How long to wait for a token that has to be obtained, in ms; then the error is `BUSY`. The token is obtained all the same,
   * and there for the next call.
   * @default the `deadline` of the options
   */
  readonly waitMs?: number | undefined
  /** The host's request, which `external({ token })` looks at; the bindings give it. */
  readonly request?: unknown
}

export interface LoginOptions extends ProvisionOptions {
  /**
   * Ids that the session has had until now, as a login changes it. With `scope: 'session'` their tokens end here: a logout
   * will name the new id alone.
   */
  readonly formerSessions?: readonly string[]
}

export interface RevokeOptions extends SessionOptions {
  /** How long to wait for the chat server's confirmation, in ms. @default 1_000 */
  readonly waitMs?: number | undefined
}

export interface CloseReport {
  /** What could not be confirmed in time. Empty after a clean shutdown, or when the store did not answer (logged). */
  readonly pending: readonly PendingRevocation[]
}

/** What a verifier of minted tokens has to know about their user, beside the signature. */
export type UserStanding = Pick<UserState, 'epoch' | 'denied' | 'nickname' | 'avatarUrl'>

/** No header takes a longer one. In characters. */
const LONGEST_TOKEN = 65_536

/** How often one user's page may report its token invalid. In ms. */
const REPORT_INTERVAL = 30_000

/** The token life cycle: what `createChatTokens` returns. */
export class ChatTokens {
  readonly #spaceName: string
  readonly #settings: Settings
  readonly #space: TokenSpace
  readonly #server: ChatServer
  readonly #events: Events
  readonly #worker: OutboxWorker
  readonly #provisioner: Provisioner
  readonly #revoker: Revoker
  readonly #profiles: ProfileUpdater
  readonly #credentials: CredentialsFactory
  readonly #counters: Counters
  readonly #alert: Alert
  #closing: Promise<CloseReport> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    const { serverUrl, namespace, now, logger } = settings
    const server = serverUrl.href
    this.#spaceName = createHash('sha256').update(`${server} ${namespace}`).digest('base64url').slice(0, 8)
    this.#events = new Events((event) => this.warn(`a listener for "${event}" threw; fix the listener.`))
    this.#space = settings.store.open({ server, namespace, now, listener: this.#storeListener() })
    this.#server = openChatServer(settings, this.#events, () => this.#worker.unblock())
    this.#worker = new OutboxWorker(settings, this.#space, this.#server, this.#events)
    const obtainer = new Obtainer(settings, this.#space, this.#server)
    this.#provisioner = new Provisioner(settings, this.#space, obtainer, this.#events, () => this.#worker.kick())
    this.#revoker = new Revoker(settings, this.#space, this.#server, this.#worker)
    this.#profiles = new ProfileUpdater(settings, this.#space, this.#server, this.#events)
    this.#credentials = new CredentialsFactory(settings)
    this.#alert = raiseAlerts(this.#events, logger)
    this.#counters = new Counters(this.#events)
    // What an earlier process left behind is due as well.
    this.#worker.kick()
  }

  #storeListener(): StoreListener {
    let downAt = performance.now()
    return {
      down: (reason) => {
        downAt = performance.now()
        this.#events.emit('storeDown', { reason })
      },
      up: () => {
        this.#events.emit('storeUp', { afterMs: Math.round(performance.now() - downAt) })
        this.#worker.kick()
      },
      warn: (message) => this.warn(message),
      alert: (message) => this.#alert('UNAVAILABLE', message),
    }
  }

  /**
   * Makes sure that they can be used: tokens of `chatTokensFromEnv` read the environment now, those of `createChatTokens` have been
   * checked. A binding does this when it is mounted; a host without one does it where it starts.
   *
   * @throws TypeError that names every variable that is missing or wrong.
   */
  check(): void {}

  /** Base URL of the chat server, as pages get it: what a Content-Security-Policy has to let them connect to. */
  get serverUrl(): string {
    return this.#credentials.serverUrl
  }

  /**
   * Names this chat among others of the same app, the same in every process: for what a host keeps for it alone, such as the
   * name of a session in its cookie.
   */
  get spaceName(): string {
    return this.#spaceName
  }

  /** Whether a user's devices share one token, or each session has its own. */
  get scope(): 'user' | 'session' {
    return this.#settings.scope
  }

  /**
   * The login verb: `provision` for a user who has just logged in. A session that has logged out before gets tokens again,
   * so call it nowhere else.
   *
   * @throws ChatTokenError with every code that `ChatTokenErrorCode` lists.
   */
  login(user: ChatUser, options: LoginOptions = {}): Promise<ChatCredentials> {
    return this.scope === 'user' ? this.#provision(user, options, true) : this.#loginOfSession(user, options)
  }

  /**
   * The user's live token, obtained from the chat server when there is none or it is about to expire: what a page of a
   * session that is logged in asks for. Once that session has logged out, the answer is `LOGGED_OUT` until the next `login`.
   * Concurrent calls share one request. A still-valid token is returned when no new one can be had.
   *
   * @throws ChatTokenError with every code that `ChatTokenErrorCode` lists.
   */
  provision(user: ChatUser, options: ProvisionOptions = {}): Promise<ChatCredentials> {
    return this.#provision(user, options, false)
  }

  /** Every cached login comes through here: one more promise would cost it more than all the rest. */
  async #provision(given: ChatUser, options: ProvisionOptions, login: boolean): Promise<ChatCredentials> {
    const user = this.#user(given)
    const { id } = user
    const { session, waitMs } = options
    if (this.#settings.mode.ownToken) return this.#own(id, options.request)
    const key = sessionKey(this.#settings, session)
    const read = this.#space.read(id, key)
    // A store in memory answers at once; awaiting it would cost every cached login a second async hop.
    const state = read instanceof Promise ? await read : read
    if (this.#closing) throw closed()
    const now = this.#settings.now()
    const { token } = state
    if (!state.loggedOut && isFresh(token, now, this.#settings.renewBefore)) {
      this.#counters.hits += 1
      if (login) this.#profiles.check(user, state)
      return this.#credentials.for(id, token, now)
    }
    return this.#credentials.for(id, await this.#provisioner.provision({ user, key, login, waitMs }, state))
  }

  /** The user's live token if there is one; never asks the chat server. `undefined` also for a logged-out session. */
  async current(user: UserId, options: SessionOptions = {}): Promise<ChatCredentials | undefined> {
    const userId = toUserId(user)
    const read = this.#space.read(userId, sessionKey(this.#settings, options.session))
    const { token, loggedOut } = read instanceof Promise ? await read : read
    const now = this.#settings.now()
    return !loggedOut && isLive(token, now) ? this.#credentials.for(userId, token, now) : undefined
  }

  /**
   * The logout verb: makes the user's token useless at the chat server. The store step is done when this resolves, and
   * nothing obtained before it is handed out afterwards, whatever the outcome says. With `external({ token })` the host's
   * own logout has done that, and there is nothing to do.
   */
  async revoke(userId: UserId, { session, waitMs = 1_000 }: RevokeOptions = {}): Promise<RevokeOutcome> {
    if (this.#settings.mode.ownToken) {
      toUserId(userId)
      return 'confirmed'
    }
    return this.#revoker.revoke(userId, session, waitMs)
  }

  /**
   * Logs a user out everywhere: every token they have at the chat server becomes useless, known to us or not. The host's
   * own sessions are the host's to end, before this: a page that is still logged in fetches a new token.
   *
   * @throws ChatTokenError `MISCONFIGURED` with `external({ token })`: only the host can end the tokens that it gave out.
   */
  async revokeEverywhere(userId: UserId, { waitMs = 1_000 }: { waitMs?: number } = {}): Promise<RevokeOutcome> {
    if (this.#settings.mode.ownToken) {
      throw new ChatTokenError('MISCONFIGURED', 'With external({ token }) only the app can end the tokens it gave out.')
    }
    return this.#revoker.revokeEverywhere(userId, waitMs)
  }

  /**
   * A page says the chat server refused its token. If it is the current one, it is revoked and forgotten, so that the
   * next `provision` obtains a new one; an older one is ignored.
   *
   * @throws ChatTokenError `RENEWED_TOO_OFTEN` when that happened less than 30 s ago.
   */
  async reportInvalid(user: UserId, token: string, options: SessionOptions = {}): Promise<void> {
    const userId = toUserId(user)
    // A page may send anything: what cannot be a token of ours is none.
    if (this.#settings.mode.ownToken || typeof token !== 'string' || token.length > LONGEST_TOKEN) return
    const key = sessionKey(this.#settings, options.session)
    const id = this.#settings.isExternal ? idOfToken(token) : undefined
    const outcome = await this.#space.deny(userId, { key, token, id, intervalMs: REPORT_INTERVAL })
    if (outcome.kind === 'denied') this.#worker.kick()
    if (outcome.kind !== 'too-soon') return
    throw new ChatTokenError('RENEWED_TOO_OFTEN', 'The token of this user was renewed less than 30 seconds ago.', {
      retryAfter: Math.ceil(outcome.retryInMs / 1000),
    })
  }

  /**
   * Brings the profile that the chat server shows up to date; a field not given stays as it is. A login does this by
   * itself when nickname or picture have changed.
   *
   * @throws ChatTokenError when the chat server does not take it.
   */
  async updateProfile(given: ChatUser): Promise<void> {
    const user = toUser(given, this.#settings.leftOut)
    if (this.#closing) throw closed()
    const known = await this.#space.read(user.id, { session: undefined, ownToken: false })
    await this.#profiles.send(user, known)
  }

  /**
   * Makes many users known to the chat server, a hundred in a request, without tokens: before the first login, others can
   * already find and invite them. Logins come first; it waits as long as the chat server asks for. What fails is in the
   * report, the rest goes on.
   */
  async provisionProfiles(
    users: Iterable<ChatUser> | AsyncIterable<ChatUser>,
    options: ProvisionProfilesOptions = {},
  ): Promise<ProfileReport> {
    if (this.#closing) throw closed()
    return new ProfileBatch(this.#settings, this.#server, options).send(users)
  }

  /**
   * What decides now whether a minted token is still good: `/verify` asks for every token, after its signature.
   *
   * @throws ChatTokenError `UNAVAILABLE` when the store cannot be read: then nobody knows.
   */
  async standing(userId: string): Promise<UserStanding> {
    assertUserId(userId)
    const read = this.#space.read(userId, { session: undefined, ownToken: false })
    const { epoch, denied, nickname, avatarUrl } = read instanceof Promise ? await read : read
    return { epoch, denied, nickname, avatarUrl }
  }

  /** A warning to the logger, the same one at most once a minute; for bindings. It must hold no token. */
  warn(message: string): void {
    this.#settings.logger.warn(`imkit-auth: ${message}`)
  }

  /** Calls the listener on every such event. Returns a function that takes it off again. */
  on<Name extends keyof ChatTokenEvents>(name: Name, listener: (event: ChatTokenEvents[Name]) => unknown): () => void {
    return this.#events.on(name, listener)
  }

  stats(): ChatTokenStats {
    return this.#counters.read(this.#provisioner.inFlight)
  }

  /** The revocations that the chat server has not confirmed yet. */
  async pendingRevocations(): Promise<readonly PendingRevocation[]> {
    const pending: PendingRevocation[] = []
    for await (const page of this.#space.allPending()) for (const one of page) pending.push(pendingRevocation(one))
    return pending
  }

  /**
   * Hands out no more tokens, lets what is under way finish, and sends the revocations that wait, until all is done or
   * `withinMs` (default 5,000) has passed; what another process carries is left to it. Reports what is left. Calling it
   * again returns the same report.
   *
   * A logout that comes later is still taken: as long as the process lives, and the store answers.
   */
  close({ withinMs = 5_000 }: { withinMs?: number } = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(new Deadline(withinMs, this.#settings.now))
    return this.#closing
  }

  /** Who asks for a token. Of a user without a usable id only this event and alert tell. */
  #user(given: ChatUser): User {
    try {
      return toUser(given, this.#settings.leftOut)
    } catch (error) {
      if (error instanceof ChatTokenError) {
        this.#events.emit('obtainFailed', { userId: '', code: error.code, renewal: false })
        this.#alert(error.code, `A user goes without chat. ${error.message}`)
      }
      throw error
    }
  }

  /** A session that has changed its id leaves nothing behind under the former ones. */
  async #loginOfSession(given: ChatUser, { formerSessions = [], ...options }: LoginOptions): Promise<ChatCredentials> {
    const user = this.#user(given)
    for (const former of formerSessions) {
      if (former === '' || former === options.session) continue
      const { token } = await this.#space.read(user.id, sessionKey(this.#settings, former))
      if (token) await this.#revoker.revoke(user.id, former, 0)
    }
    return this.#provision(user, options, true)
  }

  async #own(userId: string, request: unknown): Promise<ChatCredentials> {
    if (this.#closing) throw closed()
    const token = await this.#settings.mode.ownToken?.(request, this.#settings.now()).catch((error: unknown) => {
      // A login goes on without chat: nobody else would tell.
      this.#events.emit('obtainFailed', { userId, code: 'MINT_FAILED', renewal: false })
      throw error
    })
    if (token) return this.#credentials.for(userId, token)
    throw new ChatTokenError('LOGGED_OUT', 'The session has no token of its own: the token function found none.')
  }

  async #close(deadline: Deadline): Promise<CloseReport> {
    await deadline.race(Promise.all([this.#provisioner.idle(), this.#profiles.idle()]), closed).catch(() => {})
    await this.#worker.drain(deadline)
    this.#worker.stop()
    const pending = await this.pendingRevocations().catch(() => {
      this.warn('the store did not answer at the end; what waits there goes on with it.')
      return []
    })
    await this.#server.close()
    await this.#space.close()
    return { pending }
  }
}

/**
 * Creates the one object an app needs: it issues, keeps, renews and revokes the chat tokens of its users.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * const tokens = createChatTokens({
 *   serverUrl: process.env.IMKIT_BASE_URL,
 *   apiKey: process.env.IMKIT_API_KEY,
 *   mode: issue(),
 * })
 * const credentials = await tokens.login({ id: 'amy', nickname: 'Amy' }, { session })
 * await tokens.revoke('amy', { session })
 */
export function createChatTokens(options: ChatTokensOptions): ChatTokens {
  return new ChatTokens(settingsFrom(options))
}
