import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common'
import { lastValueFrom, type Observable, of } from 'rxjs'
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
    const finish = await this.#chat.handler.logout(http.getRequest<ChatRequest>())
    let body: unknown
    try {
      body = await lastValueFrom(next.handle(), { defaultValue: undefined })
    } catch (error) {
      await finish(error instanceof HttpException ? error.getStatus() : 500)
      throw error
    }
    await finish(http.getResponse<{ statusCode: number }>().statusCode)
    return of(body)
  }
}

/**
 * On a logout handler: ends the chat session of whoever was logged in, once the handler has run and before the answer is
 * sent. A logout that the handler refuses (4xx) is none. Whatever happens to the chat server, the logout succeeds.
 *
 * @example
 * ```ts
 * @Post('logout') @RevokeChatToken()
 * logout(@Req() request: Request) { return promisify(request.logout).call(request) }
 * ```
 */
export function RevokeChatToken(): MethodDecorator {
  return UseInterceptors(RevokeChatTokenInterceptor)
}
