import { promisify } from 'node:util'
import { ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { Browser } from '@imkit-auth/testkit'
import { Controller, HttpCode, Post, Req } from '@nestjs/common'
import type { Request } from 'express'
import { expect, test } from 'vitest'
import { chatServer, host, liveTokens, tokensOf } from './host.js'

@Controller()
class AuthController {
  /** Begins a new session, as passport's guards do, also for a user who has one. */
  @Post('login')
  @HttpCode(200)
  @ProvisionChatToken()
  async login(@Req() request: Request) {
    await promisify(request.session.regenerate.bind(request.session))()
    request.session.user = { id: 'amy', name: 'Amy' }
    return {}
  }

  @Post('logout')
  @HttpCode(204)
  @RevokeChatToken()
  async logout(@Req() request: Request) {
    await promisify(request.session.destroy.bind(request.session))()
  }
}

test("with scope 'session', nothing of a session is left after its logout, though a login changed its id", async () => {
  const { emulator, options } = await chatServer()
  const tokens = tokensOf({ ...options, scope: 'session' })
  const identify = ({ session: { user } }: Request) => user && { id: user.id, nickname: user.name }
  const { app } = await host(ImkitChatModule.forRoot({ tokens, identify }), { controllers: [AuthController] })
  const browser = new Browser(await app.getUrl())
  await browser.post('/login')
  const { json } = await browser.post('/login')
  expect(json.chat).toMatchObject({ userId: 'amy' })
  expect(liveTokens(emulator, 'amy')).toHaveLength(1)
  await browser.post('/logout')
  expect(liveTokens(emulator, 'amy')).toEqual([])
})
