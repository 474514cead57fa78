import { inspect, promisify } from 'node:util'
import { ChatToken, ImkitChatModule, ImkitChatService, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { issue, type ChatCredentials } from '@imkit-auth/core'
import { leakContract } from '@imkit-auth/testkit'
import { Canaries, lookAtObject, Sinks, type StartHuntedApp } from '@imkit-auth/testkit/leaks'
import { Body, Controller, Get, HttpCode, type LoggerService, Post, Req } from '@nestjs/common'
import type { Request } from 'express'
import { expect, it } from 'vitest'
import { AppModule, FeatureModule, listen } from './app.js'

@Controller()
class HuntedController {
  @Post('login')
  @HttpCode(200)
  @ProvisionChatToken()
  login(@Req() request: Request, @Body() { username }: { username: string }) {
    request.session.user = { id: username, name: username }
    return { welcome: true }
  }

  @Post('logout')
  @RevokeChatToken()
  async logout(@Req() request: Request) {
    await promisify(request.session.destroy.bind(request.session))()
    return { loggedOut: true }
  }

  @Get('rooms')
  rooms(@ChatToken() chat: ChatCredentials) {
    return { chat }
  }
}

/** Everything that Nest logs. */
class WrittenLog implements LoggerService {
  readonly lines: string[] = []
  readonly #write = (...args: unknown[]) => void this.lines.push(inspect(args, { depth: Infinity, showHidden: true }))
  log = this.#write
  warn = this.#write
  error = this.#write
  fatal = this.#write
}

const start: StartHuntedApp = async (tokens, { onUnavailable }) => {
  const identify = ({ session }: Request) => session.user && { id: session.user.id, nickname: session.user.name }
  const chat = ImkitChatModule.forRoot({ tokens, identify, onUnavailable })
  const controllers = { module: FeatureModule, controllers: [HuntedController] }
  const logger = new WrittenLog()
  const sessions: unknown[] = []
  const { app, url, close } = await listen({ module: AppModule, imports: [chat, controllers] }, { logger }, (nest) => {
    nest.use(({ session }: Request, _: unknown, next: () => void) => (sessions.push(session), next()))
  })
  return {
    url,
    close,
    paths: ['/rooms'],
    texts: () => ({ 'sessions of the host': JSON.stringify(sessions), 'log of Nest': logger.lines.join('\n') }),
    objects: {
      ImkitChatService: app.get(ImkitChatService),
      'ImkitChatModule.forRoot({ tokens })': chat,
    },
  }
}

leakContract(start, ['log of Nest'])

it('the module that forRoot makes of an API key shows no more of it than the tokens do', () => {
  const sinks = new Sinks()
  const canaries = new Canaries()
  const { value: apiKey } = canaries.apiKey
  const module = ImkitChatModule.forRoot({
    serverUrl: 'https://chat.example',
    apiKey,
    mode: issue(),
    identify: () => null,
  })
  lookAtObject(sinks, 'ImkitChatModule.forRoot({ apiKey })', module, { canaries, during: 'at any time' })
  expect(sinks.hits).toEqual([])
})
