import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChatRequest, ProvisionChatToken } from '@imkit-auth/nestjs'
import {
  Body,
  Controller,
  HttpCode,
  type INestApplication,
  Post,
  Redirect,
  Req,
  Res,
  StreamableFile,
  UnauthorizedException,
} from '@nestjs/common'
import type { Response } from 'express'
import { from } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { eventually } from '@imkit-auth/testkit'
import { headerHost, liveTokens } from './host.js'

const credentials = expect.objectContaining({ userId: 'amy', token: expect.any(String) })

/** Keeps what handlers leave in `request.chat`. */
function keepChat(kept: unknown[]) {
  return (app: INestApplication) =>
    app.use((request: ChatRequest, response: ServerResponse, next: () => void) => {
      response.once('finish', () => kept.push(request.chat))
      next()
    })
}

describe('a handler that authenticates inside itself', () => {
  @Controller()
  class AuthController {
    @Post('login')
    @HttpCode(200)
    @ProvisionChatToken()
    async login(@Body() { username, password }: Record<string, string>) {
      if (password !== 'chat') throw new UnauthorizedException()
      return { user: { id: username } }
    }
  }
  const identify = (_request: ChatRequest, result?: { user: { id: string } }) => result?.user
  const login = (password: string) => ({
    body: JSON.stringify({ username: 'amy', password }),
    headers: { 'content-type': 'application/json' },
  })

  test('gets credentials for the user it returned', async () => {
    const { call } = await headerHost([AuthController], { identify })
    const { status, body } = await call('POST', '/login', undefined, login('chat'))
    expect([status, body]).toEqual([200, { user: { id: 'amy' }, chat: credentials }])
  })

  test('gets none for a login that it refused', async () => {
    const { call, emulator } = await headerHost([AuthController], { identify })
    expect((await call('POST', '/login', undefined, login('wrong'))).status).toBe(401)
    expect(emulator.requests()).toEqual([])
  })

  test('that is not found by identify answers chat: null, and one warning says why', async () => {
    const { call, logs } = await headerHost([AuthController])
    const { status, body } = await call('POST', '/login', undefined, login('chat'))
    await call('POST', '/login', undefined, login('chat'))
    expect([status, body]).toEqual([200, { user: { id: 'amy' }, chat: null }])
    expect(logs.warnings).toEqual([expect.stringMatching(/^AuthController\.login .*identify\(request, result\)/)])
  })
})

describe('what a handler returns', () => {
  class Account {
    readonly name = 'Amy'
  }

  @Controller()
  class AuthController {
    @Post('nothing') @ProvisionChatToken() nothing() {}
    @Post('null') @ProvisionChatToken() null() {
      return null
    }
    @Post('observable') @ProvisionChatToken() observable() {
      return from([{ n: 1 }, { n: 2 }])
    }
    @Post('bare') @ProvisionChatToken() bare() {
      return Object.assign(Object.create(null) as object, { n: 1 })
    }
    @Post('text') @ProvisionChatToken() text() {
      return 'hello'
    }
    @Post('list') @ProvisionChatToken() list() {
      return [1]
    }
    @Post('entity') @ProvisionChatToken() entity() {
      return new Account()
    }
    @Post('stream') @ProvisionChatToken() stream() {
      return new StreamableFile(Readable.from(['hello']))
    }
  }

  test.each([
    ['/nothing', { chat: credentials }],
    ['/null', { chat: credentials }],
    ['/bare', { n: 1, chat: credentials }],
  ])('gains chat: %s', async (path, expected) => {
    const { call, logs } = await headerHost([AuthController])
    expect((await call('POST', path, 'amy')).body).toEqual(expected)
    expect(logs.warnings).toEqual([])
  })

  test('gains chat once, when it is an Observable of several values', async () => {
    const { call, emulator } = await headerHost([AuthController])
    expect((await call('POST', '/observable', 'amy')).body).toEqual({ n: 2, chat: credentials })
    expect(emulator.requests()).toHaveLength(1)
  })

  test.each([
    ['/text', 'hello'],
    ['/list', [1]],
    ['/entity', { name: 'Amy' }],
    ['/stream', 'hello'],
  ])(
    'stays as it is when it is no plain object, and request.chat holds the credentials: %s',
    async (path, expected) => {
      const kept: unknown[] = []
      const { call, logs } = await headerHost([AuthController], {}, { prepare: keepChat(kept) })
      expect((await call('POST', path, 'amy')).body).toEqual(expected)
      await call('POST', path, 'amy')
      await eventually(() => expect(kept).toEqual([credentials, credentials]))
      expect(logs.warnings).toEqual([expect.stringContaining('request.chat')])
    },
  )
})

