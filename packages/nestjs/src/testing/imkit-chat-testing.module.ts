import { createTestChat, type TestChatOptions } from '@imkit-auth/core/testing'
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { ChatRequest, HostRequest } from '../chat-request.js'
import { chatTokenController } from '../chat-token.controller.js'
import type { ImkitChatBindingOptions, ImkitChatModuleExtras } from '../imkit-chat.options.js'
import { getImkitChatToken } from '../inject-imkit-chat.js'
import { instanceFrom } from '../instances.js'
import { ImkitChatTestingService } from './imkit-chat-testing.service.js'

/** Everything has a default. */
export interface ImkitChatTestingOptions<Request = ChatRequest>
  extends TestChatOptions, Partial<ImkitChatBindingOptions<Request>>, Pick<ImkitChatModuleExtras, 'name' | 'path'> {}

/**
 * `ImkitChatModule` for tests, without network, options and an API key: what the decorators and the service do is done, on a
 * chat server in the process, and `module.get(ImkitChatTestingService)` tells of it. `@imkit-auth/emulator` must be installed.
 *
 * @example
 * const module = await Test.createTestingModule({ imports: [ImkitChatTestingModule], controllers: [AuthController] }).compile()
 */
@Global()
@Module(moduleOf({}))
export class ImkitChatTestingModule {
  /** With options: `identify`, for an app whose logged-in user is neither `request.user` nor `request.session.user`; or a `name`. */
  static forRoot<Request extends object = ChatRequest>(options: ImkitChatTestingOptions<Request> = {}): DynamicModule {
    return { module: NamedTestingModule, global: true, ...moduleOf(options as ImkitChatTestingOptions<HostRequest>) }
  }
}

/** One without providers of its own: Nest would add them. */
@Module({})
class NamedTestingModule {}

function moduleOf({ name, path, ...options }: ImkitChatTestingOptions<HostRequest>) {
  const instance = instanceFrom({ name, path })
  const service: Provider = {
    provide: ImkitChatTestingService,
    inject: [HttpAdapterHost],
    useFactory: async (host: HttpAdapterHost) =>
      new ImkitChatTestingService(await createTestChat(options), { identify: usualUser, ...options }, host),
  }
  const token = getImkitChatToken(name)
  const providers: Provider[] = [service, { provide: token, useExisting: ImkitChatTestingService }]
  return {
    providers,
    controllers: instance.path === false ? [] : [chatTokenController(instance.path, name)],
    exports: [ImkitChatTestingService, token],
  }
}

interface UsualRequest {
  readonly user?: { id: string; nickname?: string }
  readonly session?: { readonly user?: { id: string; nickname?: string } }
}

/** Where passport and hand-written logins keep the user. */
function usualUser(request: HostRequest, result?: { user?: { id: string } }) {
  const { user, session } = request as UsualRequest
  return user ?? session?.user ?? result?.user
}
