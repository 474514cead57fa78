import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { RevokeChatToken } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  ForbiddenException,
  Post,
  Redirect,
  Res,
  StreamableFile,
  UseFilters,
  UseGuards,
} from '@nestjs/common'
import type { Response } from 'express'
import { map, timer } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { headerHost, liveTokens } from './host.js'

class Nobody implements CanActivate {
  canActivate(): boolean {
    return false
  }
}

@Controller('logout')
class AuthController {
  @Post('fine') @RevokeChatToken() fine() {
    return { bye: true }
  }

  @Post('guarded') @UseGuards(Nobody) @RevokeChatToken() guarded() {}

  @Post('forbidden') @RevokeChatToken() forbidden() {
    throw new ForbiddenException('Not from here.')
  }

  @Post('refused') @RevokeChatToken() refused(@Res({ passthrough: true }) response: ServerResponse) {
    response.statusCode = 409
  }

  @Post('broken') @RevokeChatToken() async broken() {
    throw new Error('the session store is down')
  }

  @Post('own') @RevokeChatToken() async own(@Res() response: ServerResponse) {
    await sleep(1)
    response.end('bye')
  }

  @Post('slow') @RevokeChatToken() slow() {
    return timer(100).pipe(map(() => ({ bye: true })))
  }

  @Post('redirect') @RevokeChatToken() redirect(@Res() response: Response) {
    response.redirect('/')
  }

  @Post('passed-through') @RevokeChatToken() passedThrough(@Res({ passthrough: true }) response: Response) {
    response.status(303).location('/')
  }

  @Post('redirected') @Redirect('/') @RevokeChatToken() redirected() {}

  @Post('status-code') @RevokeChatToken() statusCode() {
    throw Object.assign(new Error('no'), { statusCode: 409 })
  }

  @Post('made-a-success') @UseFilters(filter(200)) @RevokeChatToken() madeASuccess() {
    throw new ForbiddenException()
  }

  @Post('made-a-refusal') @UseFilters(filter(403)) @RevokeChatToken() madeARefusal() {
    throw new Error('a bug')
  }

  @Post('streamed') @RevokeChatToken() streamed() {
    return new StreamableFile(Readable.from(['good', 'bye']))
  }
}

/** Answers every error with this status. */
function filter(status: number) {
  @Catch()
  class StatusFilter implements ExceptionFilter {
    catch(_error: unknown, host: ArgumentsHost) {
      host.switchToHttp().getResponse<Response>().status(status).json({ status })
    }
  }
  return StatusFilter
}

async function loggedIn() {
  const started = await headerHost([AuthController])
  await started.tokens.provision({ id: 'amy' })
  return { ...started, live: () => liveTokens(started.emulator, 'amy').length }
}

describe('logout', () => {
  test('leaves the answer as it is, and the token is revoked by then', async () => {
    const { call, live } = await loggedIn()
    const { status, body } = await call('POST', '/logout/fine', 'amy')
    expect([status, body, live()]).toEqual([201, { bye: true }, 0])
  })

  test.each([
    ['/logout/guarded', 'by a guard', 403],
    ['/logout/forbidden', 'by an exception', 403],
    ['/logout/refused', 'by a status', 409],
    ['/logout/made-a-refusal', 'by an exception filter', 403],
  ])('%s, which is refused %s, revokes nothing', async (path, _how, expected) => {
    const { call, live } = await loggedIn()
    expect([(await call('POST', path, 'amy')).status, live()]).toEqual([expected, 1])
  })

  test('that breaks revokes the token all the same, and the error stays the host’s', async () => {
    const { call, live, logs } = await loggedIn()
    expect([(await call('POST', '/logout/broken', 'amy')).status, live()]).toEqual([500, 0])
    expect(String(logs.errors[0])).toContain('the session store is down')
  })

  test.each([
    ['/logout/own', 'that answers by itself', 201],
    ['/logout/redirect', 'that redirects by itself', 302],
    ['/logout/redirected', 'that redirects', 302],
    ['/logout/passed-through', 'whose redirect is passed through', 303],
    ['/logout/streamed', 'that streams', 201],
    ['/logout/made-a-success', 'whose error a filter makes a success', 200],
  ])('%s, %s, has revoked the token before its answer is complete', async (path, _how, status) => {
    const { call, live, logs } = await loggedIn()
    expect([(await call('POST', path, 'amy', { redirect: 'manual' })).status, live()]).toEqual([status, 0])
    expect([logs.warnings, logs.errors]).toEqual([[], []])
  })

  test('of an error that has only a statusCode goes by what Nest answers for it', async () => {
    const { call, live } = await loggedIn()
    const { status } = await call('POST', '/logout/status-code', 'amy')
    expect(live()).toBe(status >= 500 ? 0 : 1)
  })

  test('goes on whatever identify does', async () => {
    const identify = () => {
      throw new Error('no database')
    }
    const { call } = await headerHost([AuthController], { identify })
    expect((await call('POST', '/logout/fine', 'amy')).body).toEqual({ bye: true })
  })

  test('of a client that does not wait for the answer revokes the token', async () => {
    const { call, live } = await loggedIn()
    await expect(call('POST', '/logout/slow', 'amy', { signal: AbortSignal.timeout(30) })).rejects.toThrow(/timeout/)
    await eventually(() => expect(live()).toBe(0), 2_000)
  })

  test('with the chat server down is as good as ever', async () => {
    const { call, emulator, live } = await loggedIn()
    await emulator.accept(false)
    expect((await call('POST', '/logout/fine', 'amy')).status).toBe(201)
    await emulator.accept(true)
    await eventually(() => expect(live()).toBe(0))
  })
})

test('a decorator without its parentheses is refused when its class is made', () => {
  const decorate = RevokeChatToken as unknown as MethodDecorator
  expect(() => decorate(AuthController.prototype, 'fine', {})).toThrow(/write @RevokeChatToken\(\), with parentheses/)
})
