import type { ChatCredentials } from '@imkit-auth/core'
import {
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
  UnauthorizedException,
} from '@nestjs/common'
import { HttpAdapterHost, Reflector } from '@nestjs/core'
import { assertCalled } from './assert-called.js'
import { chatException } from './chat-exception.js'
import type { ChatRequest } from './chat-request.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { LogsIn } from './provision-chat-token.js'

/** A function, so that the app's global pipes, which come first, find nothing in it to check or change. */
type Asked = () => ExecutionContext

@Injectable()
export class ChatTokenPipe implements PipeTransform<Asked, Promise<ChatCredentials>> {
  readonly #chat: ImkitChatService
  readonly #reflector: Reflector
  readonly #host: HttpAdapterHost

  constructor(
    @Inject(ImkitChatService) chat: ImkitChatService,
    @Inject(Reflector) reflector: Reflector,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#chat = chat
    this.#reflector = reflector
    this.#host = host
  }

  async transform(asked: Asked): Promise<ChatCredentials> {
    const context = asked()
    if (this.#reflector.get(LogsIn, context.getHandler())) throw new Error(explained(context))
    const http = context.switchToHttp()
    const chat = await this.#chat.credentials(http.getRequest<ChatRequest>()).catch((error: unknown) => {
      throw chatException(error, http.getResponse(), this.#host.httpAdapter)
    })
    if (!chat) throw new UnauthorizedException('Log in first.')
    return chat
  }
}

function explained(context: ExecutionContext): string {
  return (
    `@ChatToken() cannot work in ${context.getClass().name}.${context.getHandler().name}, which has ` +
    '@ProvisionChatToken(): parameters are computed before the handler logs anybody in. Leave it out: the answer ' +
    'gains `chat` by itself; or call ImkitChatService.provision() in the handler.'
  )
}

const Ask = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Asked =>
    () =>
      context,
)

/**
 * A parameter that holds the `ChatCredentials` of the logged-in user. The handler is not called, and the answer is 401,
 * when nobody is logged in; 503 with `Retry-After` when the chat is not available.
 *
 * @example
 * ```ts
 * @Get('rooms')
 * rooms(@ChatToken() chat: ChatCredentials) { return this.chatRooms.of(chat.userId) }
 * ```
 */
export function ChatToken(...misused: never[]): ParameterDecorator {
  assertCalled('ChatToken', misused)
  return Ask(undefined, ChatTokenPipe)
}
