import { randomUUID } from 'node:crypto'
import { createInProcessEmulator } from '@imkit-auth/emulator/in-process'
import type { ChatTokens } from '../chat-tokens.js'
import type { Mode } from '../modes/mode.js'
import { type ChatTokensOptions, settingsFrom } from '../options.js'
import { type ChatFault, ChatServerInProcess } from './chat-server-in-process.js'
import { RecordedChatTokens, type RecordedProvision, type RecordedRevocation } from './recorded-chat-tokens.js'

/** What a test may choose of the options of `createChatTokens`; the rest belongs to the chat server in the process. */
export type TestChatOptions = Partial<Pick<ChatTokensOptions, 'mode' | 'scope' | 'namespace' | 'deadline' | 'logger'>>

/** A chat for unit tests: without network and ports, in this process alone. */
export interface TestChat {
  /** For `imkitChat(tokens, …)`, or wherever the app takes its tokens. */
  readonly tokens: ChatTokens
  /** Every token that was handed out, also from memory, oldest first. */
  readonly provisions: readonly RecordedProvision[]
  /** Every logout, oldest first. */
  readonly revocations: readonly RecordedRevocation[]
  /** The tokens of a user that the chat server accepts now. */
  liveTokens(userId: string): readonly string[]
  /** From now on the chat server cannot be reached, or refuses the API key. After five failures it is not asked for 2 s. */
  fail(fault: ChatFault): void
  /** From now on the chat server works again. */
  recover(): void
  /** Ends the tokens, without waiting for anything. */
  close(): Promise<void>
}

const WEEK = 7 * 86_400_000

/**
 * `chatTokens` on a chat server in this process, the emulator's: `@imkit-auth/emulator` must be installed. Unless `mode` says
 * otherwise tokens tell whose they are: `chat-token-of-amy-1`, the next one `chat-token-of-amy-2`.
 *
 * @throws TypeError that names the option, when one is wrong.
 * @example
 * const chat = await createTestChat()
 * app.use(session(…), imkitChat(chat.tokens, { identify: (req) => req.session.user }).token)
 * // … log in …
 * expect(chat.provisions).toEqual([{ user: { id: 'amy' }, session: expect.any(String), token: 'chat-token-of-amy-1' }])
 */
export async function createTestChat(options: TestChatOptions = {}): Promise<TestChat> {
  const emulator = await createInProcessEmulator({ rateLimit: 0 })
  const server = new ChatServerInProcess(emulator)
  let refusals = 0
  const tokens = new RecordedChatTokens(
    settingsFrom({
      serverUrl: 'http://127.0.0.1',
      // A new key is tried at once, where a refused one is not.
      apiKey: () => `test-api-key-${refusals}`,
      clientKey: emulator.clientKey,
      mode: telling(),
      // Each is a chat of its own, whose memory has nothing to share.
      namespace: randomUUID(),
      requestsPerMinute: Infinity,
      ambiguityHorizon: 0,
      deadline: 1_000,
      ...options,
      dispatcher: server,
    }),
  )
  return {
    tokens,
    provisions: tokens.provisions,
    revocations: tokens.revocations,
    liveTokens: (userId) =>
      emulator.clients().flatMap(({ _id, tokens: live }) => (_id === userId ? live.map(({ token }) => token) : [])),
    fail: (fault) => void (server.fault = fault),
    recover: () => {
      server.fault = undefined
      refusals += 1
    },
    close: async () => void (await tokens.close({ withinMs: 0 })),
  }
}

/** Tokens that can be read in a failing test: numbered for each user. They are no JWTs, which no test's page can mind. */
function telling(): Mode {
  const given = new Map<string, number>()
  return {
    name: 'issue',
    prepare: async () => undefined,
    obtain: ({ server, user, deadline }) => {
      const n = (given.get(user.id) ?? 0) + 1
      given.set(user.id, n)
      const token = `chat-token-of-${encodeURIComponent(user.id)}-${n}`
      return server.assign(user, { token, expiresAt: Date.now() + WEEK }, deadline)
    },
  }
}
