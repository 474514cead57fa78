import type { ChatCredentials } from '@imkit-auth/core'
import {
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
  UnauthorizedException,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { assertCalled } from './assert-called.js'
import { neverCached } from './handlers.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { perChat } from './inject-imkit-chat.js'
import { LOGS_IN } from './provision-chat-token.js'
import { nameOf } from './request-of.js'

/** A function, so that the app's global pipes, which come first, find nothing in it to check or change. */
type Asked = () => ExecutionContext

/** What `@ChatToken()` asks for its value. */
@Injectable()
export class ChatTokenPipe implements PipeTransform<Asked, Promise<ChatCredentials>> {
  readonly #chat: ImkitChatService
  readonly #reflector: Reflector

  constructor(@Inject(ImkitChatService) chat: ImkitChatService, @Inject(Reflector) reflector: Reflector) {
    this.#chat = chat
    this.#reflector = reflector
  }

  async transform(asked: Asked): Promise<ChatCredentials> {
    const context = asked()
    if (this.#reflector.get<boolean>(LOGS_IN, context.getHandler())) throw new Error(explained(context))
    const chat = await this.#chat.credentials(this.#chat.requestOf(context))
    if (!chat) throw new UnauthorizedException('Log in first.')
    return chat
  }
}

function explained(context: ExecutionContext): string {
  return (
    `@ChatToken() cannot work in ${nameOf(context)}, which has @ProvisionChatToken(): parameters are computed before the ` +
    'handler logs anybody in. Leave it out: the answer gains `chat` by itself; or call ImkitChatService.provision() in the handler.'
  )
}

const pipeOf = perChat(ChatTokenPipe, (token) => {
  @Injectable()
  class NamedChatTokenPipe extends ChatTokenPipe {
    constructor(@Inject(token) chat: ImkitChatService, @Inject(Reflector) reflector: Reflector) {
      super(chat, reflector)
    }
  }
  return NamedChatTokenPipe
})

const Ask = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Asked =>
    () =>
      context,
)

/**
 * A parameter that holds the `ChatCredentials` of the logged-in user. The handler is not called, and the answer is 401,
 * when nobody is logged in; 503 with `Retry-After` when the chat is not available. `name` says which chat, where an app has
 * several.
 *
 * @example
 * ```ts
 * @Get('rooms')
 * rooms(@ChatToken() chat: ChatCredentials) { return this.chatRooms.of(chat.userId) }
 * ```
 */
export function ChatToken(name?: string, ...misused: never[]): ParameterDecorator {
  assertCalled('ChatToken', [name, ...misused])
  const ask = Ask(undefined, pipeOf(name))
  return (target, property, index) => {
    ask(target, property, index)
    const handler = property === undefined ? undefined : Object.getOwnPropertyDescriptor(target, property)
    if (property !== undefined && handler) neverCached()(target, property, handler)
  }
}
