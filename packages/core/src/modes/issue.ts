import { hasCode } from '../errors.js'
import type { Mode, ObtainStep } from './mode.js'

export interface IssueOptions {
  /**
   * What to do on a chat server that answers `USER_EXISTS` instead of issuing a new token for a user it already has.
   * Without it, that is an error which says so.
   */
  readonly fallback?: Mode
}

/**
 * The chat server creates the tokens (approach 1-1 of the seed documents): nothing to set up, and the server decides how
 * long they live. When an answer is lost nobody knows whether a token exists; `assign()` has no such moment.
 *
 * @throws TypeError when `fallback` is not an `assign()` mode.
 * @example
 * createChatTokens({ serverUrl, apiKey, mode: issue() })
 */
export function issue({ fallback }: IssueOptions = {}): Mode {
  if (fallback !== undefined && fallback.name !== 'assign')
    throw new TypeError('issue({ fallback }) must be an assign() mode')
  return {
    name: 'issue',
    prepare: async () => undefined,
    async obtain(step: ObtainStep) {
      try {
        return await step.server.issue(step.user, step.deadline)
      } catch (error) {
        if (!fallback || !hasCode(error, 'USER_EXISTS')) throw error
        return fallback.obtain({ ...step, minted: await step.mintAgain(fallback) })
      }
    },
  }
}
