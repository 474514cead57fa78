import { createTestChat } from '@imkit-auth/core/testing'
import type { ChatCredentials } from '@imkit-auth/core'
import {
  ChatToken,
  ImkitChatModule,
  type ImkitChatModuleOptions,
  ProvisionChatToken,
  RevokeChatToken,
} from '@imkit-auth/nestjs'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type ExecutionContext, ForbiddenException } from '@nestjs/common'
import { Field, GqlExecutionContext, GraphQLModule, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql'
import type { Request } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { AppModule } from '../app.js'
import { headerUser, host } from '../host.js'

@ObjectType()
class Chat {
  @Field(() => String) token!: string
}

@ObjectType()
class Session {
  @Field(() => String) greeting = 'Welcome'
  @Field(() => Chat, { nullable: true }) chat?: Chat | null = undefined
}

const ran: string[] = []

@Resolver()
class AuthResolver {
  @Mutation(() => Session) @ProvisionChatToken() login() {
    ran.push('login')
    return new Session()
  }
  @Mutation(() => Boolean) @RevokeChatToken() logout() {
    ran.push('logout')
    return true
  }
  @Mutation(() => Boolean) @RevokeChatToken() refused() {
    throw new ForbiddenException()
  }
  @Query(() => String) room(@ChatToken() chat: ChatCredentials) {
    ran.push('room')
    return chat.token
  }
}

const requestOf = (context: ExecutionContext) => GqlExecutionContext.create(context).getContext<{ req: Request }>().req

async function site(options: Partial<ImkitChatModuleOptions> = {}) {
  const chat = await createTestChat()
  onTestFinished(() => chat.close())
  ran.length = 0
  const { call, logs } = await host({
    module: AppModule,
    imports: [
      ImkitChatModule.forRoot({ identify: headerUser, ...options, tokens: chat.tokens }),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
    ],
    providers: [AuthResolver],
  })
  const ask = async (query: string, user?: string) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await call('POST', '/graphql', user, { headers, body: JSON.stringify({ query }) })
    return { ...(answer.body as { data: unknown; errors?: { message: string }[] }), headers: answer.headers }
  }
  return { chat, ask, logs }
}

const LOGIN = 'mutation { login { greeting chat { token } } }'

test('with requestOf, resolvers log in and out as routes do', async () => {
  const { chat, ask, logs } = await site({ requestOf })
  const { data, headers } = await ask(LOGIN, 'amy')
  expect(data).toEqual({ login: { greeting: 'Welcome', chat: { token: 'chat-token-of-amy-1' } } })
  expect(headers.get('cache-control')).toBe('no-store')
  expect((await ask('{ room }', 'amy')).data).toEqual({ room: 'chat-token-of-amy-1' })
  await ask('mutation { refused }', 'amy')
  expect(chat.liveTokens('amy')).toEqual(['chat-token-of-amy-1'])
  await ask('mutation { logout }', 'amy')
  expect(chat.liveTokens('amy')).toEqual([])
  expect(logs.warnings).toEqual([])
})

test('a resolver’s @ChatToken() is an error for whoever is not logged in', async () => {
  const { ask } = await site({ requestOf })
  expect((await ask('{ room }')).errors).toMatchObject([{ message: 'Log in first.' }])
  expect(ran).toEqual([])
})

test.each([
  ['without requestOf', {}, /AuthResolver\.\w+ is called by 'graphql'.*requestOf: \(context\) =>/],
  ['with one that finds nothing', { requestOf: () => undefined }, /AuthResolver\.\w+ .*requestOf found none/],
])('%s, each decorator refuses before its resolver runs, with a sentence', async (_how, options, sentence) => {
  const { chat, ask } = await site(options)
  for (const query of [LOGIN, 'mutation { logout }', '{ room }']) {
    expect((await ask(query, 'amy')).errors).toEqual([
      expect.objectContaining({ message: expect.stringMatching(sentence) }),
    ])
  }
  expect([ran, chat.provisions, chat.revocations]).toEqual([[], [], []])
})
