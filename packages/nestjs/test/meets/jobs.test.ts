import { ImkitChatModule, ImkitChatService } from '@imkit-auth/nestjs'
import { eventually } from '@imkit-auth/testkit'
import { Inject, Injectable } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Interval, ScheduleModule, Timeout } from '@nestjs/schedule'
import { expect, onTestFinished, test } from 'vitest'
import { AppModule } from '../app.js'
import { chatServer, headerUser, liveTokens, Logs } from '../host.js'
import { meet } from './neighbours.js'

const blocked = new Set<string>()

@Injectable()
class ChatJobs {
  constructor(@Inject(ImkitChatService) private readonly chat: ImkitChatService) {}

  @Timeout(5)
  async copyUsers() {
    await this.chat.tokens.provisionProfiles([
      { id: 'amy', nickname: 'Amy' },
      { id: 'bob', nickname: 'Bob' },
    ])
  }

  @Interval(20)
  async endBlockedUsers() {
    for (const id of blocked) {
      blocked.delete(id)
      await this.chat.tokens.revokeEverywhere(id)
    }
  }
}

const copied = expect.arrayContaining([
  expect.objectContaining({ _id: 'amy', nickname: 'Amy' }),
  expect.objectContaining({ _id: 'bob', nickname: 'Bob' }),
])

test('a job of an app copies users to the chat, another ends chat sessions', async () => {
  const { emulator, tokens } = await meet({ imports: [ScheduleModule.forRoot()], providers: [ChatJobs] })
  await eventually(() => expect(emulator.clients()).toEqual(copied))
  await tokens.provision({ id: 'eve' })
  blocked.add('eve')
  await eventually(() => expect(liveTokens(emulator, 'eve')).toEqual([]))
})

test('a job works in an application context without HTTP, which ends with its tokens closed', async () => {
  const { emulator, options } = await chatServer()
  const logger = new Logs()
  const chat = ImkitChatModule.forRoot({ ...options, identify: headerUser })
  const context = await NestFactory.createApplicationContext(
    { module: AppModule, imports: [chat, ScheduleModule.forRoot()], providers: [ChatJobs] },
    { logger, abortOnError: false },
  )
  onTestFinished(() => context.close())
  await eventually(() => expect(emulator.clients()).toEqual(copied))
  const { tokens } = context.get(ImkitChatService)
  await context.close()
  await expect(tokens.provisionProfiles([])).rejects.toThrow(/clos/)
  expect([logger.warnings, logger.errors]).toEqual([[], []])
})
