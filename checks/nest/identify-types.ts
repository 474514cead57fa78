import type { ChatTokens } from '@imkit-auth/core'
import { ImkitChatModule } from '@imkit-auth/nestjs'
import type { Request } from 'express'
import type { User } from './user.js'

/** What compiles as an app's `identify`, and what does not, by the app's own configuration. */
export function identifyTypes(tokens: ChatTokens) {
  ImkitChatModule.forRoot({ tokens, identify: (request) => ({ id: String(request.headers['x-user']) }) })
  ImkitChatModule.forRoot({ tokens, identify: (request: Request) => request.user as User | undefined })
  ImkitChatModule.forRoot({ tokens, identify: ({ user }: { user?: User }) => user })
  ImkitChatModule.forRoot({ tokens, identify: (_request: Request, result?: { user: User }) => result?.user })
  // @ts-expect-error at a logout there is no result
  ImkitChatModule.forRoot({ tokens, identify: (_request: Request, result: { user: User }) => result.user })
  // @ts-expect-error a user needs an id
  ImkitChatModule.forRoot({ tokens, identify: () => ({ name: 'Amy' }) })
}
