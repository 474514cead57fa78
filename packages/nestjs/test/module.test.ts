import {
  type ImkitChatModuleOptions,
  type ImkitChatOptionsFactory,
  ImkitChatModule,
  ImkitChatService,
} from '@imkit-auth/nestjs'
import { type DynamicModule, Inject, Injectable, VersioningType } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { FeatureModule } from './app.js'
import { chatServer, headerUser, host, tokensOf } from './host.js'

const SETTINGS = Symbol('settings')

/** Stands for an app's own configuration. */
const settingsModule: DynamicModule = {
  module: FeatureModule,
  providers: [{ provide: SETTINGS, useFactory: async () => (await chatServer()).options }],
  exports: [SETTINGS],
}

const amys = expect.objectContaining({ userId: 'amy' })

describe('forRoot', () => {
  test('takes the options of createChatTokens and of the binding in one object', async () => {
    const { options } = await chatServer()
    const { call } = await host(ImkitChatModule.forRoot({ ...options, identify: headerUser }))
    expect((await call('POST', '/chat/token', 'amy')).body).toEqual(amys)
  })

  test('names the option that is missing or wrong', async () => {
    const { options } = await chatServer()
    const identify = headerUser
    const start = (wrong: object) => host(ImkitChatModule.forRoot(wrong as ImkitChatModuleOptions))
    await expect(start({ ...options })).rejects.toThrow(/^identify must be/)
    await expect(start({ ...options, identify, mode: undefined })).rejects.toThrow(/^mode must be/)
    await expect(start({ tokens: {}, identify })).rejects.toThrow(/createChatTokens/)
    for (const path of ['', true, 7]) {
      expect(() => ImkitChatModule.forRoot({ ...options, identify, path } as never)).toThrow(/^path must be/)
    }
  })

  test('logs through Nest', async () => {
    const { emulator, options } = await chatServer()
    const { call, logs } = await host(ImkitChatModule.forRoot({ ...options, apiKey: 'wrong', identify: headerUser }))
    expect((await call('POST', '/chat/token', 'amy')).status).toBe(503)
    expect(logs.errors).toEqual([expect.stringContaining('refuses the API key')])
    expect(emulator.clients()).toEqual([])
  })
})

describe('forRootAsync', () => {
  test('takes a factory with what it injects, and the path beside it', async () => {
    const chat = ImkitChatModule.forRootAsync({
      imports: [settingsModule],
      inject: [SETTINGS],
      path: 'im/token',
      useFactory: async (settings: Awaited<ReturnType<typeof chatServer>>['options']) => ({
        ...settings,
        identify: headerUser,
      }),
    })
    const { call } = await host(chat)
    expect((await call('POST', '/im/token', 'amy')).body).toEqual(amys)
    expect((await call('POST', '/chat/token', 'amy')).status).toBe(404)
  })

  test('takes a class', async () => {
    @Injectable()
    class Settings implements ImkitChatOptionsFactory {
      constructor(@Inject(SETTINGS) private readonly settings: Awaited<ReturnType<typeof chatServer>>['options']) {}
      createImkitChatOptions() {
        return { tokens: tokensOf(this.settings), identify: headerUser }
      }
    }
    const { call } = await host(ImkitChatModule.forRootAsync({ imports: [settingsModule], useClass: Settings }))
    expect((await call('POST', '/chat/token', 'amy')).body).toEqual(amys)
  })

  test('says that a path comes too late from the factory, and that nothing came from it', async () => {
    const { options } = await chatServer()
    const late = { ...options, identify: headerUser, path: 'im/token' }
    await expect(host(ImkitChatModule.forRootAsync({ useFactory: () => late }))).rejects.toThrow(/^path must be given/)
    const nothing = () => undefined as never
    await expect(host(ImkitChatModule.forRootAsync({ useFactory: nothing }))).rejects.toThrow(/useFactory returns it/)
  })
})

describe('the token route', () => {
  async function binding() {
    return { tokens: tokensOf((await chatServer()).options), identify: headerUser }
  }

  test('is where path says, with the app’s prefix and without its versions', async () => {
    const chat = ImkitChatModule.forRoot({ ...(await binding()), path: 'im/token' })
    const { call } = await host(chat, {
      prepare: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    })
    expect((await call('POST', '/api/im/token', 'amy')).body).toEqual(amys)
  })

  test('is nowhere with path: false, and the service is still there', async () => {
    const { app, call } = await host(ImkitChatModule.forRoot({ ...(await binding()), path: false }))
    expect((await call('POST', '/chat/token', 'amy')).status).toBe(404)
    expect(app.get(ImkitChatService, { strict: false })).toBeInstanceOf(ImkitChatService)
  })

  test('answers other methods itself, and listed origins with CORS', async () => {
    const origins = ['https://app.example.com']
    const { call } = await host(ImkitChatModule.forRoot({ ...(await binding()), origins }))
    const get = await call('GET', '/chat/token', 'amy')
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    const preflight = await call('OPTIONS', '/chat/token', undefined, {
      headers: { origin: 'https://app.example.com' },
    })
    expect([preflight.status, preflight.body]).toEqual([204, ''])
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
  })

  test.each([true, false])('reads its body with bodyParser: %s', async (bodyParser) => {
    const { call } = await host(ImkitChatModule.forRoot(await binding()), { bodyParser })
    const post = (body: string) =>
      call('POST', '/chat/token', 'amy', { body, headers: { 'content-type': 'application/json' } })
    expect((await post('{}')).status).toBe(200)
    expect((await call('POST', '/chat/token', 'amy')).status).toBe(200)
    expect((await post('{"invalid": 7}')).status).toBe(400)
    expect((await post('{')).status).toBe(400)
  })

  test('leaves an error of the app’s own to the app', async () => {
    const identify = () => {
      throw new Error('the user store is down')
    }
    const { call, logs } = await host(ImkitChatModule.forRoot({ ...(await binding()), identify }))
    expect((await call('POST', '/chat/token')).status).toBe(500)
    expect(String(logs.errors[0])).toContain('the user store is down')
  })
})
