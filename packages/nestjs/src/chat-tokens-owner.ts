import { type ChatTokens, createChatTokens, type PendingRevocation } from '@imkit-auth/core'
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { IMKIT_CHAT_OPTIONS, type ImkitChatModuleOptions } from './imkit-chat.options.js'

/** Whoever creates tokens closes them: this closes those the module has created, and leaves the app's own to the app. */
@Injectable()
export class ChatTokensOwner implements OnApplicationShutdown {
  readonly tokens: ChatTokens
  readonly #created: boolean
  readonly #logger = new Logger('ImkitChat')

  constructor(@Inject(IMKIT_CHAT_OPTIONS) options: ImkitChatModuleOptions) {
    if (typeof options !== 'object' || options === null) {
      throw new TypeError('ImkitChatModule needs an options object: forRoot takes it, useFactory returns it')
    }
    if ('path' in options) {
      throw new TypeError('path must be given to forRootAsync itself, beside useFactory: routes come before options')
    }
    this.#created = options.tokens === undefined
    this.tokens = options.tokens ?? createChatTokens({ logger: this.#logger, ...options })
  }

  /** Nest calls this once the app takes no more requests: logins under way still get their token. */
  async onApplicationShutdown(): Promise<void> {
    if (!this.#created) return
    const { pending } = await this.tokens.close()
    if (pending.length === 0) return
    this.#logger.warn(
      `The chat server has not confirmed these revocations: ${pending.map(described).join(', ')}. ` +
        'With a store that outlives this process they go on elsewhere; otherwise the tokens work until they expire.',
    )
  }
}

function described({ userId, digest, attempts }: PendingRevocation): string {
  return `${userId} (${digest === undefined ? 'every token' : `token ${digest}`}, tried ${attempts}×)`
}
