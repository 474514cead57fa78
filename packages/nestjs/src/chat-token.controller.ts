import {
  applyDecorators,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Options,
  Patch,
  Post,
  Put,
  Req,
  Res,
  SetMetadata,
  type Type,
  VERSION_NEUTRAL,
} from '@nestjs/common'
import { ChatCredentialsDto, ChatTokenRequestDto } from './chat-credentials.dto.js'
import type { HostRequest } from './chat-request.js'
import type { ImkitChatService } from './imkit-chat.service.js'
import { getImkitChatToken } from './inject-imkit-chat.js'
import type { HostResponse } from './native-http.js'

/** What @nestjs/swagger reads, by the keys that its decorators write. */
const Documented = () =>
  applyDecorators(
    SetMetadata('swagger/apiOperation', { summary: 'The chat token of the logged-in user, renewed when needed' }),
    SetMetadata('swagger/apiParameters', [{ in: 'body', type: ChatTokenRequestDto, required: false }]),
    SetMetadata('swagger/apiResponse', {
      200: { description: 'What the page needs to open the chat', type: ChatCredentialsDto },
      401: { description: 'Nobody is logged in, or this session has logged out' },
      403: { description: 'The page is of a foreign origin' },
      429: { description: 'Renewed less than 30 s ago; see Retry-After' },
      503: { description: 'The chat is not available; see Retry-After' },
    }),
  )
const Undocumented = () => SetMetadata('swagger/apiExcludeEndpoint', { disable: true })

/** A preflight, and 405 for the rest. Not `@All()`: Fastify takes no second handler for POST. */
const OTHER_METHODS = { options: Options, get: Get, put: Put, patch: Patch, delete: Delete }

/** The route from which the page fetches and renews its token; its contract is core's, for every framework. */
export function chatTokenController(path: string, name: string | undefined): Type<unknown> {
  @Controller({ path, version: VERSION_NEUTRAL })
  class ChatTokenController {
    readonly #chat: ImkitChatService

    constructor(@Inject(getImkitChatToken(name)) chat: ImkitChatService) {
      this.#chat = chat
    }

    @Post()
    @HttpCode(200)
    @Documented()
    token(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }
  }
  for (const [method, route] of Object.entries(OTHER_METHODS))
    answerLikePost(ChatTokenController.prototype, method, route())
  Object.defineProperty(ChatTokenController, 'name', { value: `ChatTokenController${name ? `_${name}` : ''}` })
  return ChatTokenController
}

interface TokenRoute {
  token(request: HostRequest, response: HostResponse): Promise<void>
}

/** Writes `@Options() options(@Req() request, @Res() response)` and the like, each a function of its own, as decorators mark functions. */
function answerLikePost(prototype: TokenRoute, name: string, route: MethodDecorator): void {
  function answer(this: TokenRoute, request: HostRequest, response: HostResponse): Promise<void> {
    return this.token(request, response)
  }
  Object.defineProperty(prototype, name, { value: answer, configurable: true, writable: true })
  Req()(prototype, name, 0)
  Res()(prototype, name, 1)
  applyDecorators(route, Undocumented())(prototype, name, { value: answer })
}
