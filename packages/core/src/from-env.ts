import { ChatTokens, createChatTokens } from './chat-tokens.js'
import { issue } from './modes/issue.js'
import { apiKeyFrom, type ChatTokensOptions, clientKeyFrom, serverUrlFrom } from './options.js'

/** Everything that is not in the environment. */
export interface ChatTokensFromEnvOptions extends Partial<
  Omit<ChatTokensOptions, 'serverUrl' | 'apiKey' | 'clientKey'>
> {
  /** Where the variables are. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Like `createChatTokens`, configured by the environment variables that IMKIT's documentation uses: `IMKIT_BASE_URL`,
 * `IMKIT_API_KEY` (or `IM_API_KEY`; `external()` needs none), and `IMKIT_CLIENT_KEY` if you want it handed to the page. The
 * mode is `issue()` unless you give another.
 *
 * It may stand at the top of a module that is also loaded where there is no such environment, as builds do: the variables are
 * read when the tokens are first used, by a binding that is mounted or by `tokens.check()`. That throws a TypeError that names
 * every variable that is missing or wrong.
 *
 * @example
 * export const tokens = chatTokensFromEnv()
 */
export function chatTokensFromEnv(options: ChatTokensFromEnvOptions = {}): ChatTokens {
  let made: ChatTokens | undefined
  const target = Object.create(ChatTokens.prototype) as ChatTokens
  return new Proxy(target, {
    get(_target, name) {
      // An async function that returns tokens asks whether they are a promise.
      if (name === 'then') return undefined
      made ??= fromEnv(options)
      const value: unknown = Reflect.get(made, name, made)
      return typeof value === 'function' ? (value.bind(made) as unknown) : value
    },
  })
}

function fromEnv({ env = process.env, ...options }: ChatTokensFromEnvOptions): ChatTokens {
  const { IMKIT_BASE_URL: serverUrl, IMKIT_CLIENT_KEY: clientKey } = env
  const keyName = env['IMKIT_API_KEY'] || !env['IM_API_KEY'] ? 'IMKIT_API_KEY' : 'IM_API_KEY'
  const apiKey = env[keyName]
  const problems = [
    problem('IMKIT_BASE_URL', () => serverUrlFrom(serverUrl)),
    options.mode?.name === 'external' && !apiKey ? undefined : problem(keyName, () => apiKeyFrom(apiKey)),
    problem('IMKIT_CLIENT_KEY', () => clientKeyFrom(clientKey || undefined)),
  ].filter((text) => text !== undefined)
  if (problems.length > 0) {
    throw new TypeError(`The environment does not configure the chat:\n${problems.join('\n')}`)
  }
  return createChatTokens({
    mode: issue(),
    ...options,
    serverUrl,
    apiKey: apiKey || undefined,
    clientKey: clientKey || undefined,
  })
}

function problem(variable: string, check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return `  ${variable}: ${error instanceof TypeError ? error.message : 'unusable'}`
  }
}
