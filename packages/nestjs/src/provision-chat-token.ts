import type { ChatCredentials } from '@imkit-auth/core'
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common'
import { HttpAdapterHost, Reflector } from '@nestjs/core'
import { lastValueFrom, type Observable, of } from 'rxjs'
import { assertCalled } from './assert-called.js'
import { chatException } from './chat-exception.js'
import type { ChatRequest } from './chat-request.js'
import { ImkitChatService } from './imkit-chat.service.js'

/** Marks the handlers that log somebody in. */
export const LogsIn = Reflector.createDecorator<boolean>()

@Injectable()
export class ProvisionChatTokenInterceptor implements NestInterceptor {
  readonly #chat: ImkitChatService
  readonly #host: HttpAdapterHost
  readonly #logger = new Logger('ImkitChat')
  readonly #warned = new Set<string>()

  constructor(@Inject(ImkitChatService) chat: ImkitChatService, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#chat = chat
    this.#host = host
  }

  // Awaiting the handler, rather than piping, also serves the login of a client that did not wait for it.
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined })
    const response = context.switchToHttp().getResponse<{ statusCode: number }>()
    if (response.statusCode >= 400) return of(body)
    const chat = await this.#provision(context, body).catch((error: unknown) => {
      throw chatException(error, response, this.#host.httpAdapter)
    })
    return of(this.#answer(context, body, chat))
  }

  #provision(context: ExecutionContext, body: unknown): Promise<ChatCredentials | null> {
    return this.#chat.login(context.switchToHttp().getRequest<ChatRequest>(), async (request) => {
      const user = await this.#chat.identify(request, body)
      if (!user) this.#warn(context, 'logged nobody in: identify(request, result) must find the user in one of the two')
      return user
    })
  }

  #answer(context: ExecutionContext, body: unknown, chat: ChatCredentials | null): unknown {
    if (this.#host.httpAdapter.isHeadersSent(context.switchToHttp().getResponse())) {
      this.#warn(context, 'answers by itself, too early for chat: use @Res({ passthrough: true }), or provision()')
    } else if (body === undefined || body === null) {
      return { chat }
    } else if (isPlainObject(body)) {
      return { ...body, chat }
    } else {
      this.#warn(context, 'answers with no plain object, which stays as it is: request.chat holds the credentials')
    }
    return body
  }

  #warn(context: ExecutionContext, problem: string): void {
    const message = `${context.getClass().name}.${context.getHandler().name} ${problem}.`
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#logger.warn(message)
  }
}

/** A class instance is none: spread, it would lose what tells serializers which of its fields are secret. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * On a login handler: once it has logged somebody in, its answer gains `chat`, what the page needs to open the chat, or
 * `null` while the chat is not available. `request.chat` holds the same.
 *
 * @example
 * ```ts
 * @Post('login') @UseGuards(LocalAuthGuard) @ProvisionChatToken()
 * login() { return { welcome: true } } // → { welcome: true, chat: { token, … } }
 * ```
 */
export function ProvisionChatToken(...misused: never[]): MethodDecorator {
  assertCalled('ProvisionChatToken', misused)
  return applyDecorators(LogsIn(true), UseInterceptors(ProvisionChatTokenInterceptor))
}
