import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type ChatCredentials, type ChatTokens } from '@imkit-auth/core'
import { ChatToken, ImkitChatModule, ProvisionChatToken, RevokeChatToken } from '@imkit-auth/nestjs'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { type INestApplication, Module, UnauthorizedException } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import {
  Args,
  Context,
  Field,
  GqlExecutionContext,
  GraphQLModule,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from '@nestjs/graphql'
import type { Request } from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string }
  }
}

const USERS = ['Amy', 'Bob', 'Cleo'].map((name) => ({ id: name.toLowerCase(), name }))
/** Everybody's, to keep this short. A real app keeps a hash for each user. */
const PASSWORD = 'chat'

@ObjectType()
class User {
  @Field(() => ID) id!: string
  @Field(() => String) name!: string
}

/** What the page needs to open the chat. */
@ObjectType()
class Chat implements ChatCredentials {
  @Field(() => String) token!: string
  @Field(() => String) expirationDate!: string
  @Field(() => Int) expiresIn!: number
  @Field(() => ID) userId!: string
  @Field(() => String) serverUrl!: string
  @Field(() => String) clientKey!: string
}

@ObjectType()
class LoginResult {
  @Field(() => User) user!: User
  @Field(() => Chat, { nullable: true }) chat?: Chat | null
}

@Resolver()
class AuthResolver {
  @Mutation(() => LoginResult)
  @ProvisionChatToken()
  async login(
    @Args('username') username: string,
    @Args('password') password: string,
    @Context('req') request: Request,
  ): Promise<LoginResult> {
    const user = USERS.find(({ id }) => id === username)
    if (!user || password !== PASSWORD) throw new UnauthorizedException('Wrong name or password.')
    await promisify(request.session.regenerate.bind(request.session))()
    request.session.user = user
    return { user } // gains `chat`
  }

  @Mutation(() => Boolean)
  @RevokeChatToken()
  async logout(@Context('req') request: Request): Promise<boolean> {
    await promisify(request.session.destroy.bind(request.session))()
    return true
  }

  @Query(() => String)
  chatServer(@ChatToken() chat: ChatCredentials): string {
    return `${chat.userId} is in the chat at ${chat.serverUrl}`
  }
}

/** An app whose login is a mutation. What the chat takes are the lines with `Chat` and `chat`. */
export async function createApp(tokens: ChatTokens): Promise<INestApplication> {
  @Module({
    imports: [
      ImkitChatModule.forRoot({
        tokens,
        identify: ({ session: { user } }: Request) => user && { id: user.id, nickname: user.name },
        requestOf: (context) => GqlExecutionContext.create(context).getContext<{ req: Request }>().req,
      }),
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
    ],
    providers: [AuthResolver],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  const secret = randomBytes(32).toString('hex')
  app.use(session({ secret, cookie: { sameSite: 'lax' }, resave: false, saveUninitialized: false }))
  return app
}