describe('a response of the handler’s own', () => {
  @Controller()
  class AuthController {
    @Post('refused')
    @ProvisionChatToken()
    refused(@Res({ passthrough: true }) response: ServerResponse) {
      response.statusCode = 401
      return { error: 'Wrong password.' }
    }

    @Post('cookie')
    @ProvisionChatToken()
    cookie(@Res({ passthrough: true }) response: ServerResponse) {
      response.setHeader('x-seen', 'yes')
    }

    @Post('own')
    @ProvisionChatToken()
    async own(@Req() _request: ChatRequest, @Res() response: ServerResponse) {
      await sleep(1)
      response.end('mine')
    }
  }

  test('that refuses the login provisions nothing, whoever was logged in before', async () => {
    const { call, emulator } = await headerHost([AuthController])
    const { status, body } = await call('POST', '/refused', 'amy')
    expect([status, body]).toEqual([401, { error: 'Wrong password.' }])
    expect(emulator.requests()).toEqual([])
  })

  test('gains chat when it is passed through', async () => {
    const { call } = await headerHost([AuthController])
    const { headers, body } = await call('POST', '/cookie', 'amy')
    expect([headers.get('x-seen'), body]).toEqual(['yes', { chat: credentials }])
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('that is already sent gets its credentials too late, and one warning says so', async () => {
    const { call, emulator, logs } = await headerHost([AuthController])
    expect((await call('POST', '/own', 'amy')).body).toBe('mine')
    await call('POST', '/own', 'amy')
    await eventually(() => expect(liveTokens(emulator, 'amy')).toHaveLength(1))
    expect(logs.warnings).toEqual([expect.stringContaining('@Res({ passthrough: true })')])
    expect(logs.errors).toEqual([])
  })
})

describe('a handler that redirects', () => {
  @Controller()
  class AuthController {
    @Post('by-decorator') @Redirect('/home') @ProvisionChatToken() byDecorator() {}
    @Post('by-result') @Redirect('/home') @ProvisionChatToken() byResult() {
      return { url: '/elsewhere', statusCode: 303 }
    }
    @Post('by-itself') @ProvisionChatToken() byItself(@Res() response: Response) {
      response.redirect('/home')
    }
    @Post('passed-through') @ProvisionChatToken() passedThrough(@Res({ passthrough: true }) response: Response) {
      response.status(302).location('/home')
    }
  }

  test.each([
    ['/by-decorator', 302, '/home'],
    ['/by-result', 303, '/elsewhere'],
    ['/by-itself', 302, '/home'],
    ['/passed-through', 302, '/home'],
  ])('%s answers %i to %s as ever, without a warning, and its next page gets the token', async (path, status, to) => {
    const { call, logs } = await headerHost([AuthController])
    const answer = await call('POST', path, 'amy', { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([status, to])
    expect(JSON.stringify(answer.body)).not.toContain('token')
    expect((await call('POST', '/chat/token', 'amy')).body).toEqual(credentials)
    expect([logs.warnings, logs.errors]).toEqual([[], []])
  })
})

describe('without a chat server', () => {
  @Controller()
  class AuthController {
    @Post('login') @ProvisionChatToken() login() {
      return { welcome: true }
    }
  }

  test('the login goes on with chat: null', async () => {
    const { call, emulator, logs } = await headerHost([AuthController])
    await emulator.accept(false)
    const { status, body } = await call('POST', '/login', 'amy')
    expect([status, body]).toEqual([201, { welcome: true, chat: null }])
    expect(logs.warnings).toEqual([])
  })

  test("onUnavailable: 'fail' answers 503 with Retry-After", async () => {
    const { call, emulator } = await headerHost([AuthController], { onUnavailable: 'fail' })
    await emulator.accept(false)
    const { status, headers, body } = await call('POST', '/login', 'amy')
    expect([status, body]).toEqual([503, expect.objectContaining({ error: 'UNAVAILABLE' })])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no database')
      },
    ],
    ['finds a user whom no chat server could know', () => ({ id: '..' }) as never],
    ['finds no user, but something', () => 42 as never],
  ])('the login goes on when identify %s', async (_how, identify) => {
    const { call } = await headerHost([AuthController], { identify })
    const { status, body } = await call('POST', '/login')
    expect([status, body]).toEqual([201, { welcome: true, chat: null }])
  })
})
