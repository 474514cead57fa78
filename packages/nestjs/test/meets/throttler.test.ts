import { type ChatRequest, ImkitChatService, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Inject,
  Injectable,
  Post,
  Req,
  Res,
  UnauthorizedException,
} from '@nestjs/common'
import { APP_GUARD, Reflector } from '@nestjs/core'
import { SkipThrottle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler'
import type { Response } from 'express'
import { describe, expect, test } from 'vitest'
import { liveTokens } from '../host.js'
import { meet } from './neighbours.js'

const Public = Reflector.createDecorator<boolean>()

@Controller()
class AuthController {
  @Post('login')
  @ProvisionChatToken()
  login() {}

  @Post('logout')
  @RevokeChatToken()
  logout() {}
}

@Controller('my-chat')
class OwnTokenController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Post('token')
  @Public(true)
  @SkipThrottle()
  token(@Req() request: ChatRequest, @Res() response: Response) {
    return this.chat.token(request, response)
  }
}

describe('a global ThrottlerGuard', () => {
  const throttled = {
    imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 2 }])],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    controllers: [AuthController],
  }

  test('counts on the token route', async () => {
    const { call, emulator } = await meet(throttled)
    const statuses = []
    for (const user of ['amy', 'amy', 'bob']) statuses.push((await call('POST', '/chat/token', user)).status)
    expect(statuses).toEqual([200, 200, 429])
    expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy'])
  })

  test('counts on logins, and one too many gets no token', async () => {
    const { call, emulator } = await meet(throttled)
    const statuses = []
    for (const user of ['amy', 'bob', 'eve']) statuses.push((await call('POST', '/login', user)).status)
    expect(statuses).toEqual([201, 201, 429])
    expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy', 'bob'])
  })

  test('counts on logouts, and one too many revokes nothing', async () => {
    const { call, emulator, tokens } = await meet(throttled)
    for (const id of ['amy', 'bob', 'eve']) await tokens.provision({ id })
    const statuses = []
    for (const user of ['amy', 'bob', 'eve']) statuses.push((await call('POST', '/logout', user)).status)
    expect(statuses).toEqual([201, 201, 429])
    expect(['amy', 'bob', 'eve'].map((user) => liveTokens(emulator, user).length)).toEqual([0, 0, 1])
  })

  test('leaves a token route of the app’s own alone, where that skips it', async () => {
    const { call } = await meet({ ...throttled, controllers: [OwnTokenController] }, { path: false })
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await call('POST', '/my-chat/token', 'amy')).status)
    expect(statuses).toEqual([200, 200, 200, 200])
  })
})

describe('a global guard that lets in what is public', () => {
  @Injectable()
  class AuthGuard implements CanActivate {
    constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

    canActivate(context: ExecutionContext): boolean {
      if (this.reflector.get(Public, context.getHandler())) return true
      if (context.switchToHttp().getRequest<ChatRequest>().headers['x-key'] === 'letmein') return true
      throw new UnauthorizedException('The guard says no.')
    }
  }
  const guarded = { providers: [{ provide: APP_GUARD, useClass: AuthGuard }] }

  test('stands before the module’s token route', async () => {
    const { call, emulator } = await meet(guarded)
    const { status, body } = await call('POST', '/chat/token', 'amy')
    expect([status, body]).toEqual([401, expect.objectContaining({ message: 'The guard says no.' })])
    expect(emulator.requests()).toEqual([])
    expect((await call('POST', '/chat/token', 'amy', { headers: { 'x-key': 'letmein' } })).status).toBe(200)
  })

  test('lets through a token route of the app’s own that is public, which itself still asks who is logged in', async () => {
    const { call } = await meet({ ...guarded, controllers: [OwnTokenController] }, { path: false })
    expect((await call('POST', '/my-chat/token', 'amy')).body).toMatchObject({ userId: 'amy' })
    const { status, body } = await call('POST', '/my-chat/token')
    expect(status).toBe(401)
    expect(JSON.stringify(body)).not.toContain('The guard says no.')
  })
})
