import { setTimeout as sleep } from 'node:timers/promises'
import { createTestChat } from '@imkit-auth/core/testing'
import {
  ChatToken,
  type HostRequest,
  ImkitChatModule,
  type ImkitChatModuleOptions,
  ImkitChatService,
  ProvisionChatToken,
  RevokeChatToken,
} from '@imkit-auth/nestjs'
import type { ChatCredentials } from '@imkit-auth/core'
import { Controller, ForbiddenException, Get, Inject, Post, Redirect, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyReply } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { AppModule } from './app.js'
import { headerUser } from './host.js'

@Controller()
class AuthController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Post('login') @ProvisionChatToken() login() {
    return {}
  }
  @Post('login/by-itself') async byItself(@Req() request: HostRequest) {
    return { chat: await this.chat.provision(request, { id: 'amy' }) }
  }
  @Post('login/redirect') @ProvisionChatToken() loginRedirect(@Res() reply: FastifyReply) {
    void reply.code(302).header('location', '/home').send()
  }
  @Get('rooms') rooms(@ChatToken() chat: ChatCredentials) {
    return { chat }
  }
  @Post('logout') @RevokeChatToken() logout() {
    return { bye: true }
  }
  @Post('logout/redirect') @RevokeChatToken() redirect(@Res() reply: FastifyReply) {
    void reply.code(302).header('location', '/').send()
  }
  @Post('logout/redirected') @Redirect('/') @RevokeChatToken() redirected() {}
  @Post('logout/passed-through') @RevokeChatToken() passed(@Res({ passthrough: true }) reply: FastifyReply) {
    void reply.status(303).header('location', '/')
  }
  @Post('logout/own') @RevokeChatToken() async own(@Res() reply: FastifyReply) {
    await sleep(1)
    void reply.send('bye')
  }
  @Post('logout/refused') @RevokeChatToken() refused() {
    throw new ForbiddenException()
  }
}

async function site(options: Partial<ImkitChatModuleOptions> = {}, prefix = '') {
  const chat = await createTestChat()
  const module = ImkitChatModule.forRoot({ identify: headerUser, ...options, tokens: chat.tokens })
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, imports: [module], controllers: [AuthController] },
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  )
  if (prefix !== '') app.setGlobalPrefix(prefix)
  await app.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    app.getHttpServer().closeAllConnections()
    await app.close()
    await chat.close()
  })
  const url = await app.getUrl()
  const call = (method: string, path: string, headers: Record<string, string> = { 'x-user': 'amy' }) =>
    fetch(url + path, { method, headers, redirect: 'manual' })
  return { chat, call }
}

const json = { 'x-user': 'amy', 'content-type': 'application/json' }

test.each([{}, json, { 'x-user': 'amy', 'content-type': 'application/json; charset=utf-8' }])(
  'the token route takes an empty body, with the headers %o',
  async (headers) => {
    const { call } = await site({}, 'api')
    const answer = await call('POST', '/api/chat/token', { 'x-user': 'amy', ...headers })
    expect([answer.status, await answer.json()]).toMatchObject([200, { token: 'chat-token-of-amy-1' }])
  },
)

test('the token route answers other methods itself', async () => {
  const { call } = await site()
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await call(method, '/chat/token', json)
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST, OPTIONS'])
  }
  expect((await call('OPTIONS', '/chat/token')).status).toBe(204)
})

test.each([
  ['/logout', 201],
  ['/logout/redirect', 302],
  ['/logout/redirected', 302],
  ['/logout/passed-through', 303],
  ['/logout/own', 201],
])('%s has revoked before it answers %i', async (path, status) => {
  const { chat, call } = await site()
  await call('POST', '/login')
  expect(chat.liveTokens('amy')).toHaveLength(1)
  expect([(await call('POST', path)).status, chat.liveTokens('amy')]).toEqual([status, []])
})

test('a logout that is refused is none', async () => {
  const { chat, call } = await site()
  await call('POST', '/login')
  expect([(await call('POST', '/logout/refused')).status, chat.liveTokens('amy')]).toEqual([
    403,
    ['chat-token-of-amy-1'],
  ])
})

test('a redirecting login has its token', async () => {
  const { chat, call } = await site()
  expect((await call('POST', '/login/redirect')).headers.get('location')).toBe('/home')
  await expect.poll(() => chat.liveTokens('amy')).toHaveLength(1)
})

test.each([
  ['POST', '/login'],
  ['POST', '/login/by-itself'],
  ['GET', '/rooms'],
])('%s %s answers 503 with Retry-After without a chat server, and is never stored with one', async (method, path) => {
  const { chat, call } = await site({ onUnavailable: 'fail' })
  chat.fail('unauthorized')
  const failed = await call(method, path)
  expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  chat.recover()
  const answer = await call(method, path)
  expect([answer.ok, answer.headers.get('cache-control')]).toEqual([true, 'no-store'])
  expect(await answer.json()).toMatchObject({ chat: { userId: 'amy' } })
})
