import { ChatCredentialsDto, ImkitChatModule, ProvisionChatToken } from '@imkit-auth/nestjs'
import { Controller, type INestApplication, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiProperty, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { expect, test } from 'vitest'
import { chatServer, headerUser } from '../host.js'
import { chatOf, meet } from './neighbours.js'

class LoginDto {
  @ApiProperty({ type: Boolean })
  welcome = true

  @ApiProperty({ type: ChatCredentialsDto, nullable: true })
  chat: ChatCredentialsDto | null = null
}

@Controller()
class AuthController {
  @Post('login')
  @ApiCreatedResponse({ type: LoginDto })
  @ProvisionChatToken()
  login() {
    return new LoginDto()
  }
}

const documentOf = (app: INestApplication): OpenAPIObject =>
  SwaggerModule.createDocument(app, new DocumentBuilder().build())
const json = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } })

test('the token route is in the API document once, as POST, with what it takes and answers', async () => {
  const { app } = await meet({})
  const { paths } = documentOf(app)
  expect(Object.keys(paths)).toEqual(['/chat/token'])
  expect(Object.keys(paths['/chat/token'] ?? {})).toEqual(['post'])
  const { summary, requestBody, responses } = paths['/chat/token']?.post ?? {}
  expect(summary).toMatch(/chat token/)
  expect(requestBody).toEqual({ required: false, content: json('ChatTokenRequestDto') })
  expect(Object.keys(responses ?? {})).toEqual(['200', '401', '403', '429', '503'])
  expect(responses?.['200']).toMatchObject({ content: json('ChatCredentialsDto') })
})

test('the credentials and the request are described field by field', async () => {
  const { app } = await meet({})
  const { ChatCredentialsDto: credentials, ChatTokenRequestDto: request } = documentOf(app).components?.schemas ?? {}
  expect(credentials).toMatchObject({
    type: 'object',
    properties: {
      token: { type: 'string' },
      expirationDate: { type: 'string', format: 'date-time' },
      expiresIn: { type: 'number' },
      userId: { type: 'string' },
      serverUrl: { type: 'string' },
      clientKey: { type: 'string' },
    },
    required: ['token', 'expirationDate', 'expiresIn', 'userId', 'serverUrl'],
  })
  expect(request).toMatchObject({ type: 'object', properties: { invalid: { type: 'string' } } })
  expect(request).not.toHaveProperty('required')
})

test('a DTO of the app refers to the same credentials, and its chat is filled at login', async () => {
  const { app, call, logs } = await meet({ controllers: [AuthController] })
  expect(documentOf(app).components?.schemas?.['LoginDto']).toMatchObject({
    properties: { chat: { nullable: true, allOf: [{ $ref: '#/components/schemas/ChatCredentialsDto' }] } },
  })
  const { body } = await call('POST', '/login', 'amy')
  expect(body).toEqual({ welcome: true, chat: chatOf('amy') })
  expect(Object.keys((body as LoginDto).chat ?? {})).toEqual(
    expect.arrayContaining(['token', 'expirationDate', 'expiresIn', 'userId', 'serverUrl']),
  )
  expect(logs.warnings).toEqual([])
})

test('two chats are two routes, each with an operationId of its own', async () => {
  const { options } = await chatServer()
  const us = ImkitChatModule.forRoot({ ...options, name: 'us', identify: headerUser })
  const { app } = await meet({ imports: [us] }, { name: 'eu' })
  const { paths } = documentOf(app)
  expect(Object.keys(paths).sort()).toEqual(['/chat/eu/token', '/chat/us/token'])
  expect(Object.values(paths).map((path) => Object.keys(path))).toEqual([['post'], ['post']])
  const ids = Object.values(paths).map(({ post }) => post?.operationId)
  expect(new Set(ids)).toEqual(new Set([expect.any(String), expect.any(String)]))
  expect(new Set(ids).size).toBe(2)
})

test('without the route the document has nothing of the chat', async () => {
  const { app } = await meet({}, { path: false })
  const { paths, components } = documentOf(app)
  expect([paths, components?.schemas ?? {}]).toEqual([{}, {}])
})
