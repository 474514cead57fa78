import { ImkitChatService, ProvisionChatToken } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import { Body, Controller, Inject, Post, UnauthorizedException } from '@nestjs/common'
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs'
import { expect, test } from 'vitest'
import { liveTokens } from '../host.js'
import { chatOf, meet } from './neighbours.js'

class LoginCommand {
  constructor(
    readonly username: string,
    readonly password: string,
  ) {}
}

@CommandHandler(LoginCommand)
class LoginHandler implements ICommandHandler<LoginCommand> {
  async execute({ username, password }: LoginCommand) {
    if (password !== 'chat') throw new UnauthorizedException()
    return { user: { id: username } }
  }
}

class BlockUserCommand {
  constructor(readonly userId: string) {}
}

@CommandHandler(BlockUserCommand)
class BlockUserHandler implements ICommandHandler<BlockUserCommand> {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  async execute({ userId }: BlockUserCommand) {
    return this.chat.tokens.revokeEverywhere(userId)
  }
}

class UserRenamedEvent {
  constructor(
    readonly userId: string,
    readonly name: string,
  ) {}
}

@EventsHandler(UserRenamedEvent)
class UserRenamedHandler implements IEventHandler<UserRenamedEvent> {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  async handle({ userId, name }: UserRenamedEvent) {
    await this.chat.tokens.updateProfile({ id: userId, nickname: name })
  }
}

@Controller()
class AuthController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Post('login')
  @ProvisionChatToken()
  login(@Body() { username, password }: { username: string; password: string }): Promise<object> {
    return this.commands.execute(new LoginCommand(username, password))
  }
}

const start = () =>
  meet(
    {
      imports: [CqrsModule.forRoot()],
      providers: [LoginHandler, BlockUserHandler, UserRenamedHandler],
      controllers: [AuthController],
    },
    { identify: (_request: object, result?: { user: { id: string } }) => result?.user },
  )

test('a command handler ends the chat sessions of a user', async () => {
  const { app, emulator, tokens } = await start()
  await tokens.provision({ id: 'amy' })
  expect(await app.get(CommandBus).execute(new BlockUserCommand('amy'))).toBe('confirmed')
  expect(liveTokens(emulator, 'amy')).toEqual([])
})

test('an event handler passes on a new name', async () => {
  const { app, emulator, tokens } = await start()
  await tokens.provision({ id: 'amy', nickname: 'Amy' })
  app.get(EventBus).publish(new UserRenamedEvent('amy', 'Amy Pond'))
  await eventually(() => expect(emulator.clients()).toMatchObject([{ _id: 'amy', nickname: 'Amy Pond' }]))
})

test('a login that dispatches a command has chat once the command has logged somebody in', async () => {
  const { call, emulator } = await start()
  const login = (password: string) =>
    call('POST', '/login', undefined, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'amy', password }),
    })
  expect((await login('wrong')).status).toBe(401)
  expect(emulator.requests()).toEqual([])
  expect((await login('chat')).body).toEqual({ user: { id: 'amy' }, chat: chatOf('amy') })
})
