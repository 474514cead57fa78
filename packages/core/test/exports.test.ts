import * as core from '@imkit-auth/core'
import * as jwt from '@imkit-auth/core/jwt'
import { expect, it } from 'vitest'

it('exports these names that run, and no others', () => {
  expect(Object.keys(core).sort()).toEqual([
    'ChatHandler',
    'ChatTokenError',
    'ChatTokens',
    'LONGEST_PAUSE',
    'assign',
    'chatTokensFromEnv',
    'createChatTokens',
    'httpAnswer',
    'issue',
    'limitsOf',
    'memoryStore',
  ])
})

it('exports jwtMinter from its subpath jwt, and nothing else that runs', () => {
  expect(Object.keys(jwt).sort()).toEqual(['jwtMinter'])
})
