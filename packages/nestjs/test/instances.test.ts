import {
  ChatToken,
  type ChatRequest,
  ImkitChatModule,
  type ImkitChatModuleOptions,
  type ImkitChatOptionsFactory,
  ImkitChatService,
  InjectImkitChat,
  ProvisionChatToken,
  RevokeChatToken,
} from '@imkit-auth/nestjs'
import type { ChatCredentials } from '@imkit-auth/core'
import type { Emulator } from '@imkit-auth/emulator'
import { Controller, type DynamicModule, Get, Inject, Injectable, Post, Req, Scope } from '@nestjs/common'
import { LazyModuleLoader, REQUEST } from '@nestjs/core'
import { describe, expect, test } from 'vitest'
import { AppModule, FeatureModule } from './app.js'
import { chatServer, headerUser, host, liveTokens } from './host.js'

/** An app has one of these for each of its tenants. */
interface Tenant {
  readonly emulator: Emulator
  readonly options: ImkitChatModuleOptions
}

async function tenant(): Promise<Tenant> {
  const { emulator, options } = await chatServer()
  return { emulator, options: { ...options, identify: headerUser } }
}

/** What a module is made with; both tenants of an app come through the same code. */
type Make = (name: string, options: ImkitChatModuleOptions) => DynamicModule

class OptionsOf {
  constructor(private readonly options: ImkitChatModuleOptions) {}
  createImkitChatOptions() {
    return this.options
  }
}

const ways: Record<string, Make> = {
  forRoot: (name, options) => ImkitChatModule.forRoot({ ...options, name }),
  'forRootAsync with a factory': (name, options) => ImkitChatModule.forRootAsync({ name, useFactory: () => options }),
  'forRootAsync with an injected provider': (name, options) =>
    ImkitChatModule.forRootAsync({
      name,
      imports: [
        {
          module: FeatureModule,
          providers: [{ provide: name, useFactory: () => options }],
          exports: [name],
        },
      ],
      inject: [name],
      useFactory: (found: ImkitChatModuleOptions) => found,
    }),
  'forRootAsync with an existing class': (name, options) =>
    ImkitChatModule.forRootAsync({
      name,
      imports: [
        {
          module: FeatureModule,
          providers: [{ provide: `${name} options`, useFactory: () => new OptionsOf(options) }],
          exports: [`${name} options`],
        },
      ],
      useExisting: `${name} options` as never,
    }),
}

@Controller()
class TenantsController {
  constructor(
    @InjectImkitChat('eu') private readonly eu: ImkitChatService,
    @InjectImkitChat('us') private readonly us: ImkitChatService,
  ) {}

  @Post('eu/login') @ProvisionChatToken('eu') euLogin() {
    return {}
  }
  @Post('us/login') @ProvisionChatToken('us') usLogin() {
    return {}
  }
  @Post('eu/logout') @RevokeChatToken('eu') euLogout() {}
  @Post('us/logout') @RevokeChatToken('us') usLogout() {}
  @Post('logout') @RevokeChatToken('eu') @RevokeChatToken('us') logout() {}
  @Get('eu/rooms') euRooms(@ChatToken('eu') chat: ChatCredentials) {
    return chat
  }
  @Get('us/rooms') usRooms(@ChatToken('us') chat: ChatCredentials) {
    return chat
  }
  @Post('services') async services(@Req() request: ChatRequest) {
    return { eu: await this.eu.credentials(request), us: await this.us.credentials(request) }
  }
}

const algorithms = ['reference', 'deep-hash'] as const
const cases = Object.entries(ways).flatMap(([way, make]) =>
  algorithms.map((algorithm) => [way, algorithm, make] as const),
)

describe.each(cases)('two tenants made by %s, modules told apart by %s', (_way, moduleIdGeneratorAlgorithm, make) => {
  async function site() {
    const [eu, us] = [await tenant(), await tenant()]
    const imports = [make('eu', eu.options), make('us', us.options)]
    const app = await host(
      { module: AppModule, global: true, imports },
      { controllers: [TenantsController], moduleIdGeneratorAlgorithm },
    )
    return { ...app, eu: eu.emulator, us: us.emulator }
  }

  test('login, page and service of each ask its own chat server', async () => {
    const { call, eu, us } = await site()
    for (const [path, { url }] of [
      ['eu', eu],
      ['us', us],
    ] as const) {
      const own = expect.objectContaining({ serverUrl: url, userId: 'amy' })
      expect((await call('POST', `/${path}/login`, 'amy')).body).toEqual({ chat: own })
      expect((await call('POST', `/chat/${path}/token`, 'amy')).body).toEqual(own)
      expect((await call('GET', `/${path}/rooms`, 'amy')).body).toEqual(own)
    }
    const both = (await call('POST', '/services', 'amy')).body
    expect(both).toMatchObject({ eu: { serverUrl: eu.url }, us: { serverUrl: us.url } })
    expect(liveTokens(eu, 'amy')).toHaveLength(1)
    expect(liveTokens(us, 'amy')).toHaveLength(1)
  })

  test('a logout ends the token of its own tenant alone, and one with both decorators those of both', async () => {
    const { call, eu, us } = await site()
    const logIn = async () => {
      await call('POST', '/eu/login', 'amy')
      await call('POST', '/us/login', 'amy')
    }
    const live = () => [liveTokens(eu, 'amy').length, liveTokens(us, 'amy').length]
    await logIn()
    await call('POST', '/eu/logout', 'amy')
    expect(live()).toEqual([0, 1])
    await logIn()
    await call('POST', '/us/logout', 'amy')
    expect(live()).toEqual([1, 0])
    await logIn()
    expect((await call('POST', '/logout', 'amy')).status).toBe(201)
    expect(live()).toEqual([0, 0])
  })
})

