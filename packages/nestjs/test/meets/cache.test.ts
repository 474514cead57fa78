import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { CacheInterceptor, CacheKey, CacheModule, CacheTTL } from '@nestjs/cache-manager'
import { Controller, Get, type ModuleMetadata, UseInterceptors } from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { describe, expect, test } from 'vitest'
import { liveTokens } from '../host.js'
import { chatOf, meet } from './neighbours.js'

let runs = 0

class Handlers {
  @Get('plain') plain() {
    return { run: ++runs }
  }
  @Get('login') @ProvisionChatToken() login() {
    return { run: ++runs }
  }
  @Get('rooms') rooms(@ChatToken() chat: ChatCredentials) {
    return { run: ++runs, chat }
  }
  @Get('logout') @RevokeChatToken() logout() {
    return { run: ++runs }
  }
  @Get('keyed-login') @CacheKey('login') @ProvisionChatToken() keyedLogin() {
    return { run: ++runs }
  }
  @Get('keyed-rooms') @CacheKey('rooms') keyedRooms(@ChatToken() chat: ChatCredentials) {
    return { run: ++runs, chat }
  }
  @Get('keyed-logout') @CacheKey('logout') @RevokeChatToken() keyedLogout() {
    return { run: ++runs }
  }
}

@Controller()
class PlainController extends Handlers {}

@Controller()
@UseInterceptors(CacheInterceptor)
@CacheTTL(60_000)
class CachedController extends Handlers {}

describe.each<[string, ModuleMetadata]>([
  [
    'of the whole app',
    { controllers: [PlainController], providers: [{ provide: APP_INTERCEPTOR, useClass: CacheInterceptor }] },
  ],
  ['of a controller', { controllers: [CachedController] }],
])('CacheInterceptor %s', (_where, neighbours) => {
  const start = () => meet({ ...neighbours, imports: [CacheModule.register({ ttl: 60_000 })] })

  test('keeps the answers of other handlers', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/plain', 'amy')
    expect((await call('GET', '/plain', 'bob')).body).toEqual(body)
  })

  test.each(['/login', '/rooms', '/keyed-login', '/keyed-rooms'])(
    'keeps no answer with a token: GET %s',
    async (path) => {
      const { call } = await start()
      const seen = []
      for (const user of ['amy', 'bob', 'amy']) {
        const { headers, body } = await call('GET', path, user)
        expect([body, headers.get('cache-control')]).toEqual([
          { run: expect.any(Number), chat: chatOf(user) },
          'no-store',
        ])
        seen.push((body as { run: number }).run)
      }
      expect(new Set(seen).size).toBe(3)
    },
  )

  test.each(['/logout', '/keyed-logout'])('keeps no logout, each one revokes: GET %s', async (path) => {
    const { call, emulator, tokens } = await start()
    const seen = []
    for (const id of ['amy', 'bob', 'amy']) {
      await tokens.provision({ id })
      const { body } = await call('GET', path, id)
      seen.push(body)
      expect(liveTokens(emulator, id)).toEqual([])
    }
    expect(new Set(seen.map((body) => JSON.stringify(body))).size).toBe(3)
  })
})
