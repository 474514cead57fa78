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
import { FASTIFY_ROUTE_CONFIG, TOKEN_ROUTE } from './fastify-replies.js'
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
const TakesEmptyBody = () => SetMetadata(FASTIFY_ROUTE_CONFIG, TOKEN_ROUTE)

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
    @TakesEmptyBody()
    token(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }

    /** A preflight, or 405. Not `@All()`: Fastify takes no second handler for POST. */
    @Options()
    @Undocumented()
    options(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }

    @Get()
    @Undocumented()
    get(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }

    @Put()
    @Undocumented()
    @TakesEmptyBody()
    put(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }

    @Patch()
    @Undocumented()
    @TakesEmptyBody()
    patch(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }

    @Delete()
    @Undocumented()
    @TakesEmptyBody()
    delete(@Req() request: HostRequest, @Res() response: HostResponse): Promise<void> {
      return this.#chat.token(request, response)
    }
  }
  Object.defineProperty(ChatTokenController, 'name', { value: `ChatTokenController${name ? `_${name}` : ''}` })
  return ChatTokenController
}
