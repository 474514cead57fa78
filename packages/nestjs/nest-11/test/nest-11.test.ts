import { createRequire } from 'node:module'
import { createChatTokens, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { ImkitChatModule } from '@imkit-auth/nestjs'
import { HttpAdapterHost, ModuleRef } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startApp } from '../../test/app.js'

describe('Nest 11 is what runs', () => {
  const { version } = createRequire(import.meta.resolve('@nestjs/core'))('@nestjs/core/package.json') as {
    version: string
  }

  test('here', () => {
    expect(version).toMatch(/^11\.2\./)
  })

  test('in the library: it injects classes of this Nest', () => {
    const injected = Reflect.getMetadata('self:paramtypes', ImkitChatModule) as { param: unknown }[]
    expect(injected.map(({ param }) => param)).toEqual(expect.arrayContaining([ModuleRef, HttpAdapterHost]))
  })

  test('in the app under the contract: its container knows these classes', async () => {
    const emulator = await startEmulator()
    const { url: serverUrl, apiKey } = emulator
    const tokens = createChatTokens({ serverUrl, apiKey, mode: issue() })
    const { app, close } = await startApp(tokens)
    onTestFinished(async () => {
      await close()
      await tokens.close()
      await emulator.close()
    })
    expect(app.get(ModuleRef)).toBeInstanceOf(ModuleRef)
    expect(app.getHttpAdapter()).toBeInstanceOf(ExpressAdapter)
  })
})
