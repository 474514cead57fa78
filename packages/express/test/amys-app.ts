import type { ChatCredentials, ChatTokens } from '@imkit-auth/core'
import { type ImkitChat, imkitChat, type ImkitChatOptions } from '@imkit-auth/express'
import { World } from '@imkit-auth/testkit'
import express, { type Express } from 'express'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Seen } from './sites.js'
import { type Answer, PATIENCE, Web } from './web.js'

export const AMY = { id: 'amy', nickname: 'Amy' }

/** Where the app is, and finds its own pages. */
export const OWN = ['http://localhost', 'http://app.test', 'http://app.test:5173', 'https://app.test']

/** A web with an app in it, another one for each test. */
export class AmysWeb {
  web!: Web
  world!: World
  tokens!: ChatTokens

  /** Registers what makes and ends it, for the tests of one `describe`. */
  static forTests(): AmysWeb {
    const amys = new AmysWeb()
    beforeAll(async () => {
      amys.web = await Web.open()
    }, PATIENCE)
    afterAll(() => amys.web.close(), PATIENCE)
    beforeEach(async () => {
      amys.world = await World.create()
      amys.tokens = amys.world.instance({ deadline: PATIENCE }).tokens
    })
    afterEach(async () => {
      await amys.web.clear()
      await amys.world.end()
    }, PATIENCE)
    return amys
  }

  /**
   * An app on whose page everybody is Amy, by a cookie or by an `Authorization` of hers. It leaves it to the browser where
   * her cookie goes, as apps have to whose pages are on several sites: so nothing but the token route keeps others out.
   */
  app(options: Partial<ImkitChatOptions> = {}): { app: Express; chat: ImkitChat } {
    const app = express()
    const chat = imkitChat(this.tokens, {
      identify: ({ headers }) => (headers.cookie === 'user=amy' || headers.authorization === 'Bearer amy' ? AMY : null),
      ...options,
    })
    app.get('/', (req, res) => {
      res.cookie('user', 'amy', req.secure ? { secure: true, sameSite: 'none' } : {})
      res.send('<!doctype html>')
    })
    app.all('/chat/token', chat.token())
    return { app, chat }
  }

  serve(options: Partial<ImkitChatOptions> = {}): void {
    this.web.sites.serve(this.app(options).app, ...OWN)
  }

  /** What came for tokens. */
  seen(): Seen[] {
    return this.web.sites.seen('/chat/token')
  }

  /** What the chat server was asked. */
  calls(): string[] {
    return this.world.emulator.requests().map(({ method, path }) => `${method} ${path}`)
  }
}

/** What an answer of 200 holds. */
export function credentialsIn(answer: Answer | 'blocked'): ChatCredentials {
  expect(answer).toMatchObject({ status: 200 })
  return JSON.parse((answer as Answer).text)
}
