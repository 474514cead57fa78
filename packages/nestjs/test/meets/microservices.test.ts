import type { AddressInfo, Server } from 'node:net'
import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ImkitChatModule, ImkitChatService, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import { Controller, Inject, type INestMicroservice } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices'
import { lastValueFrom } from 'rxjs'
import { expect, onTestFinished, test } from 'vitest'
import { AppModule } from '../app.js'
import { chatServer, headerUser, liveTokens, Logs } from '../host.js'
import { meet } from './neighbours.js'

const ran: string[] = []

@Controller()
class AccountController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @MessagePattern('login')
  @ProvisionChatToken()
  login() {
    ran.push('login')
    return { welcome: true }
  }

  @MessagePattern('logout')
  @RevokeChatToken()
  logout() {
    ran.push('logout')
    return { bye: true }
  }

  @MessagePattern('rooms')
  rooms(@ChatToken() chat: ChatCredentials) {
    ran.push('rooms')
    return { chat }
  }

  @EventPattern('logged-in')
  @ProvisionChatToken()
  loggedIn(@Payload() _event: unknown) {
    ran.push('logged-in')
  }

  @EventPattern('logged-out')
  @RevokeChatToken()
  loggedOut(@Payload() _event: unknown) {
    ran.push('logged-out')
  }

  @MessagePattern('blocked')
  blocked(@Payload() { id }: { id: string }) {
    return this.chat.tokens.revokeEverywhere(id)
  }

  @EventPattern('renamed')
  renamed(@Payload() { id, name }: { id: string; name: string }) {
    return this.chat.tokens.updateProfile({ id, nickname: name })
  }
}

const tcp = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const

function clientOf(microservice: INestMicroservice) {
  const { port } = microservice.unwrap<Server>().address() as AddressInfo
  const client = ClientProxyFactory.create({ ...tcp, options: { ...tcp.options, port } })
  onTestFinished(() => client.close())
  return client
}

/** An app that serves HTTP and, on TCP, messages. */
async function hybrid() {
  ran.length = 0
  const identify = (request: object) => (request as { user?: { id: string } }).user
  const started = await meet({ controllers: [AccountController] }, { identify })
  const microservice = started.app.connectMicroservice<MicroserviceOptions>(tcp)
  await started.app.startAllMicroservices()
  return { ...started, client: clientOf(microservice) }
}

const hostile = { user: { id: 'victim' }, headers: {} }

test.each(['login', 'logout', 'rooms'])(
  'a message that says itself who is logged in is refused: %s',
  async (pattern) => {
    const { client, emulator, tokens, logs } = await hybrid()
    await tokens.provision({ id: 'victim' })
    const before = emulator.requests().length
    await expect(lastValueFrom(client.send(pattern, hostile))).rejects.toMatchObject({
      message: 'Internal server error',
    })
    expect(logs.errors.map(String)).toEqual([
      expect.stringContaining(`AccountController.${pattern} is called by 'rpc' and not by an HTTP request`),
    ])
    expect([ran, emulator.requests().slice(before)]).toEqual([[], []])
    expect(liveTokens(emulator, 'victim')).toHaveLength(1)
  },
)

test.each([
  ['logged-in', 'loggedIn'],
  ['logged-out', 'loggedOut'],
])('an event that says itself who is logged in is refused: %s', async (pattern, handler) => {
  const { client, emulator, tokens, logs } = await hybrid()
  await tokens.provision({ id: 'victim' })
  const before = emulator.requests().length
  client.emit(pattern, hostile)
  await eventually(() =>
    expect(logs.errors.map(String)).toEqual([
      expect.stringContaining(`AccountController.${handler} is called by 'rpc' and not by an HTTP request`),
    ]),
  )
  expect([ran, emulator.requests().slice(before)]).toEqual([[], []])
  expect(liveTokens(emulator, 'victim')).toHaveLength(1)
})

test('a handler that knows its user calls tokens itself', async () => {
  const { client, emulator, tokens } = await hybrid()
  await tokens.provision({ id: 'amy', nickname: 'Amy' })
  client.emit('renamed', { id: 'amy', name: 'Amy Pond' })
  await eventually(() => expect(emulator.clients()).toMatchObject([{ _id: 'amy', nickname: 'Amy Pond' }]))
  expect(await lastValueFrom(client.send('blocked', { id: 'amy' }))).toBe('confirmed')
  expect(liveTokens(emulator, 'amy')).toEqual([])
})

test('so does one of an app that has no HTTP at all, which ends with its tokens closed', async () => {
  const { emulator, options } = await chatServer()
  const logger = new Logs()
  const imports = [ImkitChatModule.forRoot({ ...options, identify: headerUser })]
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    { module: AppModule, imports, controllers: [AccountController] },
    { ...tcp, logger, abortOnError: false },
  )
  onTestFinished(() => app.close())
  await app.listen()
  const { tokens } = app.get(ImkitChatService)
  await tokens.provision({ id: 'amy' })
  expect(await lastValueFrom(clientOf(app).send('blocked', { id: 'amy' }))).toBe('confirmed')
  expect(liveTokens(emulator, 'amy')).toEqual([])
  await app.close()
  await expect(tokens.provisionProfiles([])).rejects.toThrow(/clos/)
  expect([logger.warnings, logger.errors]).toEqual([[], []])
})
