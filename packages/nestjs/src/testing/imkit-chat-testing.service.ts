import type { ChatFault, RecordedProvision, RecordedRevocation, TestChat } from '@imkit-auth/core/testing'
import type { HttpAdapterHost } from '@nestjs/core'
import type { HostRequest } from '../chat-request.js'
import type { ImkitChatBindingOptions } from '../imkit-chat.options.js'
import { ImkitChatService } from '../imkit-chat.service.js'

/** The chat's service without a network, which remembers what it was asked for. */
export class ImkitChatTestingService extends ImkitChatService {
  readonly #chat: TestChat

  constructor(chat: TestChat, options: ImkitChatBindingOptions<HostRequest>, host: HttpAdapterHost) {
    super({ ...options, tokens: chat.tokens }, host)
    this.#chat = chat
  }

  /** Every token that was handed out, oldest first. They tell whose they are: `chat-token-of-amy-1`. */
  get provisions(): readonly RecordedProvision[] {
    return this.#chat.provisions
  }

  /** Every logout, oldest first. */
  get revocations(): readonly RecordedRevocation[] {
    return this.#chat.revocations
  }

  /** The tokens of a user that the chat server accepts now. */
  liveTokens(userId: string): readonly string[] {
    return this.#chat.liveTokens(userId)
  }

  /** From now on the chat server cannot be reached, or refuses the API key. */
  fail(fault: ChatFault): void {
    this.#chat.fail(fault)
  }

  /** From now on the chat server works again. */
  recover(): void {
    this.#chat.recover()
  }

  override async onApplicationShutdown(): Promise<void> {
    await this.#chat.close()
  }
}
