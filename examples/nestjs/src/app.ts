import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { ChatCredentials, ChatTokens } from '@imkit-auth/core'
import { ChatToken, ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { Body, Controller, Get, HttpCode, Module, Post, Req, UnauthorizedException } from '@nestjs/common'
import type { INestApplication, MiddlewareConsumer, NestModule } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Request } from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string }
  }
}

const USERS = ['Amy', 'Bob', 'Cleo'].map((name) => ({ id: name.toLowerCase(), name }))
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

@Controller()
class AuthController {
  @Post('login')
  @HttpCode(200)
  @ProvisionChatToken()
  async login(@Req() request: Request, @Body() body: { username?: string; password?: string } = {}) {
    const user = USERS.find(({ id }) => id === body.username)
    if (!user || body.password !== PASSWORD) throw new UnauthorizedException('Wrong name or password.')
    await promisify(request.session.regenerate.bind(request.session))()
    request.session.user = user
    return { user } // the answer gains `chat`
  }

  @Post('logout')
  @HttpCode(204)
  @RevokeChatToken()
  async logout(@Req() request: Request): Promise<void> {
    await promisify(request.session.destroy.bind(request.session))()
  }

  @Get('chat-server')
  chatServer(@ChatToken() chat: ChatCredentials): string {
    return `${chat.userId} is in the chat at ${chat.serverUrl}`
  }
}

/** An app with a login of its own. What the chat takes are the lines with `Chat` and `chat`. */
export function createApp(tokens: ChatTokens): Promise<INestApplication> {
  const identify = ({ session: { user } }: Request) => user && { id: user.id, nickname: user.name }
  const chat = ImkitChatModule.forRoot({ tokens, identify })

  @Module({ imports: [chat], controllers: [AuthController] })
  class AppModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      const secret = randomBytes(32).toString('hex')
      const cookie = { sameSite: 'lax' } as const
      consumer.apply(session({ secret, cookie, resave: false, saveUninitialized: false })).forRoutes('{*path}')
    }
  }
  return NestFactory.create(AppModule, { logger: ['error', 'warn'] })
}
