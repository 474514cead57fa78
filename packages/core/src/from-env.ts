import { type ChatTokens, createChatTokens } from './chat-tokens.js'
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
 * @throws TypeError that names every variable that is missing or wrong.
 * @example
 * const tokens = chatTokensFromEnv()
 */
export function chatTokensFromEnv({ env = process.env, ...options }: ChatTokensFromEnvOptions = {}): ChatTokens {
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
