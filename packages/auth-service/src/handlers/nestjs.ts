import type { ServerResponse } from 'node:http'
import { ConfigurableModuleBuilder, type ConfigurableModuleCls, Inject, Module, type NestModule } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
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
  readonly #host: HttpAdapterHost

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) options: AuthServiceOptions,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    super()
    this.#options = options
    this.#host = host
  }

  /** Not by a path for all: each version of Nest has a wildcard of its own. */
  configure(): void {
    const service = createAuthService(this.#options)
    this.#host.httpAdapter.use((request: Incoming, response: ServerResponse, next: (error?: unknown) => void) =>
      answerOrPass(service, request, response, next, request.originalUrl),
    )
  }
}
