import * as nestjs from '@imkit-auth/nestjs'
import { expect, it } from 'vitest'

it('exports the module, its service and its decorators, and nothing else that runs', () => {
  expect(Object.keys(nestjs).sort()).toEqual([
    'ChatToken',
    'ImkitChatModule',
    'ImkitChatService',
    'ProvisionChatToken',
    'RevokeChatToken',
  ])
})
