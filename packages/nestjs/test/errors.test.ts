import { type ChatTokenError, issue } from '@imkit-auth/core'
import { type ChatRequest, ImkitChatModule, ImkitChatService, ProvisionChatToken } from '@imkit-auth/nestjs'
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type HttpException,
  Inject,
  Post,
  Req,
  ServiceUnavailableException,
  UnauthorizedException,
  UseFilters,
} from '@nestjs/common'
import type { Response } from 'express'
import { describe, expect, test } from 'vitest'
import { chatServer, headerHost, headerUser, host } from './host.js'

/** An app's own way to answer what Nest's classes stand for. */
@Catch(ServiceUnavailableException, UnauthorizedException)
class OwnFilter implements ExceptionFilter {
  catch(exception: HttpException, args: ArgumentsHost) {
    const { code } = exception.cause as ChatTokenError
    args
      .switchToHttp()
      .getResponse<Response>()
      .status(exception.getStatus())
      .json({ own: code, inside: exception.getResponse() })
  }
}

@Controller()
class AuthController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Post('decorated') @ProvisionChatToken() decorated() {
    return {}
  }
  @Post('login') async login(@Req() request: ChatRequest) {
    return { chat: await this.chat.provision(request, { id: 'amy' }) }
  }
  @Get('rooms') async rooms(@Req() request: ChatRequest) {
    return { chat: await this.chat.credentials(request) }
  }
  @Post('own-filter/login') @UseFilters(OwnFilter) async own(@Req() request: ChatRequest) {
    return { chat: await this.chat.provision(request, { id: 'amy' }) }
  }
  @Get('own-filter/rooms') @UseFilters(OwnFilter) async ownRooms(@Req() request: ChatRequest) {
    return { chat: await this.chat.credentials(request) }
  }
}

const unavailable = {
  statusCode: 503,
  error: 'UNAVAILABLE',
  message: 'The chat is not available at the moment. Try again later.',
}

describe('without a chat server', () => {
  test.each([
    ['POST', '/decorated'],
    ['POST', '/login'],
    ['GET', '/rooms'],
  ])(
    "%s %s answers 503 with Retry-After, by decorator and by service alike, with onUnavailable: 'fail'",
    async (method, path) => {
      const { call, emulator, logs } = await headerHost([AuthController], { onUnavailable: 'fail' })
      await emulator.accept(false)
      const { status, headers, body } = await call(method, path, 'amy')
      expect([status, body]).toEqual([503, unavailable])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(logs.errors).toEqual([])
    },
  )

  test.each([
    ['POST', '/own-filter/login'],
    ['GET', '/own-filter/rooms'],
  ])('%s %s can be caught by Nest’s own class, with the code inside', async (method, path) => {
    const { call, emulator } = await headerHost([AuthController], { onUnavailable: 'fail' })
    await emulator.accept(false)
    expect((await call(method, path, 'amy')).body).toEqual({ own: 'UNAVAILABLE', inside: unavailable })
  })
})

test('credentials of a session that has logged out are 401', async () => {
  const { call, tokens } = await headerHost([AuthController], { session: () => 's1' })
  await tokens.revoke('amy', { session: 's1' })
  const { status, body } = await call('GET', '/own-filter/rooms', 'amy')
  expect([status, body]).toMatchObject([401, { own: 'LOGGED_OUT', inside: { error: 'LOGGED_OUT' } }])
})

test('a refused API key is an error in the log, and no browser is told of it', async () => {
  const { options } = await chatServer()
  const chat = ImkitChatModule.forRoot({
    ...options,
    apiKey: 'wrong',
    mode: issue(),
    identify: headerUser,
    onUnavailable: 'fail',
  })
  const { call, logs } = await host(chat, { controllers: [AuthController] })
  for (const [method, path] of [
    ['POST', '/decorated'],
    ['POST', '/login'],
    ['GET', '/rooms'],
    ['POST', '/chat/token'],
  ] as const) {
    const { status, headers, body } = await call(method, path, 'amy')
    expect([status, headers.get('retry-after')]).toEqual([503, expect.any(String)])
    expect(JSON.stringify(body)).not.toMatch(/key|serverUrl/i)
  }
  expect(logs.errors).toEqual([expect.stringContaining('refuses the API key')])
  expect(logs.warnings).toEqual([])
})

describe('identify', () => {
  test('that throws blocks neither a login nor a logout', async () => {
    const identify = () => {
      throw new Error('no database')
    }
    const { call } = await headerHost([AuthController], { identify })
    expect((await call('POST', '/decorated', 'amy')).body).toEqual({ chat: null })
  })

  test('that requires what only a login gives does not compile', () => {
    interface Result {
      user: { id: string }
    }
    const make = () => {
      ImkitChatModule.forRoot({ tokens: {} as never, identify: (_request, result?: Result) => result?.user })
      // @ts-expect-error at a logout and on the token route there is no result
      ImkitChatModule.forRoot({ tokens: {} as never, identify: (_request, result: Result) => result.user })
      ImkitChatModule.forRootAsync({
        // @ts-expect-error nor is there for options that come from a factory
        useFactory: () => ({ tokens: {} as never, identify: (_request: ChatRequest, result: Result) => result.user }),
      })
    }
    expect(make).not.toThrow()
  })
})
