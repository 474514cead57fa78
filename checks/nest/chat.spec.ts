import { issue } from '@imkit-auth/core'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { Controller, HttpCode, type INestApplication, Post } from '@nestjs/common'
import { Test } from '@nestjs/testing'

@Controller()
class SessionController {
  @Post('login')
  @HttpCode(200)
  @ProvisionChatToken()
  login() {
    return { welcome: true }
  }

  @Post('logout')
  @HttpCode(204)
  @RevokeChatToken()
  logout() {}
}

describe('the chat', () => {
  let emulator: Emulator
  let app: INestApplication
  let url: string

  beforeAll(async () => {
    emulator = await startEmulator()
    const { url: serverUrl, apiKey, clientKey } = emulator
    const identify = () => ({ id: 'amy', nickname: 'Amy' })
    const chat = ImkitChatModule.forRoot({ serverUrl, apiKey, clientKey, mode: issue(), identify })
    const module = await Test.createTestingModule({ imports: [chat], controllers: [SessionController] }).compile()
    app = module.createNestApplication()
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })

  afterAll(async () => {
    await app.close()
    await emulator.close()
  })

  const live = () => emulator.clients().flatMap((client) => client.tokens).length
  const post = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { connection: 'close' } })
    return { status: answer.status, text: await answer.text() }
  }

  test('opens at login, gives the page its token, and closes at logout', async () => {
    const login = await post('/login')
    expect([login.status, JSON.parse(login.text), live()]).toMatchObject([
      200,
      { welcome: true, chat: { userId: 'amy' } },
      1,
    ])
    expect(JSON.parse((await post('/chat/token')).text)).toMatchObject({ userId: 'amy' })
    expect([(await post('/logout')).status, live()]).toEqual([204, 0])
  })
})
