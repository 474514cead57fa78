import { createRequire } from 'node:module'
import { createChatTokens, issue } from '@imkit-auth/core'
import { startEmulator } from '@imkit-auth/emulator'
import { imkitChat } from '@imkit-auth/express'
import { listening } from '@imkit-auth/testkit'
import express, { type RequestHandler } from 'express'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startApp } from '../../test/app.js'

describe('Express 4 is what runs', () => {
  let tokens: ReturnType<typeof createChatTokens>

  beforeEach(async () => {
    const emulator = await startEmulator()
    const { url: serverUrl, apiKey } = emulator
    tokens = createChatTokens({ serverUrl, apiKey, mode: issue() })
    return async () => {
      await tokens.close()
      await emulator.close()
    }
  })

  test('here', () => {
    const { version } = createRequire(import.meta.url)('express/package.json') as { version: string }
    expect(version).toMatch(/^4\./)
  })

  test('in the app under the contract: its requests are those of this Express', async () => {
    const { app, close } = await startApp(tokens)
    onTestFinished(async () => void (await close()))
    expect(Object.getPrototypeOf(app.request)).toBe(express.request)
  })

  test('in the library: it is handed requests of this Express', async () => {
    const seen: unknown[] = []
    const chat = imkitChat(tokens, { identify: (req) => void seen.push(req) })
    // The workspace compiles the library with the types of Express 5; `npm run check:packages` does it with those of 4.
    const route = chat.token() as unknown as RequestHandler
    const { url, close } = await listening(express().post('/chat/token', route).listen(0, '127.0.0.1'))
    onTestFinished(async () => void (await close()))
    expect((await fetch(`${url}/chat/token`, { method: 'POST' })).status).toBe(401)
    expect(seen.map((req) => Object.prototype.isPrototypeOf.call(express.request, req as object))).toEqual([true])
  })
})
