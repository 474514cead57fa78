import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ProvisionChatToken } from '@imkit-auth/nestjs'
import {
  Body,
  type CallHandler,
  ClassSerializerInterceptor,
  Controller,
  type ExecutionContext,
  Post,
  ValidationPipe,
} from '@nestjs/common'
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core'
import { Exclude, Expose } from 'class-transformer'
import { IsString } from 'class-validator'
import { delay, map, type OperatorFunction } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { chatOf, meet } from './neighbours.js'

const serializer = { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }

class Login {
  name = 'Amy'
  @Exclude() password = 'secret'
  chat: ChatCredentials | null = null
}

/** As TypeScript compiles `@Expose() chat?: ChatCredentials` without class fields: all there is of it is metadata. */
class DecoratedLogin {
  name = 'Amy'
}
Expose()(DecoratedLogin.prototype, 'chat')
Reflect.defineMetadata('design:type', Object, DecoratedLogin.prototype, 'chat')

@Exclude()
class ClosedLogin {
  @Expose() name = 'Amy'
  chat: ChatCredentials | null = null
}

@Exclude()
class OpenLogin {
  @Expose() name = 'Amy'
  password = 'secret'
  @Expose() chat: ChatCredentials | null = null
}

class PrivateLogin {
  readonly #name = 'Amy'
  chat: ChatCredentials | null = null
  @Expose() get name() {
    return this.#name
  }
  toJSON() {
    return { name: this.#name, chat: this.chat }
  }
}

const shared = new Login()

/** What an interceptor does that changes only what comes out. */
const around = (operator: OperatorFunction<unknown, unknown>) => (_context: ExecutionContext, next: CallHandler) =>
  next.handle().pipe(operator)

class Message {
  @IsString() text = ''
}

@Controller()
class AuthController {
  @Post('login') @ProvisionChatToken() login() {
    return new Login()
  }
  @Post('decorated') @ProvisionChatToken() decorated() {
    return new DecoratedLogin()
  }
  @Post('open') @ProvisionChatToken() open() {
    return new OpenLogin()
  }
  @Post('private') @ProvisionChatToken() private() {
    return new PrivateLogin()
  }
  @Post('closed') @ProvisionChatToken() closed() {
    return new ClosedLogin()
  }
  @Post('shared') @ProvisionChatToken() shared() {
    return shared
  }
  @Post('plain') @ProvisionChatToken() plain() {
    return { welcome: true }
  }
  @Post('messages') send(@Body() { text }: Message, @ChatToken() chat: ChatCredentials) {
    return { text, chat }
  }
}

describe('ClassSerializerInterceptor', () => {
  const serialized = { controllers: [AuthController], providers: [serializer] }

  test.each(['/login', '/decorated', '/open', '/private'])(
    'leaves chat in a class that has room for it, and takes out what is excluded: %s',
    async (path) => {
      const { call, logs } = await meet(serialized)
      expect((await call('POST', path, 'amy')).body).toEqual({ name: 'Amy', chat: chatOf('amy') })
      expect(logs.warnings).toEqual([])
    },
  )

  test('never finds one user’s token in an instance that the handler hands out to all', async () => {
    // Others log in before an answer is serialized.
    const slow = { provide: APP_INTERCEPTOR, useValue: { intercept: around(delay(100)) } }
    const { call } = await meet({ ...serialized, providers: [serializer, slow] })
    const users = ['amy', 'bob', 'eve', undefined]
    const answers = await Promise.all(users.map((user) => call('POST', '/shared', user)))
    expect(answers.map(({ body }) => body)).toEqual(
      users.map((user) => ({ name: 'Amy', chat: user === undefined ? null : chatOf(user) })),
    )
    await call('POST', '/shared', 'amy')
    expect(shared).toEqual(new Login())
  })

  test('that takes chat out, since its class exposes others only, gets one warning that names the handler', async () => {
    const { call, logs } = await meet(serialized)
    for (const user of ['amy', 'bob']) {
      expect((await call('POST', '/closed', user)).body).toEqual({ name: 'Amy' })
    }
    expect(logs.warnings).toEqual([expect.stringMatching(/^AuthController\.closed answers without chat.*@Expose\(\)/)])
  })
})

test('an interceptor that wraps every answer has chat inside, and no warning', async () => {
  const wrapped = map((data: unknown) => ({ data }))
  const transform = { provide: APP_INTERCEPTOR, useValue: { intercept: around(wrapped) } }
  const { call, logs } = await meet({ controllers: [AuthController], providers: [transform, serializer] })
  const { body } = await call('POST', '/plain', 'amy')
  expect(body).toEqual({ data: { welcome: true, chat: chatOf('amy') } })
  expect((await call('POST', '/login', 'amy')).body).toEqual({ data: { name: 'Amy', chat: chatOf('amy') } })
  expect(logs.warnings).toEqual([])
})

test('a class with private fields and a JSON of its own has chat without a serializer too', async () => {
  const { call, logs } = await meet({ controllers: [AuthController] })
  expect((await call('POST', '/private', 'amy')).body).toEqual({ name: 'Amy', chat: chatOf('amy') })
  expect(logs.warnings).toEqual([])
})

test('an interceptor that fails after the login gets no warning that it has taken chat out', async () => {
  const broken = map(() => {
    throw new Error('a bug')
  })
  const failing = { provide: APP_INTERCEPTOR, useValue: { intercept: around(broken) } }
  const { call, logs } = await meet({ controllers: [AuthController], providers: [failing] })
  expect((await call('POST', '/plain', 'amy')).status).toBe(500)
  expect(logs.warnings).toEqual([])
})

test('a strict global ValidationPipe checks the body, and leaves @ChatToken() alone', async () => {
  const pipe = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true })
  const validated = { controllers: [AuthController], providers: [{ provide: APP_PIPE, useValue: pipe }] }
  const { call } = await meet(validated)
  const send = (body: object) =>
    call('POST', '/messages', 'amy', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await send({ text: 'hi' })).body).toEqual({ text: 'hi', chat: chatOf('amy') })
  expect((await send({ text: 'hi', more: 1 })).status).toBe(400)
})
