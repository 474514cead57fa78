import {
  type ChatRequest,
  IMKIT_CHAT_OPTIONS,
  ImkitChatModule,
  ImkitChatService,
  getImkitChatToken,
  ProvisionChatToken,
  RevokeChatToken,
} from '@imkit-auth/nestjs'
import { ImkitChatTestingModule, ImkitChatTestingService } from '@imkit-auth/nestjs/testing'
import { createTestChat } from '@imkit-auth/core/testing'
import { issue } from '@imkit-auth/core'
import { Controller, Inject, Module, Post, Req } from '@nestjs/common'
import { Test, type TestingModuleBuilder } from '@nestjs/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { headerUser } from './host.js'

@Controller()
class AuthController {
  constructor(@Inject(ImkitChatService) readonly chat: ImkitChatService) {}

  @Post('login') @ProvisionChatToken() login() {
    return { welcome: true }
  }
  @Post('logout') @RevokeChatToken() logout() {}
  @Post('inside') inside(@Req() request: ChatRequest) {
    return this.chat.provision(request, { id: 'bob' })
  }
}

/** The app's own module for the chat, as it would stand in production. */
@Module({
  imports: [
    ImkitChatModule.forRoot({
      serverUrl: process.env['UNSET'],
      apiKey: process.env['UNSET'],
      mode: issue(),
      identify: headerUser,
    }),
  ],
})
class ChatModule {}

/** Starts what a builder makes, and calls it. */
async function started(builder: TestingModuleBuilder) {
  const module = await builder.compile()
  const app = module.createNestApplication()
  await app.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    app.getHttpServer().closeAllConnections()
    await app.close()
  })
  const url = await app.getUrl()
  const post = async (path: string) => {
    const answer = await fetch(url + path, { method: 'POST', headers: { 'x-user': 'amy' } })
    return { status: answer.status, body: answer.headers.get('content-length') === '0' ? '' : await answer.text() }
  }
  return { module, post }
}

test('a controller’s unit test needs one import', async () => {
  const module = await Test.createTestingModule({
    imports: [ImkitChatTestingModule],
    controllers: [AuthController],
  }).compile()
  expect(module.get(AuthController).login()).toEqual({ welcome: true })
  expect(await module.get(AuthController).inside({} as ChatRequest)).toMatchObject({ token: 'chat-token-of-bob-1' })
  expect(module.get(ImkitChatTestingService).provisions).toMatchObject([{ user: { id: 'bob' } }])
})

test('over HTTP, decorators and token route work, provisions and revocations are recorded, and faults come on demand', async () => {
  const { module, post } = await started(
    Test.createTestingModule({ imports: [ChatModule], controllers: [AuthController] })
      .overrideModule(ChatModule)
      .useModule(ImkitChatTestingModule.forRoot({ identify: headerUser })),
  )
  const chat = module.get(ImkitChatTestingService)
  expect(JSON.parse((await post('/login')).body)).toMatchObject({
    welcome: true,
    chat: { token: 'chat-token-of-amy-1' },
  })
  expect(JSON.parse((await post('/chat/token')).body)).toMatchObject({ token: 'chat-token-of-amy-1' })
  expect(chat.liveTokens('amy')).toEqual(['chat-token-of-amy-1'])
  await post('/logout')
  expect(chat.revocations).toEqual([{ userId: 'amy', session: undefined }])
  expect(chat.liveTokens('amy')).toEqual([])
  chat.fail('unreachable')
  expect(JSON.parse((await post('/login')).body)).toEqual({ welcome: true, chat: null })
  chat.recover()
  expect(JSON.parse((await post('/login')).body)).toMatchObject({ chat: { userId: 'amy' } })
  expect(chat.provisions).toHaveLength(3)
})

test('finds the user where passport or a session keeps them, unless identify says otherwise', async () => {
  const module = await Test.createTestingModule({ imports: [ImkitChatTestingModule] }).compile()
  const chat = module.get(ImkitChatService)
  const headers = {}
  for (const request of [
    { headers, user: { id: 'amy' } },
    { headers, session: { user: { id: 'amy' } } },
  ]) {
    expect(await chat.login(request)).toMatchObject({ userId: 'amy' })
  }
  expect(await chat.login({ headers }, { user: { id: 'amy' } })).toMatchObject({ userId: 'amy' })
  expect(await chat.login({ headers })).toBeUndefined()
})

test('stands for a named chat as well, beside another', async () => {
  const module = await Test.createTestingModule({
    imports: [ImkitChatTestingModule.forRoot({ name: 'eu' }), ImkitChatTestingModule.forRoot({ name: 'us' })],
  }).compile()
  const [eu, us] = ['eu', 'us'].map((name) => module.get<ImkitChatTestingService>(getImkitChatToken(name)))
  await eu?.login({ headers: {} }, { user: { id: 'amy' } })
  expect([eu?.provisions.length, us?.provisions.length]).toEqual([1, 0])
})

describe('an app’s own module needs no configured server', () => {
  test('whose service is a stand-in', async () => {
    const logout = vi.fn<() => Promise<undefined>>()
    const standIn = { requestOf: () => ({}), login: async () => ({ token: 'mine' }), logout }
    const { post } = await started(
      Test.createTestingModule({ imports: [ChatModule], controllers: [AuthController] })
        .overrideProvider(ImkitChatService)
        .useValue(standIn),
    )
    expect(JSON.parse((await post('/login')).body)).toMatchObject({ chat: { token: 'mine' } })
    expect((await post('/logout')).status).toBe(201)
    expect(logout).toHaveBeenCalledOnce()
  })

  test('whose options are others', async () => {
    const { tokens, provisions } = await createTestChat()
    const { post } = await started(
      Test.createTestingModule({ imports: [ChatModule], controllers: [AuthController] })
        .overrideProvider(IMKIT_CHAT_OPTIONS)
        .useValue({ tokens, identify: headerUser }),
    )
    await post('/login')
    expect(provisions).toHaveLength(1)
  })
})

test('whoever replaces the service replaces what decorators and token route do', async () => {
  const calls: string[] = []
  class Audited extends ImkitChatService {
    override login(...args: Parameters<ImkitChatService['login']>) {
      calls.push('login')
      return super.login(...args)
    }
    override logout(...args: Parameters<ImkitChatService['logout']>) {
      calls.push('logout')
      return super.logout(...args)
    }
    override token(...args: Parameters<ImkitChatService['token']>) {
      calls.push('token')
      return super.token(...args)
    }
  }
  const { tokens } = await createTestChat()
  const { post } = await started(
    Test.createTestingModule({
      imports: [ImkitChatModule.forRoot({ tokens, identify: headerUser })],
      controllers: [AuthController],
    })
      .overrideProvider(ImkitChatService)
      .useClass(Audited),
  )
  await post('/login')
  await post('/chat/token')
  await post('/logout')
  expect(calls).toEqual(['login', 'token', 'logout'])
})
