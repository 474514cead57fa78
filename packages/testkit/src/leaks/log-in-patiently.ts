import { type ChatTokensOptions, type ChatUser, createChatTokens } from '@imkit-auth/core'

/**
 * Logs a user in while all is well, however busy the machine is: otherwise a fault would meet nothing. It is another app
 * server with the same store who does it, because those under test have short deadlines.
 */
export async function logInPatiently(options: ChatTokensOptions, user: ChatUser): Promise<void> {
  const tokens = createChatTokens({ ...options, deadline: 10_000 })
  await tokens.login(user)
  await tokens.close({ withinMs: 0 })
}
