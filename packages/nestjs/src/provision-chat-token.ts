import type { ChatCredentials } from '@imkit-auth/core'
import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common'
import { lastValueFrom, type Observable, of } from 'rxjs'
import { assertCalled } from './assert-called.js'
import { hasRedirect, neverCached, refuseEventStream } from './handlers.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { perChat } from './inject-imkit-chat.js'
import { withChat } from './login-answer.js'
import { type HostResponse, isSent } from './native-http.js'
import { nameOf } from './request-of.js'
import { lookAtAnswer } from './stripped-chat.js'

/** Marks the handlers that log somebody in. */
export const LOGS_IN = 'imkit-chat:logs-in'

/** What `@ProvisionChatToken()` puts around a handler. */
@Injectable()
export class ProvisionChatTokenInterceptor implements NestInterceptor {
  readonly #chat: ImkitChatService
  readonly #logger = new Logger('ImkitChat')
  readonly #warned = new Set<string>()
  /** Handlers whose answer has been looked at. */
  readonly #lookedAt = new Set<unknown>()

  constructor(@Inject(ImkitChatService) chat: ImkitChatService) {
    this.#chat = chat
  }

  // Awaiting the handler, rather than piping, also serves the login of a client that did not wait for it.
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    refuseEventStream('ProvisionChatToken', context)
    const request = this.#chat.requestOf(context)
    const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined })
    const response = context.getType() === 'http' ? context.switchToHttp().getResponse<HostResponse>() : undefined
    if (response && response.statusCode >= 400) return of(body)
    const found = await this.#chat.login(request, body)
    if (found === undefined) {
      this.#warn(context, 'logged nobody in: identify(request, result) must find the user in one of the two')
    }
    const chat = found ?? null
    return of(response ? this.#answer(context, response, body, chat) : this.#result(context, body, chat))
  }

  #answer(context: ExecutionContext, response: HostResponse, body: unknown, chat: ChatCredentials | null): unknown {
    // Where a browser is sent on, its next page fetches the token.
    if (hasRedirect(context) || (response.statusCode >= 300 && response.statusCode < 400)) return body
    if (isSent(response)) {
      this.#warn(context, 'answers by itself, too early for chat: use @Res({ passthrough: true }), or provision()')
      return body
    }
    const answer = this.#result(context, body ?? {}, chat)
    if (chat && answer !== body) this.#lookAt(context, response, chat)
    return answer
  }

  /** The handler's result with `chat`; a resolver may say that there is none. */
  #result(context: ExecutionContext, body: unknown, chat: ChatCredentials | null): unknown {
    if (body === undefined || body === null) return body
    const answer = withChat(body, chat)
    if (answer) return answer
    this.#warn(
      context,
      'answers with nothing that could hold chat (a plain object, or a class with a field chat): request.chat holds the credentials',
    )
    return body
  }

  /** The first answer of a handler tells what becomes of all. */
  #lookAt(context: ExecutionContext, response: HostResponse, { token }: ChatCredentials): void {
    const handler = context.getHandler()
    if (this.#lookedAt.has(handler)) return
    lookAtAnswer(response, token, (hasToken) => {
      this.#lookedAt.add(handler)
      if (hasToken) return
      this.#warn(
        context,
        'answers without chat, which an interceptor or a serializer has taken out: expose it there (@Expose()), or use request.chat',
      )
    })
  }

  #warn(context: ExecutionContext, problem: string): void {
    const message = `${nameOf(context)} ${problem}.`
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    this.#logger.warn(message)
  }
}

const interceptorOf = perChat(ProvisionChatTokenInterceptor, (token) => {
  @Injectable()
  class NamedProvisionChatTokenInterceptor extends ProvisionChatTokenInterceptor {
    constructor(@Inject(token) chat: ImkitChatService) {
      super(chat)
    }
  }
  return NamedProvisionChatTokenInterceptor
})

/**
 * On a login handler: once it has logged somebody in, its answer gains `chat`, what the page needs to open the chat, or
 * `null` while the chat is not available. `request.chat` holds the same. `name` says which chat, where an app has several.
 *
 * @example
 * ```ts
 * @Post('login') @UseGuards(LocalAuthGuard) @ProvisionChatToken()
 * login() { return { welcome: true } } // → { welcome: true, chat: { token, … } }
 * ```
 */
export function ProvisionChatToken(name?: string, ...misused: never[]): MethodDecorator {
  assertCalled('ProvisionChatToken', [name, ...misused])
  return applyDecorators(SetMetadata(LOGS_IN, true), neverCached(), UseInterceptors(interceptorOf(name)))
}
