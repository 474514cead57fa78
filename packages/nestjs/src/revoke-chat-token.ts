import { statusOfError } from '@imkit-auth/core'
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common'
import { lastValueFrom, type Observable, of } from 'rxjs'
import { assertCalled } from './assert-called.js'
import { neverCached, refuseEventStream } from './handlers.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { perChat } from './inject-imkit-chat.js'
import type { HostResponse } from './native-http.js'

/** What `@RevokeChatToken()` puts around a handler. */
@Injectable()
export class RevokeChatTokenInterceptor implements NestInterceptor {
  readonly #chat: ImkitChatService

  constructor(@Inject(ImkitChatService) chat: ImkitChatService) {
    this.#chat = chat
  }

  // Awaiting the handler, rather than piping, also ends the chat of a client that did not wait for it.
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    refuseEventStream('RevokeChatToken', context)
    const request = this.#chat.requestOf(context)
    // Of any other call the HTTP status says nothing: there the handler's own end counts.
    const response = context.getType() === 'http' ? context.switchToHttp().getResponse<HostResponse>() : undefined
    const logout = await this.#chat.logout(request, response)
    try {
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined })
      await logout?.handled(response?.statusCode ?? 200)
      return of(body)
    } catch (error) {
      await logout?.handled(statusOfError(error))
      throw error
    }
  }
}

const interceptorOf = perChat(RevokeChatTokenInterceptor, (token) => {
  @Injectable()
  class NamedRevokeChatTokenInterceptor extends RevokeChatTokenInterceptor {
    constructor(@Inject(token) chat: ImkitChatService) {
      super(chat)
    }
  }
  return NamedRevokeChatTokenInterceptor
})

/**
 * On a logout handler: ends the chat session of the user who was logged in, once the host has answered and before the last
 * bytes of that answer are sent. A logout that is refused is none: the status counts that is sent in the end, by the
 * handler or an exception filter, and 4xx refuses. Whatever happens to the chat server, the logout succeeds. `name` says which
 * chat, where an app has several: a handler may have the decorator for each.
 *
 * @example
 * ```ts
 * @Post('logout') @RevokeChatToken()
 * logout(@Req() request: Request) { return promisify(request.logout).call(request) }
 * ```
 */
export function RevokeChatToken(name?: string, ...misused: never[]): MethodDecorator {
  assertCalled('RevokeChatToken', [name, ...misused])
  return applyDecorators(neverCached(), UseInterceptors(interceptorOf(name)))
}
