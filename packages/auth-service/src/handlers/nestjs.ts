import type { ServerResponse } from 'node:http'
import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleCls,
  Inject,
  Module,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common'
import { type AuthServiceOptions, createAuthService } from '../service/auth-service.js'
import { answerOrPass, type ExpressRequest } from './answer-or-pass.js'

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<AuthServiceOptions>({
  moduleName: 'ImkitAuthService',
})
  .setClassMethodName('forRoot')
  .build()

// A declaration needs a name for what the builder builds.
const Configurable: ConfigurableModuleCls<AuthServiceOptions, 'forRoot'> = ConfigurableModuleClass

type Incoming = ExpressRequest & { readonly originalUrl?: string }

/**
 * The service in a Nest app. `path` is the one that the chat server asks, a global prefix included. It comes before guards,
 * interceptors and pipes: the chat server cannot log in.
 *
 * @throws TypeError that names the option, when one is missing or wrong.
 * @example
 * AuthServiceModule.forRootAsync({
 *   inject: [ImkitChatService],
 *   useFactory: ({ tokens }: ImkitChatService) => ({
 *     path: '/chat-auth',
 *     verifier: createVerifier({ tokens, keys: [{ secret }] }),
 *   }),
 * })
 */
@Module({})
export class AuthServiceModule extends Configurable implements NestModule {
  readonly #options: AuthServiceOptions

  constructor(@Inject(MODULE_OPTIONS_TOKEN) options: AuthServiceOptions) {
    super()
    this.#options = options
  }

  configure(consumer: MiddlewareConsumer): void {
    const service = createAuthService(this.#options)
    consumer
      .apply((request: Incoming, response: ServerResponse, next: (error?: unknown) => void) =>
        answerOrPass(service, request, response, next, request.originalUrl),
      )
      .forRoutes('{*path}')
  }
}
