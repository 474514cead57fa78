import { createHash } from 'node:crypto'
import { type ChatTokens, createChatTokens, issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import { listening } from '@imkit-auth/testkit'
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { expect } from 'vitest'
import { RawConnection, request } from './raw-connection.js'

/** How long the chat server takes to revoke: whatever happens meanwhile happens while the answer is held back. */
export const REVOKING_MS = 60

export interface Scene {
  readonly req: Request
  readonly next: NextFunction
  /** Writes down what the handler sees, which must be the same on both sides. */
  readonly note: (what: unknown) => void
}
/** What a logout handler does to answer. */
export type Answer = (res: Response, scene: Scene) => unknown

export interface Circumstances {
  readonly request?: string
  /** Whether plain Express keeps the connection, so that a second request goes over it. @default true */
  readonly kept?: boolean
  /** Whether the host refuses the logout, so that nothing is revoked. @default false */
  readonly refused?: boolean
  /** Middleware of the app. */
  readonly above?: () => RequestHandler[]
  /** Middleware between `chat.logout()` and the handler; it gets `chat.logout()` as well. */
  readonly below?: (gate: RequestHandler[]) => RequestHandler[]
  readonly onError?: () => ErrorRequestHandler
}

/** What a client and the handler have seen. */
export interface Seen {
  readonly bytes: string
  /** `open`, `closed`, or what went wrong. */
  readonly connection: string
  readonly notes: readonly unknown[]
  readonly answers: number
  /** How many tokens the user had when the answer to the logout was complete. */
  readonly live: number
}

const AMY = { id: 'amy', nickname: 'Amy' }

/** What a client of plain Express gets, beside what it gets with `chat.logout()` before the same handler. */
export class SideBySide {
  readonly #emulator: Emulator
  readonly #tokens: ChatTokens
  readonly #cleanUp: (() => Promise<unknown>)[]

  private constructor(emulator: Emulator, tokens: ChatTokens) {
    this.#emulator = emulator
    this.#tokens = tokens
    this.#cleanUp = [() => emulator.close(), () => tokens.close({ withinMs: 0 })]
  }

  static async start(): Promise<SideBySide> {
    const emulator = await startEmulator()
    const { url: serverUrl, apiKey } = emulator
    return new SideBySide(emulator, createChatTokens({ serverUrl, apiKey, mode: issue(), logger: { warn() {} } }))
  }

  async close(): Promise<void> {
    for (const close of this.#cleanUp.toReversed()) await close()
  }

  /** The user's live tokens at the chat server. */
  live(): number {
    return this.#emulator.clients().find(({ _id }) => _id === AMY.id)?.tokens.length ?? 0
  }

  /** Serves the app twice: first plain, then with `chat.logout()` as its gate, a live token and a slow chat server. */
  async both<T>(
    build: (app: Express, gate: RequestHandler[]) => void,
    look: (url: string) => Promise<T>,
  ): Promise<[T, T]> {
    const chat = imkitChat(this.#tokens, { identify: () => AMY })
    const plain = await look(await this.#serve((app) => build(app, [])))
    const behind = await this.#serve((app) => build(app, [chat.logout()]))
    await this.#tokens.provision(AMY)
    this.#emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'delay-before', ms: REVOKING_MS })
    return [plain, await look(behind)]
  }

  /** One logout that is answered like that, and a second request over the same connection if it is kept. */
  async answer(answer: Answer, circumstances: Circumstances = {}): Promise<[plain: Seen, behind: Seen]> {
    const { above = () => [], below = () => [], onError, kept = true } = circumstances
    const allNotes: unknown[][] = []
    const build = (app: Express, gate: RequestHandler[]) => {
      const notes: unknown[] = []
      const note = (what: unknown) => void notes.push(what)
      allNotes.push(notes)
      app.use((_req, res, next) => {
        res.on('error', ({ code }: NodeJS.ErrnoException) => note(`error ${code}`))
        next()
      })
      for (const middleware of above()) app.use(middleware)
      app.all('/logout', ...gate, ...below(gate), (req, res, next) => void answer(res, { req, next, note }))
      app.get('/after', (_req, res) => void res.send('after'))
      if (onError) app.use(onError())
    }
    const [plain, behind] = await this.both(build, async (url) => {
      const connection = await RawConnection.open(url)
      connection.say(circumstances.request ?? request())
      await connection.answered(1)
      const live = this.live()
      if (kept) connection.say(request('GET /after', ['Connection: close']))
      await connection.ended()
      const { heard, state, bodies } = connection
      connection.destroy()
      return { bytes: shortened(heard), connection: state, answers: bodies.length, live }
    })
    const [plainNotes = [], notes = []] = allNotes
    return [
      { ...plain, notes: plainNotes },
      { ...behind, notes },
    ]
  }

  async #serve(build: (app: Express) => void): Promise<string> {
    const app = express()
    app.set('env', 'production')
    build(app)
    const { url, close } = await listening(app.listen(0, '127.0.0.1'))
    this.#cleanUp.push(close)
    return url
  }
}

/**
 * The same bytes, the same end of the connection, the same observations; and the token, alive until then, is dead when
 * the answer is complete.
 */
export async function expectSame(apps: SideBySide, answer: Answer, circumstances: Circumstances = {}): Promise<void> {
  const { kept = true, refused = false } = circumstances
  const [plain, behind] = await apps.answer(answer, circumstances)
  expect([plain.connection, plain.answers]).toEqual(['closed', kept ? 2 : 1])
  expect(behind).toEqual({ ...plain, live: refused ? 1 : 0 })
}

/** Long answers tell where they begin, and a digest. */
function shortened(bytes: string): string {
  const digest = createHash('sha256').update(bytes, 'latin1').digest('hex')
  return bytes.length < 5_000 ? bytes : `${bytes.slice(0, 500)}… ${bytes.length} bytes, ${digest}`
}
