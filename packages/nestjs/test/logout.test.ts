import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { RevokeChatToken } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import { type CanActivate, Controller, ForbiddenException, Post, Res, UseGuards } from '@nestjs/common'
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
  ])('%s, which is refused %s, revokes nothing', async (path, _how, expected) => {
    const { call, live } = await loggedIn()
    expect([(await call('POST', path, 'amy')).status, live()]).toEqual([expected, 1])
  })

  test('that breaks revokes the token all the same, and the error stays the host’s', async () => {
    const { call, live, logs } = await loggedIn()
    expect([(await call('POST', '/logout/broken', 'amy')).status, live()]).toEqual([500, 0])
    expect(String(logs.errors[0])).toContain('the session store is down')
  })

  test('that answers by itself revokes the token once its promise resolves', async () => {
    const { call, live } = await loggedIn()
    expect((await call('POST', '/logout/own', 'amy')).body).toBe('bye')
    await eventually(() => expect(live()).toBe(0))
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
