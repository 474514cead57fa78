import * as core from '@imkit-auth/core'
import * as jwt from '@imkit-auth/core/jwt'
import { expect, it } from 'vitest'

it('exports these names that run, and no others', () => {
  expect(Object.keys(core).sort()).toEqual([
    'ChatHandler',
    'ChatTokenError',
    'ChatTokens',
    'HttpDrain',
    'LONGEST_PAUSE',
    'LeaseWaiters',
    'Outages',
    'UnusableBody',
    'assign',
    'chatTokensFromEnv',
    'createChatTokens',
    'expressSessions',
    'external',
    'gracefulShutdown',
    'headerOf',
    'httpAnswer',
    'isSafeUrl',
    'issue',
    'jsonBody',
    'limitsOf',
    'memoryStore',
    'middlewareFactory',
    'recordStore',
    'statusOfError',
    'toUser',
    'tokenDigest',
  ])
})

it('exports from its subpath jwt what signs, and nothing else that runs', () => {
  expect(Object.keys(jwt).sort()).toEqual(['hmacSecret', 'jwtMinter'])
})
