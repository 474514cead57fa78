import { ConfigurableModuleBuilder, Module, type Provider } from '@nestjs/common'
import { chatTokenController } from './chat-token.controller.js'
import { ChatTokensOwner } from './chat-tokens-owner.js'
import { IMKIT_CHAT_OPTIONS, type ImkitChatModuleExtras, type ImkitChatModuleOptions } from './imkit-chat.options.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { RequestDrain } from './request-drain.js'

const DEFAULTS: ImkitChatModuleExtras = { isGlobal: true, path: 'chat/token' }

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ImkitChatModuleOptions>({
  optionsInjectionToken: IMKIT_CHAT_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createImkitChatOptions')
  .setExtras(DEFAULTS, (definition, { isGlobal, path }) => {
    if (path !== false && (typeof path !== 'string' || path === '')) {
      throw new TypeError("path must be the token route, such as 'chat/token', or false for none")
    }
    const providers = (definition.providers ?? []).map(hidden)
    return {
      ...definition,
      providers,
      global: isGlobal,
      controllers: path === false ? [] : [chatTokenController(path)],
    }
  })
  .build()

/** Options hold the API key, and whoever prints a module prints the values it provides. */
function hidden(provider: Provider): Provider {
  if (typeof provider === 'function' || !('useValue' in provider)) return provider
  const { provide, useValue } = provider
  return { provide, useFactory: () => useValue as unknown }
}

/**
 * Hooks a Nest app's login and logout to the chat: the decorators' service, and the route from which pages fetch tokens.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * ImkitChatModule.forRootAsync({
 *   inject: [ConfigService],
 *   useFactory: (config: ConfigService) => ({
 *     serverUrl: config.getOrThrow('IMKIT_BASE_URL'),
 *     apiKey: config.getOrThrow('IMKIT_API_KEY'),
 *     clientKey: config.getOrThrow('IMKIT_CLIENT_KEY'),
 *     mode: issue(),
 *     identify: (request) => request.user && { id: request.user.id, nickname: request.user.name },
 *   }),
 * })
 */
@Module({ providers: [ChatTokensOwner, ImkitChatService, RequestDrain], exports: [ImkitChatService] })
export class ImkitChatModule extends ConfigurableModuleClass {}
