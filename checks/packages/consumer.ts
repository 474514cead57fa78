// The public API of every package, as an app in TypeScript uses it.
import { createServer } from 'node:http'
import {
  type AuthService,
  type AuthServiceOptions,
  createAuthService,
  createVerifier,
  introspection,
  remoteJwks,
  type ServiceEvent,
  type Verifier,
  verifyWith,
} from '@imkit-auth/auth-service'
import { authServiceHandler } from '@imkit-auth/auth-service/express'
import { authServiceMiddleware } from '@imkit-auth/auth-service/koa'
import { AuthServiceModule } from '@imkit-auth/auth-service/nestjs'
import { authServiceListener } from '@imkit-auth/auth-service/node'
import { authServiceFetch } from '@imkit-auth/auth-service/web'
import {
  assign,
  type ChatCredentials,
  ChatTokenError,
  type ChatTokens,
  chatTokensFromEnv,
  type ChatTokensOptions,
  createChatTokens,
  external,
  issue,
  memoryStore,
  type ProfileReport,
  type RevokeOutcome,
  type TokenStore,
} from '@imkit-auth/core'
import { jwtMinter, type JwtMinterOptions } from '@imkit-auth/core/jwt'
import { type Emulator, startEmulator } from '@imkit-auth/emulator'
import { createInProcessEmulator, type InProcessEmulator } from '@imkit-auth/emulator/in-process'
import { imkitChat as expressChat } from '@imkit-auth/express'
import { imkitChat as koaChat } from '@imkit-auth/koa'
import {
  type ChatRequest,
  ChatToken,
  ImkitChatModule,
  ImkitChatService,
  ProvisionChatToken,
  RevokeChatToken,
} from '@imkit-auth/nestjs'
import {
  type IoRedisClient,
  type NodeRedisClient,
  type RedisClient,
  redisStore,
  type RedisStoreOptions,
} from '@imkit-auth/redis'
import { Controller, Get, Inject, Module, Post, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import { Cluster, Redis } from 'ioredis'
import Koa from 'koa'
import { createClient, createCluster, createSentinel } from 'redis'

const user = { id: 'amy', nickname: 'Amy' }

export async function coreAndEmulator(): Promise<RevokeOutcome> {
  const emulator: Emulator = await startEmulator({ dialect: 'bare' })
  emulator.fault({ match: '*', kind: 'status', status: 503, times: 1 })
  const signing: JwtMinterOptions = { secret: 'a secret of 32 bytes, or of more.', ttl: 3600 }
  const options: ChatTokensOptions = {
    serverUrl: emulator.url,
    apiKey: () => emulator.apiKey,
    mode: issue({ fallback: assign({ mint: jwtMinter(signing) }) }),
    store: memoryStore({ maxUsers: 10 }),
  }
  const tokens: ChatTokens = createChatTokens(options)
  tokens.on('revoked', ({ userId }) => userId.toUpperCase())
  const credentials: ChatCredentials = await tokens.provision(user, { session: 'one' }).catch((error: unknown) => {
    throw error instanceof ChatTokenError ? new Error(error.code) : error
  })
  await tokens.reportInvalid(user.id, credentials.token)
  return tokens.revoke(user.id, { session: 'one' })
}

export async function everybody(signal: AbortSignal): Promise<ProfileReport> {
  const tokens = chatTokensFromEnv({ scope: 'session', requestsPerMinute: 90 })
  tokens.on('chatServerDown', ({ code, retryInMs }) => `${code} for ${retryInMs.toFixed()} ms`)
  await tokens.updateProfile(user)
  await tokens.revokeEverywhere(user.id, { waitMs: 0 })
  return tokens.provisionProfiles([user], { signal, onProgress: ({ accepted, failed }) => accepted + failed })
}

export async function withoutNetwork(): Promise<number> {
  const emulator: InProcessEmulator = await createInProcessEmulator({ rateLimit: 0 })
  return emulator.receive({ method: 'GET', path: '/me', headers: {}, body: undefined })().status
}

export function nodeRedisClients(url: string): NodeRedisClient[] {
  const sentinel = { name: 'main', sentinelRootNodes: [{ host: 'localhost', port: 26_379 }] }
  return [createClient({ url }), createCluster({ rootNodes: [{ url }] }), createSentinel(sentinel)]
}

export function ioRedisClients(url: string): IoRedisClient[] {
  return [new Redis(url), new Cluster([url])]
}

export function redisStores(url: string): TokenStore[] {
  const clients: RedisClient[] = [...nodeRedisClients(url), ...ioRedisClients(url)]
  const options: RedisStoreOptions = { prefix: 'chat', encryptionKeys: [Buffer.alloc(32), 'ab'.repeat(32)] }
  return [
    ...clients.map((client) => redisStore({ client, ...options, waitReplicas: 1 })),
    redisStore({ client: createClient({ url, RESP: 3 }) }),
    redisStore({ client: new Redis(url) }),
    redisStore({ url, commandTimeout: 500 }),
  ]
}

export function verifiers(tokens: ChatTokens): Verifier[] {
  const url = 'https://id.example.com'
  return [
    createVerifier({ tokens, keys: [{ secret: 'a secret of 32 bytes, or of more.', keyId: '2030' }], maxAge: 86_400 }),
    remoteJwks({ url, issuer: url, audience: ['chat'], claims: { id: 'sub', nickname: 'nick' } }),
    introspection({ url, clientId: 'chat', clientSecret: 'secret', cacheFor: 5 }),
    verifyWith(async (token) => (token === 'good' ? user : null)),
  ]
}

export function services(verifier: Verifier, tokens: ChatTokens): unknown[] {
  const options: AuthServiceOptions = {
    verifier,
    path: '/chat-auth',
    callerSecrets: ['a-secret-of-callers'],
    sign: { tokens, callerSecrets: ['a-secret-of-signers'] },
    onEvent: (event: ServiceEvent) => (event.type === 'refused' ? event.why : event.type),
  }
  const service: AuthService = createAuthService(options)
  class AuthModule {}
  Module({ imports: [AuthServiceModule.forRootAsync({ useFactory: () => options })] })(AuthModule)
  return [
    express().use(authServiceHandler(service)),
    new Koa().use(authServiceMiddleware(service)),
    createServer(authServiceListener(service)),
    authServiceFetch(service),
    AuthModule,
  ]
}

export function externalTokens(serverUrl: string): ChatTokens[] {
  const mint = jwtMinter({ secret: 'a secret of 32 bytes, or of more.', ttl: 3600 })
  const token = (request: express.Request) => request.get('authorization')
  return [
    createChatTokens({ serverUrl, mode: external({ mint }) }),
    createChatTokens({ serverUrl, mode: external({ token }) }),
  ]
}

export function expressApp(tokens: ChatTokens): express.Express {
  const chat = expressChat(tokens, { identify: (req) => (req.get('authorization') ? user : null) })
  const app = express()
  app.post('/login', chat.login(), (req, res) => void res.json({ chat: req.chat?.token }))
  app.post('/logout', chat.logout(), (_req, res) => void res.sendStatus(204))
  return app.all('/chat/token', chat.token())
}

export function koaApp(tokens: ChatTokens): Koa {
  const chat = koaChat(tokens, { identify: (ctx) => (ctx.get('authorization') ? user : undefined) })
  return new Koa()
    .use(chat.login())
    .use((ctx) => void (ctx.body = { chat: ctx.state.chat }))
    .use(chat.token())
}

@Controller()
export class AppController {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Post('login') @ProvisionChatToken() login(): object {
    return { user }
  }
  @Post('logout') @RevokeChatToken() logout(): void {}
  @Get('rooms') rooms(@ChatToken() { token }: ChatCredentials, @Req() request: express.Request): string {
    return request.chat?.token ?? token
  }
  async provision(request: express.Request): Promise<ChatCredentials | null> {
    return this.chat.provision(request, user)
  }
}

export function nestApp(options: ChatTokensOptions): Promise<unknown> {
  const identify = (request: ChatRequest) => (request.headers.authorization ? user : null)
  const chat = ImkitChatModule.forRootAsync({ useFactory: () => ({ ...options, identify }), path: 'chat' })
  class AppModule {}
  Module({ imports: [chat], controllers: [AppController] })(AppModule)
  return NestFactory.create(AppModule)
}
