import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, type ImkitChatModuleOptions, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import { WsAdapter } from '@nestjs/platform-ws'
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { headerUser, liveTokens } from '../host.js'
import { chatOf, meet } from './neighbours.js'

const ran: string[] = []

@WebSocketGateway({ path: '/ws' })
class ChatGateway implements OnGatewayConnection<WebSocket & { request?: IncomingMessage }> {
  handleConnection(client: WebSocket & { request?: IncomingMessage }, request: IncomingMessage) {
    client.request = request
  }

  @SubscribeMessage('ping')
  ping() {
    return { event: 'pong' }
  }

  @SubscribeMessage('login')
  @ProvisionChatToken()
  login() {
    ran.push('login')
    return { event: 'login', data: 'welcome' }
  }

  @SubscribeMessage('logout')
  @RevokeChatToken()
  logout() {
    ran.push('logout')
    return { event: 'logout', data: 'bye' }
  }

  @SubscribeMessage('rooms')
  rooms(@ChatToken() chat: ChatCredentials) {
    ran.push('rooms')
    return { event: 'rooms', data: chat.userId }
  }
}

/** The app, and a client whose handshake says that it is Amy. */
async function connected(options: Partial<ImkitChatModuleOptions>) {
  ran.length = 0
  const started = await meet(
    { providers: [ChatGateway], prepare: (app) => app.useWebSocketAdapter(new WsAdapter(app)) },
    options,
  )
  const { port } = started.app.getHttpServer().address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers: { 'x-user': 'amy' } })
  const messages: Record<string, unknown>[] = []
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())))
  await once(socket, 'open')
  onTestFinished(() => socket.terminate())
  const send = (event: string, data: unknown = {}) => socket.send(JSON.stringify({ event, data }))
  const answer = (event: string) =>
    eventually(() => {
      const found = messages.find((message) => message['event'] === event)
      expect(found).toBeDefined()
      return found
    })
  return { ...started, messages, send, answer }
}

test.each(['login', 'logout', 'rooms'])(
  'a message that says itself who is logged in is refused, and the log says why: %s',
  async (event) => {
    const identify = (request: object) => (request as { user?: { id: string } }).user
    const { send, answer, messages, emulator, tokens, logs } = await connected({ identify })
    await tokens.provision({ id: 'victim' })
    const before = emulator.requests().length
    send(event, { user: { id: 'victim' }, headers: {} })
    await eventually(() => expect(logs.errors).toHaveLength(1))
    send('ping')
    await answer('pong')
    expect(String(logs.errors[0])).toMatch(`ChatGateway.${event} is called by 'ws' and not by an HTTP request`)
    expect(ran).toEqual([])
    expect(emulator.requests().slice(before)).toEqual([])
    expect(liveTokens(emulator, 'victim')).toHaveLength(1)
    expect(JSON.stringify(messages)).not.toMatch(/token|welcome|bye/)
  },
)

test('where requestOf gives the handshake, the user of the handshake logs in and out', async () => {
  const { send, answer, emulator } = await connected({
    identify: headerUser,
    session: () => 'the session of the handshake',
    requestOf: (context) => context.switchToWs().getClient<{ request?: IncomingMessage }>().request,
  })
  const hostile = { user: { id: 'victim' }, headers: { 'x-user': 'victim' } }
  send('login', hostile)
  expect(await answer('login')).toEqual({
    event: 'login',
    data: 'welcome',
    chat: chatOf('amy'),
  })
  send('rooms', hostile)
  expect(await answer('rooms')).toEqual({ event: 'rooms', data: 'amy' })
  send('logout', hostile)
  expect(await answer('logout')).toEqual({ event: 'logout', data: 'bye' })
  expect(liveTokens(emulator, 'amy')).toEqual([])
  expect(emulator.clients().map(({ _id }) => _id)).toEqual(['amy'])
})
