import { All, Controller, Inject, Req, Res, type Type, VERSION_NEUTRAL } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { ChatRequest } from './chat-request.js'
import { ImkitChatService } from './imkit-chat.service.js'

type ParsedRequest = ChatRequest & { readonly body?: unknown; readonly secure?: boolean }

/** The route from which the page fetches and renews its token; its contract is core's, for every framework. */
export function chatTokenController(path: string): Type<unknown> {
  @Controller({ path, version: VERSION_NEUTRAL })
  class ChatTokenController {
    readonly #chat: ImkitChatService
    readonly #host: HttpAdapterHost

    constructor(@Inject(ImkitChatService) chat: ImkitChatService, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
      this.#chat = chat
      this.#host = host
    }

    @All()
    async answer(@Req() request: ParsedRequest, @Res() response: unknown): Promise<void> {
      const { method = '', headers, secure, body } = request
      const answer = await this.#chat.handler.token(request, { method, headers, secure, body, stream: request })
      const { httpAdapter } = this.#host
      for (const [name, value] of Object.entries(answer.headers)) httpAdapter.setHeader(response, name, value)
      httpAdapter.reply(response, answer.body, answer.status)
    }
  }
  return ChatTokenController
}
