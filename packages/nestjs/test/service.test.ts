import { type ChatRequest, ImkitChatService } from '@imkit-auth/nestjs'
import { Controller, Get, Inject, Post, Req } from '@nestjs/common'
import { expect, test } from 'vitest'
import { headerHost, liveTokens } from './host.js'

@Controller()
class AuthController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Post('login')
  async login(@Req() request: ChatRequest) {
    const chat = await this.chat.provision(request, { id: 'bob', nickname: 'Bob' })
    return { chat, kept: request.chat }
  }

  @Post('logout')
  async logout(@Req() request: ChatRequest) {
    return { outcome: await this.chat.revoke(request, { id: 'bob' }) }
  }

  @Get('chat')
  async mine(@Req() request: ChatRequest) {
    return { chat: await this.chat.credentials(request), cached: await this.chat.tokens.current('bob') }
  }
}

const bobs = expect.objectContaining({ userId: 'bob' })

test('provision and revoke serve a handler that does it all by itself', async () => {
  const { call, emulator } = await headerHost([AuthController])
  expect((await call('POST', '/login')).body).toEqual({ chat: bobs, kept: bobs })
  expect(liveTokens(emulator, 'bob')).toHaveLength(1)
  expect((await call('POST', '/logout')).body).toEqual({ outcome: 'confirmed' })
  expect(liveTokens(emulator, 'bob')).toEqual([])
})

test('provision answers null while the chat is not available', async () => {
  const { call, emulator } = await headerHost([AuthController])
  await emulator.accept(false)
  expect((await call('POST', '/login')).body).toEqual({ chat: null, kept: null })
})

test('credentials are those of whoever is logged in, and tokens is the life cycle itself', async () => {
  const { call } = await headerHost([AuthController])
  expect((await call('GET', '/chat')).body).toEqual({ chat: null })
  expect((await call('GET', '/chat', 'bob')).body).toEqual({ chat: bobs, cached: bobs })
})
