import type { ServerResponse } from 'node:http'
import { statusOfError } from '@imkit-auth/core'
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common'
import { lastValueFrom, type Observable, of } from 'rxjs'
import { assertCalled } from './assert-called.js'
import type { ChatRequest } from './chat-request.js'
import { ImkitChatService } from './imkit-chat.service.js'

@Injectable()
export class RevokeChatTokenInterceptor implements NestInterceptor {
  readonly #chat: ImkitChatService

  constructor(@Inject(ImkitChatService) chat: ImkitChatService) {
    this.#chat = chat
  }

  // Awaiting the handler, rather than piping, also ends the chat of a client that did not wait for it.
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp()
    const [request, response] = [http.getRequest<ChatRequest>(), http.getResponse<ServerResponse>()]
    const logout = await this.#chat.handler.logoutWith(request, { req: request, res: response })
    try {
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined })
      await logout?.handled(response.statusCode)
      return of(body)
    } catch (error) {
      await logout?.handled(statusOfError(error))
      throw error
    }
  }
}

/**
 * On a logout handler: ends the chat session of the user who was logged in, once the host has answered and before the last
 * bytes of that answer are sent. A logout that is refused is none: the status counts that is sent in the end, by the
 * handler or an exception filter, and 4xx refuses. Whatever happens to the chat server, the logout succeeds.
 *
 * @example
 * ```ts
 * @Post('logout') @RevokeChatToken()
 * logout(@Req() request: Request) { return promisify(request.logout).call(request) }
 * ```
 */
export function RevokeChatToken(...misused: never[]): MethodDecorator {
  assertCalled('RevokeChatToken', misused)
  return UseInterceptors(RevokeChatTokenInterceptor)
}