describe('a second chat without a name is refused when the app starts', () => {
  const second = /second time without a name.*give each chat a name/

  test.each(algorithms)('made of the same options, told apart by %s', async (moduleIdGeneratorAlgorithm) => {
    const { options } = await tenant()
    const imports = [ImkitChatModule.forRoot(options), ImkitChatModule.forRoot(options)]
    await expect(host({ module: AppModule, imports }, { moduleIdGeneratorAlgorithm })).rejects.toThrow(second)
  })

  test.each(algorithms)('made by forRootAsync, told apart by %s', async (moduleIdGeneratorAlgorithm) => {
    const { options } = await tenant()
    const useFactory = () => options
    const imports = [ImkitChatModule.forRootAsync({ useFactory }), ImkitChatModule.forRootAsync({ useFactory })]
    await expect(host({ module: AppModule, imports }, { moduleIdGeneratorAlgorithm })).rejects.toThrow(second)
  })

  test('made in feature modules, for them alone', async () => {
    const { options } = await tenant()
    const feature = (name: string): DynamicModule => ({
      module: name === 'one' ? FeatureModule : AppModule,
      imports: [ImkitChatModule.forRoot({ ...options, isGlobal: false, path: name })],
    })
    const root = { module: AppModule, imports: [feature('one'), feature('two')] }
    await expect(host(root)).rejects.toThrow(second)
  })

  test('loaded later', async () => {
    const { options } = await tenant()
    const { app } = await host(ImkitChatModule.forRoot(options))
    const load = app.get(LazyModuleLoader).load(() => ImkitChatModule.forRoot(options))
    // Nest 10.0 gives modules that are loaded later nothing of its own to inject.
    await expect(load).rejects.toThrow(/second time without a name|argument HttpAdapterHost at index/)
  })
})

test('one module that several modules import is one chat', async () => {
  const { options } = await tenant()
  const chat = ImkitChatModule.forRoot({ ...options, isGlobal: false })
  const again: DynamicModule = { module: FeatureModule, imports: [chat] }
  const { call } = await host({ module: AppModule, imports: [chat, again] })
  expect((await call('POST', '/chat/token', 'amy')).status).toBe(200)
})

test('two apps in one process have a chat each', async () => {
  const { options } = await tenant()
  for (const { call } of [await host(ImkitChatModule.forRoot(options)), await host(ImkitChatModule.forRoot(options))]) {
    expect((await call('POST', '/chat/token', 'amy')).status).toBe(200)
  }
})

test.each([
  ['eu', 'eu', { path: 'a' }, { path: 'b' }, /second time with the name 'eu'/],
  ['eu', 'us', { path: 'im/token' }, { path: '/IM//token/' }, /have the path '\/IM\/\/token\/'/],
  [undefined, 'us', {}, { path: 'chat/token' }, /have the path 'chat\/token'/],
] as const)('chats named %s and %s, with %o and %o, are refused', async (one, two, first, other, why) => {
  const { options } = await tenant()
  const imports = [
    ImkitChatModule.forRoot({ ...options, ...first, name: one }),
    ImkitChatModule.forRoot({ ...options, ...other, name: two }),
  ]
  await expect(host({ module: AppModule, imports })).rejects.toThrow(why)
})

test.each(['', 'a b', 'ü', 7, null, {}])('the name %j is refused', async (name) => {
  const { options } = await tenant()
  expect(() => ImkitChatModule.forRoot({ ...options, name: name as string })).toThrow(/^name must be/)
})

test('a decorator with a name that no chat has does not start', async () => {
  @Controller()
  class AuthController {
    @Post('login') @ProvisionChatToken('nobody') login() {}
  }
  const { options } = await tenant()
  const started = host(ImkitChatModule.forRoot({ ...options, name: 'eu' }), { controllers: [AuthController] })
  await expect(started).rejects.toThrow(/ImkitChatService\(nobody\)/)
})

test('the module as it is, without forRoot, is refused', async () => {
  await expect(host(ImkitChatModule as never)).rejects.toThrow(/import what forRoot or forRootAsync returns/)
})

describe('options that each request would make anew are refused', () => {
  const scoped = /scope REQUEST/

  test('by what the factory injects', async () => {
    const { options } = await tenant()
    const chat = ImkitChatModule.forRootAsync({ inject: [REQUEST], useFactory: () => options })
    await expect(host(chat)).rejects.toThrow(scoped)
  })

  test('by the scope of the class', async () => {
    const { options } = await tenant()
    @Injectable({ scope: Scope.REQUEST })
    class Settings implements ImkitChatOptionsFactory {
      createImkitChatOptions() {
        return options
      }
    }
    await expect(host(ImkitChatModule.forRootAsync({ useClass: Settings }))).rejects.toThrow(scoped)
  })

  test('but the service may be injected where each request has its own', async () => {
    @Controller({ path: 'mine', scope: Scope.REQUEST })
    class MineController {
      constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}
      @Post() mine(@Req() request: ChatRequest) {
        return this.chat.credentials(request)
      }
    }
    const { options } = await tenant()
    const { call } = await host(ImkitChatModule.forRoot(options), { controllers: [MineController] })
    expect((await call('POST', '/mine', 'amy')).body).toMatchObject({ userId: 'amy' })
  })
})
