import * as nestjs from '@imkit-auth/nestjs'
import { expect, it } from 'vitest'

it('exports the module, its parts that an app may replace, and nothing else that runs', () => {
  expect(Object.keys(nestjs).sort()).toEqual([
    'ChatCredentialsDto',
    'ChatToken',
    'ChatTokenPipe',
    'IMKIT_CHAT_OPTIONS',
    'ImkitChatModule',
    'ImkitChatService',
    'InjectImkitChat',
    'ProvisionChatToken',
    'ProvisionChatTokenInterceptor',
    'RevokeChatToken',
    'RevokeChatTokenInterceptor',
    'getImkitChatToken',
  ])
})
