import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import type { ChatTokens } from '@imkit-auth/core'
import { ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { listening, type ListeningApp, type OwnToken, OwnTokens } from '@imkit-auth/testkit'
import { Body, Controller, HttpCode, Inject, Post, Req, UnauthorizedException } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyRequest } from 'fastify'
import { AppModule, FeatureModule } from './app.js'

interface Login {
  user?: { id: string; name: string }
  own?: OwnToken | undefined
}

/** What @fastify/session adds, whose types would be in the way of express-session's. */
type Request = FastifyRequest & {
  session: Login & { sessionId: string; regenerate(): Promise<void>; destroy(): Promise<void> }
}

@Controller()
class AuthController {
  constructor(@Inject(OwnTokens) private readonly own: OwnTokens) {}

  @Post('login')
  @HttpCode(200)
  @ProvisionChatToken()
  async login(@Req() request: Request, @Body() { username, password }: { username: string; password: string }) {
    if (password !== 'chat') throw new UnauthorizedException()
    const { own: before } = request.session
    await request.session.regenerate()
    const user = { id: username, name: username }
    Object.assign(request.session, { user, own: this.own.begin({ id: username }, before) })
    return { user }
  }

  @Post('logout')
  @HttpCode(204)
  @RevokeChatToken()
  async logout(@Req() request: Request): Promise<void> {
    this.own.end(request.session.own)
    await request.session.destroy()
  }
}

/** The app of the binding contract, on Fastify. */
export async function startFastifyApp(tokens: ChatTokens, own = new OwnTokens(Date.now)): Promise<ListeningApp> {
  const chat = ImkitChatModule.forRoot({
    tokens,
    identify: ({ session }: Request) => session.user && { id: session.user.id, nickname: session.user.name },
  })
  const feature = {
    module: FeatureModule,
    controllers: [AuthController],
    providers: [{ provide: OwnTokens, useValue: own }],
  }
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: AppModule, imports: [chat, feature] },
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  )
  // Plugins come with the types of a Fastify of their own.
  const register = app.register.bind(app) as (plugin: unknown, options?: object) => Promise<unknown>
  await register(cookie)
  await register(fastifySession, {
    secret: 'a secret of at least thirty-two characters',
    cookie: { secure: false },
    saveUninitialized: false,
  })
  await app.listen(0, '127.0.0.1')
  const { url } = await listening(app.getHttpServer())
  const close = async () => {
    app.getHttpServer().closeAllConnections()
    await app.close()
  }
  return { url, close }
}
