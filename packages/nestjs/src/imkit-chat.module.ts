import { randomUUID } from 'node:crypto'
import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Inject,
  Module,
  type OnModuleInit,
  Optional,
  type Provider,
  Scope,
} from '@nestjs/common'
import { HttpAdapterHost, ModuleRef } from '@nestjs/core'
import type { ChatRequest } from './chat-request.js'
import { chatTokenController } from './chat-token.controller.js'
import { followReplies } from './fastify-replies.js'
import { IMKIT_CHAT_OPTIONS, type ImkitChatModuleExtras, type ImkitChatModuleOptions } from './imkit-chat.options.js'
import { ImkitChatService } from './imkit-chat.service.js'
import { getImkitChatToken } from './inject-imkit-chat.js'
import { claim, type ImkitChatInstance, instanceFrom } from './instances.js'
import { RequestDrain } from './request-drain.js'

const DEFAULTS: ImkitChatModuleExtras = { isGlobal: true, name: undefined, path: undefined }

const INSTANCE = Symbol('IMKIT_CHAT_INSTANCE')

const { ConfigurableModuleClass, ASYNC_OPTIONS_TYPE } = new ConfigurableModuleBuilder<ImkitChatModuleOptions>({
  optionsInjectionToken: IMKIT_CHAT_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createImkitChatOptions')
  .setExtras(DEFAULTS, (definition, { isGlobal = true, ...extras }) => {
    const instance = instanceFrom(extras)
    const { name, path } = instance
    const token = getImkitChatToken(name)
    return {
      ...definition,
      global: isGlobal,
      providers: [
        ...(definition.providers ?? []).map(hidden),
        { provide: token, useClass: ImkitChatService },
        { provide: INSTANCE, useValue: instance },
        // Nest's `deep-hash` takes modules for one that look alike, and what functions close over it cannot see.
        { provide: `imkit-chat ${randomUUID()}`, useValue: true },
      ],
      controllers: path === false ? [] : [chatTokenController(path, name)],
      exports: [token],
    }
  })
  .build()

/** Options hold the API key, and whoever prints a module prints the values it provides. */
function hidden(provider: Provider): Provider {
  if (typeof provider === 'function' || !('useValue' in provider)) return provider
  const { provide, useValue } = provider
  return { provide, useFactory: () => useValue as unknown }
}

type AsyncOptions<Request> = Omit<typeof ASYNC_OPTIONS_TYPE, 'useFactory'> & {
  // Nest's own type of it: what is injected is known to `inject` alone.
  // oxlint-disable-next-line typescript/no-explicit-any
  useFactory?(...args: any[]): ImkitChatModuleOptions<Request> | Promise<ImkitChatModuleOptions<Request>>
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
 *     identify: ({ user }: { user?: User }) => user && { id: user.id, nickname: user.name },
 *   }),
 * })
 */
@Module({ providers: [RequestDrain] })
export class ImkitChatModule extends ConfigurableModuleClass implements OnModuleInit {
  readonly #module: ModuleRef
  readonly #instance: ImkitChatInstance
  readonly #host: HttpAdapterHost

  constructor(
    @Inject(ModuleRef) module: ModuleRef,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Optional() @Inject(INSTANCE) instance?: ImkitChatInstance,
  ) {
    super()
    if (!instance) throw new Error('ImkitChatModule was imported as it is: import what forRoot or forRootAsync returns')
    claim(host, instance)
    this.#module = module
    this.#instance = instance
    this.#host = host
  }

  /** The chat of the app: one for each `name`, and one without. */
  static override forRoot<Request extends object = ChatRequest>(
    options: ImkitChatModuleOptions<Request> & ImkitChatModuleExtras,
  ): DynamicModule {
    return super.forRoot(options as unknown as ImkitChatModuleOptions)
  }

  /** `forRoot` with options that come from a factory, or a class; `name`, `path` and `isGlobal` stand beside it. */
  static override forRootAsync<Request extends object = ChatRequest>(options: AsyncOptions<Request>): DynamicModule {
    return super.forRootAsync(options as unknown as typeof ASYNC_OPTIONS_TYPE)
  }

  onModuleInit(): void {
    const { name, path } = this.#instance
    if (this.#module.introspect(getImkitChatToken(name)).scope === Scope.REQUEST) {
      throw new Error(
        'The options of ImkitChatModule depend on a provider of the scope REQUEST: each request would have a life cycle of its own. Use providers of the default scope.',
      )
    }
    followReplies(this.#host.httpAdapter, path)
  }
}
