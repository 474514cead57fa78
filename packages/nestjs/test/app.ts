import { promisify } from 'node:util'
import type { ChatTokens } from '@imkit-auth/core'
import { ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { listening, type ListeningApp, type OwnToken, OwnTokens } from '@imkit-auth/testkit'
import {
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  HttpCode,
  Inject,
  Injectable,
  type INestApplication,
  type NestApplicationOptions,
  Post,
  Req,
  type Type,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Request } from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user?: { id: string; name: string }
    own?: OwnToken
  }
}

/** Lets in who knows the password, with a new session id, as passport's guards do. */
@Injectable()
class PasswordGuard implements CanActivate {
  constructor(@Inject(OwnTokens) private readonly own: OwnTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>()
    const { username, password } = request.body
    if (password !== 'chat') throw new UnauthorizedException()
    const { own: before } = request.session
    await promisify(request.session.regenerate.bind(request.session))()
    request.session.user = { id: username, name: username }
    request.session.own = this.own.begin({ id: username }, before)
    return true
  }
}

@Controller()
class AuthController {
  constructor(@Inject(OwnTokens) private readonly own: OwnTokens) {}

  @Post('login')
  @HttpCode(200)
  @UseGuards(PasswordGuard)
  @ProvisionChatToken()
  login(@Req() request: Request) {
    return { user: request.session.user }
  }

  @Post('logout')
  @HttpCode(204)
  @RevokeChatToken()
  async logout(@Req() request: Request): Promise<void> {
    this.own.end(request.session.own)
    await promisify(request.session.destroy.bind(request.session))()
  }
}

// What is in these modules is given where they are imported.
// oxlint-disable-next-line typescript/no-extraneous-class
export class AppModule {}

/** A module of the app that imports nothing of the chat's. */
// oxlint-disable-next-line typescript/no-extraneous-class
export class FeatureModule {}

export interface RunningApp extends ListeningApp {
  readonly app: INestApplication
}

/** Starts a module on a free port, with express-session and without Nest's log lines. */
export async function listen(
  module: Type<unknown> | DynamicModule,
  options: NestApplicationOptions = {},
  prepare: (app: INestApplication) => unknown = () => {},
): Promise<RunningApp> {
  const app = await NestFactory.create(module, { logger: false, abortOnError: false, ...options })
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
  prepare(app)
  await app.listen(0, '127.0.0.1')
  const { url } = await listening(app.getHttpServer())
  const close = async () => {
    app.getHttpServer().closeAllConnections()
    await app.close()
  }
  return { app, url, close }
}

/** The app of the binding contract. */
export function startApp(tokens: ChatTokens, own = new OwnTokens(Date.now)): Promise<RunningApp> {
  const chat = ImkitChatModule.forRoot({
    tokens,
    // Express's own request type, which knows the session, fits as well.
    identify: ({ session: { user } }: Request) => user && { id: user.id, nickname: user.name },
  })
  const feature = {
    module: FeatureModule,
    controllers: [AuthController],
    providers: [{ provide: OwnTokens, useValue: own }],
  }
  return listen({ module: AppModule, imports: [chat, feature] })
}
