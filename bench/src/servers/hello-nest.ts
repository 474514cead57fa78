import type { Server } from 'node:http'
import type { ChatCredentials } from '@imkit-auth/core'
import { ChatToken, ImkitChatModule } from '@imkit-auth/nestjs'
import { Controller, Get, type MiddlewareConsumer, Module, type NestModule, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NextFunction, Request, Response } from 'express'
import { addressOf, announce } from './answers.js'
import { greeting, kind, ownCache } from './hello.js'
import { loggedIn, visitorOf } from './hello-users.js'

const tokens = await loggedIn()
const cache = await ownCache(tokens)

@Controller('hello')
class BindingController {
  @Get()
  hello(@ChatToken() chat: ChatCredentials): object {
    return greeting(chat)
  }
}

@Controller('hello')
class OwnController {
  @Get()
  hello(@Req() request: Request): object {
    return greeting(request.chat)
  }
}

async function fromOwnCache(request: Request, _response: Response, next: NextFunction): Promise<void> {
  const user = visitorOf(request.headers)
  request.chat = (user && cache.get(user.id)) ?? null
  next()
}

const isBinding = kind === 'binding'
const chat = ImkitChatModule.forRoot({ tokens, identify: (request) => visitorOf(request.headers) })

@Module({ imports: isBinding ? [chat] : [], controllers: [isBinding ? BindingController : OwnController] })
class HelloModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    if (!isBinding) consumer.apply(fromOwnCache).forRoutes('hello')
  }
}

const app = await NestFactory.create(HelloModule, { logger: ['error', 'warn'] })
announce(addressOf((await app.listen(0, '127.0.0.1')) as Server))
